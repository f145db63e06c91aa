"""Blind verification (A14): the agent types the caller's answers and learns only if they suffice.

Three of {letter number or ID, householder's name, householder's birth date, a child's birth date,
postal code}, one of them a birth date, reach ``Level.STATUS``; the number of the current letter, or
a call back to the enrolled number, in addition reaches ``Level.ACT``. Nobody learns what was right
or wrong; what matched is stored with the call.
"""

from datetime import date

from msgspec import Struct
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from portal.domain.contacts.calls.caller_answers import Caller, Item, Said, is_enough
from portal.domain.contacts.calls.gate import locked_call, locked_household, opened_in
from portal.domain.contacts.calls.levels import Level
from portal.domain.contacts.calls.models import (
    Call,
    CallHousehold,
    VerificationAttempt,
    VerificationRelease,
)
from portal.domain.contacts.calls.names import name_matches
from portal.domain.contacts.calls.states import TALKING
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import (
    InputError,
    NotAllowedError,
    NotFoundError,
    WrongStateError,
)
from portal.domain.foundation.texts import _s
from portal.domain.foundation.vault import same
from portal.domain.foundation.work import Work
from portal.domain.letters.letters.queries import valid_letter_numbers
from portal.domain.people.credentials.services import login_digest
from portal.domain.people.households.models import Household
from portal.domain.people.households.queries import view_of
from portal.domain.people.households.states import ChildState

FAILURES_PER_DAY = 5


def verify(work: Work, household_id: int, caller: Caller) -> bool:
    """Compare the caller's answers, record the try, and return whether the next level was reached.

    Five failures on one JST day close the household to all callers until the next day: then even
    the right answers are not enough, and nothing tells the difference. Two agents at once are
    counted one after the other.

    Raises:
        InputError: there are too few answers to decide; the try does not count.
        NotAllowedError: the caller's call is not the actor's active one (anymore).
        NotFoundError: there is no such household, or callers may not know of it.
        WrongStateError: the caller has hung up, so that nobody can be answering now.
    """
    call, said = caller.call, caller.said
    if locked_call(work).id != call.id:
        raise NotAllowedError(_s("この受付は終わっています。"))
    if call.state != TALKING:
        raise WrongStateError(_s("通話は終わっています。確認できるのは、話している間だけです。"))
    household = locked_household(work.session, household_id)
    if household is None:
        raise NotFoundError(_s("この世帯は見つかりませんでした。検索からやりなおしてください。"))
    place = opened_in(work, call, household_id)
    _refuse_too_little(said, Level(place.level))
    failures = failures_on(work.session, household_id, jst_date(work.now))
    closed = failures >= FAILURES_PER_DAY
    # Compared for a closed household too, so that the time of the answer tells nothing either.
    matched = _matched(work, household, said)
    reached = Level.NONE if closed else _reached(place, matched)
    passed = reached > place.level
    place.relation = caller.relation.value
    if passed:
        place.level, place.verified_at = int(reached), work.now
        place.matched = sorted({*place.matched, *matched})
    _store_try(work, place, _Try(said.items, matched, passed))
    if not passed and not closed:
        _close_after_failures(work, call, household_id)
    return passed


class _Try(Struct, frozen=True):
    """One try: the items asked for, those that matched, and whether the next level was reached."""

    asked: frozenset[Item]
    matched: frozenset[Item]
    passed: bool


def _store_try(work: Work, place: CallHousehold, tried: _Try) -> None:
    work.session.add(
        VerificationAttempt(
            call_id=place.call_id,
            household_id=place.household_id,
            day=jst_date(work.now),
            at=work.now,
            passed=tried.passed,
            matched=sorted(tried.matched),
            asked=sorted(tried.asked),
        )
    )
    record(
        work,
        "call.verified" if tried.passed else "call.not_verified",
        "call",
        place.call_id,
        household_id=place.household_id,
        level=place.level,
        relation=place.relation,
    )
    work.session.flush()


def _close_after_failures(work: Work, call: Call, household_id: int) -> None:
    """Record that the household is closed to callers if this was the day's last allowed failure."""
    if failures_on(work.session, household_id, jst_date(work.now)) != FAILURES_PER_DAY:
        return
    record(
        work,
        "household.closed_to_callers",
        "household",
        household_id,
        household_id=household_id,
        call=call.id,
    )
    # what a supervisor's page of unusual events reads; it names no household
    record(work, "staff.unusual_browsing", "staff_user", work.actor.id, what="closed", call=call.id)


