"""Words about unusual use; an unknown code is shown as stored."""

from admin.labels import labels
from portal.domain.desk.casework.watch import UnusualUse
from portal.domain.foundation.texts import _s

kind = labels(UnusualUse)


def advice(code: str) -> str:
    """Return the advice on it."""
    ask_about_call = _s(
        "その電話の相手と用件を、受けた人に確かめてください。世帯があることは、だれにも伝えません。"
    )
    known: dict[str, str] = {
        UnusualUse.ASKED: ask_about_call,
        UnusualUse.CLOSED: ask_about_call,
        UnusualUse.PROTECTED_OPENED: _s(
            "区の担当が、指示や届け出のために開いたかを確かめてください。"
        ),
    }
    return known.get(
        code, _s("理由を本人に聞き、仕事と関係がなければ、管理者と区に伝えてください。")
    )
