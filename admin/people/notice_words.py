"""Words of the delivery log: events, media, states and failures; an unknown one shows as stored."""

from admin.marks import Mark, marks
from admin.people.message_words import reported
from portal.domain.foundation.texts import _s, kept_per_language, label_of
from portal.domain.letters.announcements.reach import Medium
from portal.domain.letters.announcements.states import AnnouncementState
from portal.domain.people.notices.events import ProgressEvent


@kept_per_language
def event(code: str) -> str:
    """Return the name of an event of which a household was informed."""
    known = ProgressEvent.known(code)
    return code if known is None else known.staff_words()


@kept_per_language
def medium(code: str) -> str:
    """Return the name of a medium."""
    return label_of(Medium, code)


def state(code: str, by: str) -> str:
    """Return the label of an announcement's state; ``by`` is its medium."""
    if code == AnnouncementState.WAITING and by == Medium.CARD:
        return _s("つぎの印刷を待っています")
    return label_of(AnnouncementState, code)


mark = marks(
    {
        AnnouncementState.WAITING: Mark.WAIT,
        AnnouncementState.SENT: Mark.GOOD,
        AnnouncementState.PRINTED: Mark.GOOD,
        AnnouncementState.BOUNCED: Mark.STOP,
        AnnouncementState.STOPPED: Mark.STOP,
        AnnouncementState.CAME_BACK: Mark.STOP,
    }
)


@kept_per_language
def failure(code: str) -> str:
    """Return why the last try failed; numbers are the gateway's answer."""
    known = {
        "timeout": _s("相手が時間内に答えませんでした"),
        "no_answer": _s("相手が答えませんでした"),
        "no_connection": _s("つながりませんでした"),
        "no_tls": _s("安全な接続ができませんでした"),
        "unexpected": _s("思いがけない失敗"),
        "integrity": _s("データが壊れています"),
        "expired": _s("時間内に送れませんでした"),
        "held": _s("保留、支援措置、名簿からの削除、または死亡のため"),
        "late": _s("期限を過ぎたため"),
    }
    if code in known:
        return known[code]
    if (said := reported(code)) is not None:
        return said
    number = code.rpartition("_")[2]
    if code.startswith(("http_", "smtp_")):
        refused = code.startswith(("http_4", "smtp_5"))
        text = (
            _s("相手に断られました（%(number)s）")
            if refused
            else _s("相手の側の失敗（%(number)s）")
        )
        return text % {"number": number}
    return code