def confirm_call_back(work: Work, call: Call, household_id: int) -> CallHousehold:
    """Record that the agent called the enrolled number in this call and that somebody answered.

    This alone does not tell who answered: together with ``Level.STATUS``, reached before or after,
    it reaches ``ACT``.

    Raises:
        NotAllowedError: the call is not the actor's active one (anymore), or no number was shown in
            it.
        NotFoundError: there is no such household, or callers may not know of it.
    """
    if locked_call(work).id != call.id:
        raise NotAllowedError(_s("この受付は終わっています。"))
    place = work.session.scalar(
        select(CallHousehold)
        .join(Household, Household.id == CallHousehold.household_id)
        .where(
            CallHousehold.call_id == call.id,
            CallHousehold.household_id == household_id,
            Household.protected.is_(False),
        )
        .execution_options(populate_existing=True)
    )
    if place is None:
        raise NotFoundError(_s("この世帯は見つかりませんでした。検索からやりなおしてください。"))
    if place.dialed_at is None:
        raise NotAllowedError(_s("先に、かける番号を表示して、その番号に電話してください。"))
    if not place.called_back:
        place.called_back = True
        if place.level == Level.STATUS:
            place.level, place.verified_at = int(Level.ACT), work.now
        record(
            work, "call.called_back", "call", call.id, household_id=household_id, level=place.level
        )
        work.session.flush()
    return place


def failures_on(session: Session, household_id: int, day: date) -> int:
    """Return the number of failed tries for a household on a JST day, in any call.

    Those before the closure was lifted count no more.
    """
    statement = select(func.count(VerificationAttempt.id)).where(
        VerificationAttempt.household_id == household_id,
        VerificationAttempt.day == day,
        VerificationAttempt.passed.is_(False),
        ~was_lifted_since(),
    )
    return session.scalar(statement) or 0


def was_lifted_since() -> ColumnElement[bool]:
    """Return the condition that the closure was lifted on the day of a try, after it."""
    return (
        select(VerificationRelease.id)
        .where(
            VerificationRelease.household_id == VerificationAttempt.household_id,
            VerificationRelease.day == VerificationAttempt.day,
            VerificationRelease.up_to >= VerificationAttempt.id,
        )
        .correlate(VerificationAttempt)
        .exists()
    )


def _refuse_too_little(said: Said, level: Level) -> None:
    if level is Level.NONE and not is_enough(said.items):
        text = _s(
            "3つ以上を聞いて入力してください。そのうち1つは、世帯主かお子さんの生年月日にします。"
        )
        raise InputError(text, code="too_little")
    if level is Level.STATUS and Item.NUMBER not in said.items:
        raise InputError(_s("手紙番号かIDを聞いて入力してください。"), code="number")
    if level is Level.ACT:
        raise InputError(_s("この受付では、もう確認できています。"), code="done")


def _reached(place: CallHousehold, matched: frozenset[Item]) -> Level:
    if place.level == Level.NONE and not is_enough(matched):
        return Level.NONE
    return Level.ACT if Item.NUMBER in matched or place.called_back else Level.STATUS


def _matched(work: Work, household: Household, said: Said) -> frozenset[Item]:
    view = view_of(work, household)
    births = {child.fields.birth for child in view.children if child.state == ChildState.ACTIVE}
    answers = {
        Item.NUMBER: _number_matches(work, household.id, said.number),
        Item.NAME: name_matches(said.name, view),
        Item.BIRTH: said.birth is not None and said.birth == view.fields.birth,
        Item.CHILD_BIRTH: said.child_birth is not None and said.child_birth in births,
        Item.POSTAL: said.postal != "" and said.postal == view.fields.postal_code,
    }
    return frozenset(item for item, right in answers.items() if right)


def _number_matches(work: Work, household_id: int, number: str) -> bool:
    """Return whether a number is that of the letter in force.

    One that was replaced or reported lost proves nothing.
    """
    counts = valid_letter_numbers(work.session, household_id)
    if counts is None or not number:
        return False
    if number.isdigit():
        return same(login_digest(work.vault, number), counts.login_digest)
    return same(number.encode(), counts.letter_number.encode())
