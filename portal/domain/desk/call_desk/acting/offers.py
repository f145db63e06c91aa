"""The acts that a call may offer for a household now, and for the others, why not."""

from collections.abc import Callable, Mapping

from msgspec import Struct
from sqlalchemy.orm import Session

from portal.domain.contacts.calls.levels import Level, VerifiedCaller
from portal.domain.desk.call_desk.acting import channel
from portal.domain.desk.call_desk.acting.coupon_fault import shown_coupons
from portal.domain.desk.call_desk.acting.effective_at import effective_at
from portal.domain.desk.call_desk.acting.kinds import NEEDED, Act
from portal.domain.desk.call_desk.calling_back import has_number
from portal.domain.desk.casework.locks import locks_of
from portal.domain.foundation.program.deadlines import Window
from portal.domain.foundation.program.opening import staff_closed_text
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.letters.letters.queries import valid_letter_numbers


class Offer(Struct, frozen=True):
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


def offers(work: Work, caller: VerifiedCaller) -> tuple[Offer, ...]:
    """Return every act, in the order in which callers ask for them.

    Some refusals are known only to the service that carries out the act.
    """
    unknown = "" if caller.level >= Level.ACT else _to_be_known(work.session, caller)
    return tuple(
        Offer(act, unknown if caller.level < NEEDED[act] else _why_not(work, caller, act))
        for act in Act
    )


def _why_not(work: Work, caller: VerifiedCaller, act: Act) -> str:
    counts = effective_at(work.session, caller.call, work.now) if act in _BY_ARRIVAL else work.now
    if act in _WINDOWS and (closed := staff_closed_text(_WINDOWS[act](work.program), counts)):
        return closed
    return _REFUSALS[act](work, caller) if act in _REFUSALS else ""


def _why_no_unlock(work: Work, caller: VerifiedCaller) -> str:
    locks = locks_of(work.session, caller.household_id, work.now)
    if not locks.any:
        return _s("いま止まっているものはありません。")
    if locks.closed or not locks.can_end:
        return _s("電話では解けません。新しい手紙を案内してください。")
    return ""


def _why_no_coupon_fault(work: Work, caller: VerifiedCaller) -> str:
    shown = shown_coupons(work.session, caller.household_id)
    return "" if shown else _s("本人が表示したクーポンがありません。")


def _why_no_channel(work: Work, caller: VerifiedCaller) -> str:
    if not channel.can_change(work.session, caller.household_id):
        return _s("変えられる受け取り方が登録されていません。")
    if not has_number(work.session, caller.household_id):
        return _s("かけなおせる電話番号が登録されていません。新しい手紙だけです。")
    if not channel.was_called_back(work.session, caller.call, caller.household_id):
        return _after_call_back()
    return ""


_REFUSALS: Mapping[Act, Callable[[Work, VerifiedCaller], str]] = {
    Act.UNLOCK: _why_no_unlock,
    Act.COUPON_FAULT: _why_no_coupon_fault,
    Act.CHANNEL: _why_no_channel,
}


def _to_be_known(session: Session, caller: VerifiedCaller) -> str:
    """Return the sentence on how the caller can reach the level.

    That is by the letter's number, by a call back, or only with a new letter.
    """
    household_id = caller.household_id
    number = caller.level is Level.NONE or valid_letter_numbers(session, household_id) is not None
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
