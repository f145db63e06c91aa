"""Staff's words for the delivery log: events, media, states, failures; unknown ones show as stored."""

from portal.domain.foundation.texts import _s, kept_per_language
from portal.domain.people.notices.events import ProgressEvent


@kept_per_language
def event(code: str) -> str:
    """Return the name of an event of which a household was informed."""
    known = ProgressEvent.known(code)
    return code if known is None else known.staff_words()


@kept_per_language
def medium(code: str) -> str:
    """Return the name of a medium."""
    return {
        "sms": _s("SMS"),
        "email": _s("メール"),
        "card": _s("カード（郵便）"),
        "call_back": _s("折り返しの電話"),
    }.get(code, code)


def state(code: str, by: str) -> str:
    """Return the state of an announcement in words; ``by`` is its medium."""
    if code == "waiting":
        return _s("つぎの印刷を待っています") if by == "card" else _s("送信を待っています")
    return {
        "sent": _s("送信ずみ"),
        "bounced": _s("届かなかった（カードに替えました）"),
        "printed": _s("印刷ずみ"),
        "with_staff": _s("用件にしました"),
        "stopped": _s("止めました（送っていません）"),
        "came_back": _s("カードが戻ってきました"),
        "merged": _s("同じお知らせにまとめました"),
        "called_off": _s("要らなくなったので、取りやめました"),
    }.get(code, code)


@kept_per_language
def mark(code: str) -> str:
    """Return the kind of mark in front of a state."""
    return {
        "waiting": "wait",
        "sent": "good",
        "printed": "good",
        "with_staff": "plain",
        "bounced": "stop",
        "stopped": "stop",
        "came_back": "stop",
    }.get(code, "plain")


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
