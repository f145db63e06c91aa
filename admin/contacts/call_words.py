"""Words about calls and callers in the staff's language; an unknown code is shown as stored."""

from datetime import datetime

from admin.labels import labels
from portal.domain.contacts.calls.caller_answers import Item
from portal.domain.contacts.calls.categories import Category, Subcategory
from portal.domain.contacts.calls.kinds import (
    CallChannel,
    CallLanguage,
    Direction,
    Relation,
    Result,
)
from portal.domain.contacts.calls.levels import Level
from portal.domain.contacts.calls.states import CallState
from portal.domain.contacts.calls.written import WrittenPart
from portal.domain.contacts.line.kinds import MarkReason
from portal.domain.foundation.texts import _s

category = labels(Category)
subcategory = labels(Subcategory)
channel = labels(CallChannel)
direction = labels(Direction)
language = labels(CallLanguage)
relation = labels(Relation)
result = labels(Result)
state = labels(CallState)
matched = labels(Item)
mark_reason = labels(MarkReason)
written = labels(WrittenPart)


def level(number: int) -> str:
    """Return the label of a verification level."""
    return Level(number).label


def verification(number: int) -> str:
    """Return the level of a caller as the call desk marks it."""
    return Level(number).label if number else _s("確認がまだ")


def allowed(number: int) -> str:
    """Return the sentence on what may be told and done now."""
    return {
        Level.NONE: _s("世帯のことは、まだ何も伝えられません。先に、かけてきた人を確認します。"),
        Level.STATUS: _s(
            "下の案内を伝えられます。登録された住所への再配送と、"
            "新しい手紙の依頼を受け付けられます。"
        ),
        Level.ACT: _s(
            "案内と手続きができます。住所、生年月日、家族の名前は、こちらから読み上げません。"
        ),
    }[Level(number)]


def length(start: datetime | None, end: datetime | None) -> str:
    """Format a duration in minutes and seconds; "–" while it has no end."""
    if start is None or end is None:
        return "–"
    minutes, seconds = divmod(max(0, int((end - start).total_seconds())), 60)
    return f"{minutes}:{seconds:02d}"


def call_events() -> dict[str, str]:
    """Return the labels of the events of calls and of callers' verification, by audit action."""
    return {
        "call.started": _s("受付を始めた"),
        "call.described": _s("受付の言語などを変えた"),
        "call.hung_up": _s("話が終わった"),
        "call.finished": _s("受付を終えた"),
        "call.corrected": _s("受付の記録を直した"),
        "call.closed_by_rule": _s("忘れられた受付が、自動で終わった"),
        "call.read": _s("受付に書かれた内容を見た"),
        "call.written_down": _s("紙の受付票を入力"),
        "call.verified": _s("受付で、かけてきた人を確認した"),
        "call.not_verified": _s("受付で、かけてきた人を確認できなかった"),
        "call.call_back_asked": _s("登録の電話番号へのかけなおしを受け付けた"),
        "call.number_shown": _s("かけなおすために、登録の電話番号を表示した"),
        "call.called_back": _s("登録の電話番号にかけなおした"),
        "household.closed_to_callers": _s(
            "確認の失敗が続いたため、この日は受付で確認できなくなった"
        ),
        "household.open_to_callers": _s("受付で確認できるように、止まっていたのを解いた"),
        "household_note.written": _s("メモを書いた"),
        "household_note.assign": _s("メモを窓口に回した"),
        "household_note.finish": _s("メモを終わりにした"),
    }
