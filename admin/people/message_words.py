"""Words of the messages to a household: states and marks, and why one did not arrive."""

from admin.marks import Mark, marks
from portal.domain.foundation.texts import _s, kept_per_language, label_of
from portal.domain.people.notices.states import MessageState


def state(code: str) -> str:
    """Return the label of a message's state."""
    return label_of(MessageState, code)


mark = marks(
    {
        MessageState.WAITING: Mark.WAIT,
        MessageState.SENDING: Mark.WAIT,
        MessageState.DELIVERED: Mark.GOOD,
        MessageState.UNDELIVERED: Mark.STOP,
        MessageState.GIVEN_UP: Mark.STOP,
        MessageState.STOPPED: Mark.STOP,
    }
)


@kept_per_language
def reported(code: str) -> str | None:
    """Return why a message did not arrive, as its gateway or the mail system say.

    None: the code word is not one of theirs. Mail: the classes of RFC 3463. Gateways: Twilio's
    error codes and AWS's events.
    """
    source, _line, detail = code.partition("_")
    if source == "dsn":
        return _mail_reason(detail)
    if source in {"twilio", "aws", "carrier", "gateway"}:
        return _carrier_reason(detail)
    return None


def _mail_reason(status: str) -> str:
    digits = status.removeprefix("4.").removeprefix("5.")
    known = {
        "1": _s("あて先がありません（%(code)s）"),
        "2": _s("相手の受信箱が受け取れません（%(code)s）"),
        "7": _s("相手の設定で断られました（%(code)s）"),
    }
    text = known.get(digits.partition(".")[0], _s("メールが届きませんでした（%(code)s）"))
    return text % {"code": status}


def _carrier_reason(code: str) -> str:
    match code:
        case "30003" | "UNREACHABLE" | "CARRIER_UNREACHABLE":
            text = _s("電源が切れているか、圏外です（%(code)s）")
        case "30004" | "BLOCKED":
            text = _s("相手の設定で断られました（%(code)s）")
        case "30007" | "CARRIER_BLOCKED" | "SPAM":
            text = _s("電話会社が迷惑メッセージとして止めました（%(code)s）")
        case "30005" | "INVALID":
            text = _s("使われていない番号です（%(code)s）")
        case "TTL_EXPIRED":
            text = _s("時間内に届きませんでした（%(code)s）")
        case _:
            text = _s("届けられませんでした（%(code)s）")
    return text % {"code": code}
