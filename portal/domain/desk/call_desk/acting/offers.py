"""The acts that a call may offer for a household now, and for the others, why not."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.domain.contacts.calls.levels import Level
from portal.domain.contacts.calls.models import Call
from portal.domain.desk.call_desk.acting import channel
from portal.domain.desk.call_desk.acting.coupon_fault import shown_coupons
from portal.domain.desk.call_desk.acting.effective_at import asked_at
from portal.domain.desk.call_desk.acting.kinds import NEEDED, Act
from portal.domain.desk.call_desk.acting.locks import Locks, locks_of
from portal.domain.desk.call_desk.calling_back import has_number
from portal.domain.foundation.program.deadlines import Window
from portal.domain.foundation.program.opening import staff_closed_text
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.letters.letters.queries import numbers_that_count


@dataclass(frozen=True, slots=True)
class Offer:
    """One act; ``why_not`` is empty if it is possible now."""

    act: Act
    why_not: str


_WINDOWS: Mapping[Act, Callable[[Program], Window]] = {
    Act.REDELIVERY: lambda program: program.windows.redelivery,
    Act.NEW_LETTER: lambda program: program.windows.new_letter,
    Act.UNLOCK: lambda program: program.windows.sign_in,
    Act.ALTERNATIVE: lambda program: program.windows.alternative,
    Act.DECLINE_FORM: lambda program: program.windows.decline,
    Act.CHANNEL: lambda program: program.windows.sign_in,
}
_BY_ARRIVAL = frozenset({Act.REDELIVERY, Act.NEW_LETTER, Act.ALTERNATIVE})
"""Requests that are in time if they were received in time, even if entered later."""


def offers(work: Work, call: Call, household_id: int, level: Level) -> tuple[Offer, ...]:
    """Return every act, in the order in which callers ask for them.

    What the service itself refuses is left to it.
    """
    locks = locks_of(work.session, household_id, work.now) if level >= Level.ACT else Locks()
    unknown = "" if level >= Level.ACT else _to_be_known(work.session, household_id, level)
    return tuple(
        Offer(act, _why_not(work, call, household_id, act, level, unknown, locks)) for act in Act
    )


def _why_not(
    work: Work, call: Call, household_id: int, act: Act, level: Level, unknown: str, locks: Locks
) -> str:
    if level < NEEDED[act]:
        return unknown
    counts = asked_at(work.session, call, work.now) if act in _BY_ARRIVAL else work.now
    if act in _WINDOWS and (closed := staff_closed_text(_WINDOWS[act](work.program), counts)):
        return closed
    if act is Act.UNLOCK and not locks.any:
        return _s("いま止まっているものはありません。")
    if act is Act.UNLOCK and (locks.closed or not locks.can_end):
        return _s("電話では解けません。新しい手紙を案内してください。")
    if act is Act.COUPON_FAULT and not shown_coupons(work.session, household_id):
        return _s("本人が表示したクーポンがありません。")
    if act is Act.CHANNEL and not channel.can_change(work.session, household_id):
        return _s("変えられる受け取り方が登録されていません。")
    if act is Act.CHANNEL and not has_number(work.session, household_id):
        return _s("かけなおせる電話番号が登録されていません。新しい手紙だけです。")
    if act is Act.CHANNEL and not channel.was_called_back(work.session, call, household_id):
        return _after_call_back()
    return ""


def _to_be_known(session: Session, household_id: int, level: Level) -> str:
    """Return the sentence on how the caller can reach the level.

    By the letter's number, by a call back, or only by a new letter.
    """
    number = level is Level.NONE or numbers_that_count(session, household_id) is not None
    if has_number(session, household_id):
        return (
            _s("先に、手紙番号かIDを聞くか、登録の電話番号にかけなおしてください。")
            if number
            else _after_call_back()
        )
    if number:
        return _s("先に、手紙番号かIDを聞いてください。手紙がない人は、新しい手紙だけです。")
    return _s("使える手紙も、登録の電話番号もありません。新しい手紙が届いてから、できます。")


def _after_call_back() -> str:
    return _s(
        "登録の電話番号にかけなおしたあとに、できます。番号がもう使えないときは、"
        "新しい手紙だけです。"
    )
