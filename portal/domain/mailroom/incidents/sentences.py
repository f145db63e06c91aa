"""Prepared sentences of site notices, from which an officer chooses one.

They are translated, so that residents read them in their language.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from portal.domain.foundation.texts import _
from portal.domain.mailroom.incidents.kinds import NoticeKind

PREPARED: Mapping[str, tuple[NoticeKind, Callable[[], str]]] = MappingProxyType(
    {
        "outage_site": (
            NoticeKind.OUTAGE,
            lambda: _(
                "このサイトが、使えなくなることがあります。いま、直しています。"
                "少したってから、もう一度お試しください。"
            ),
        ),
        "outage_codes": (
            NoticeKind.OUTAGE,
            lambda: _(
                "確認の番号が、届きにくくなっています。いま、直しています。"
                "少したってから、もう一度お試しください。"
            ),
        ),
        "outage_telephone": (
            NoticeKind.OUTAGE,
            lambda: _(
                "コールセンターの電話が、つながりにくくなっています。少したってから、"
                "おかけなおしください。"
            ),
        ),
        "planned_site": (
            NoticeKind.PLANNED,
            lambda: _("機械の手入れのため、このサイトを使えない時間があります。"),
        ),
        "planned_shops": (
            NoticeKind.PLANNED,
            lambda: _("機械の手入れのため、お店でクーポンを使えない時間があります。"),
        ),
        "fault_shops": (
            NoticeKind.FAULT,
            lambda: _(
                "お店でクーポンを使えないことがあります。いま、調べています。クーポンは、"
                "なくなりません。"
            ),
        ),
        "fault_replaced": (
            NoticeKind.FAULT,
            lambda: _(
                "一部のクーポンを、新しいものに取り替えています。使う前に、"
                "ホームの画面で確かめてください。"
            ),
        ),
        "fault_fraud": (
            NoticeKind.FAULT,
            lambda: _(
                "クーポンの番号やパスワードを聞く、にせの電話やメールがあります。"
                "区や事務局が聞くことはありません。だれにも教えないでください。"
            ),
        ),
        "mail_late": (
            NoticeKind.MAIL,
            lambda: _("手紙の配達が、遅れています。もう少しお待ちください。"),
        ),
        "mail_wrong": (
            NoticeKind.MAIL,
            lambda: _(
                "別の人あての手紙が届いたときは、開けずに、コールセンターに電話してください。"
            ),
        ),
    }
)
"""By name: the kind of the notice, and the sentence in the reader's language."""


def sentence(name: str) -> str:
    """Return a prepared sentence in the current language; empty for an unknown name."""
    found = PREPARED.get(name)
    return found[1]() if found is not None else ""
