"""Labels of calls in the staff's language; an unknown code is shown as stored."""

from datetime import datetime

from portal.domain.contacts.calls.words import category, subcategory
from portal.domain.foundation.texts import _s, kept_per_language

__all__ = ["category", "subcategory"]


@kept_per_language
def channel(code: str) -> str:
    """Return the label of a channel."""
    return {
        "phone": _s("電話"),
        "fax": _s("FAX"),
        "counter": _s("窓口"),
        "form": _s("紙の申込書"),
    }.get(code, code)


@kept_per_language
def direction(code: str) -> str:
    """Return the label of who called whom."""
    return {"inbound": _s("受けた"), "outbound": _s("こちらからかけた")}.get(code, code)


@kept_per_language
def language(code: str) -> str:
    """Return the label of a call's language."""
    return {
        "ja": _s("日本語"),
        "en": _s("英語"),
        "zh": _s("中国語"),
        "ko": _s("韓国語"),
        "other": _s("ほかの言語"),
    }.get(code, code)


def relation(code: str | None) -> str:
    """Return the label of the relation that the caller claims."""
    return {
        "householder": _s("世帯主"),
        "other_parent": _s("もう一人の親"),
        "child": _s("こども"),
        "other": _s("そのほかの人"),
    }.get(code or "", code or "")


def result(code: str | None) -> str:
    """Return the label of a call's result."""
    return {
        "done": _s("完了"),
        "call_back": _s("折り返す"),
        "passed": _s("区に引き継いだ"),
        "pending": _s("あとで対応する"),
    }.get(code or "", code or "")


@kept_per_language
def state(code: str) -> str:
    """Return the label of a call's state."""
    return {"talking": _s("受付中"), "after_call": _s("記録中"), "ended": _s("終わり")}.get(
        code, code
    )


def level(number: int) -> str:
    """Return the label of a verification level."""
    return {0: _s("確認していない"), 1: _s("状況まで伝えられる"), 2: _s("手続きできる")}.get(
        number, str(number)
    )


def matched(code: str) -> str:
    """Return the label of an item that the caller answered correctly."""
    return {
        "number": _s("手紙番号かID"),
        "name": _s("世帯主の名前"),
        "birth": _s("世帯主の生年月日"),
        "child_birth": _s("こどもの生年月日"),
        "postal": _s("郵便番号"),
    }.get(code, code)


def call_events() -> dict[str, str]:
    """Return the labels of a call's events, by audit action."""
    return {
        "call.started": _s("受付を始めた"),
        "call.described": _s("受付の言語などを変えた"),
        "call.hung_up": _s("話が終わった"),
        "call.finished": _s("受付を終えた"),
        "call.corrected": _s("受付の記録を直した"),
        "call.closed_by_rule": _s("忘れられた受付が、自動で終わった"),
        "call.read": _s("受付に書かれた内容を見た"),
        "call.written_down": _s("紙の受付票を入力"),
    }


def written(name: str) -> str:
    """Return the label of a part of the text written about a call."""
    return {
        "text": _s("内容"),
        "notable": _s("月の報告に載せたいこと"),
        "call_back": _s("折り返す電話番号"),
        "tracking": _s("お問い合わせ番号"),
        "taken_by": _s("受けた人（アカウントのない人）"),
    }.get(name, name)


def length(start: datetime | None, end: datetime | None) -> str:
    """Format a duration in minutes and seconds; "–" while it has no end."""
    if start is None or end is None:
        return "–"
    minutes, seconds = divmod(max(0, int((end - start).total_seconds())), 60)
    return f"{minutes}:{seconds:02d}"
