"""Blind verification: the agent types what the caller says, the answer is only whether it is enough (A14).

Three of {letter number or ID, householder's name, householder's birth date, a child's birth date,
postal code}, one of them a birth date, reach ``Level.STATUS``; besides that the number of the
letter that counts, or a call back to the enrolled number, reaches ``Level.ACT``. Nobody learns what
was right or wrong; what matched is kept with the call.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.contacts.calls.gate import locked_call, opened_in
from portal.domain.contacts.calls.kinds import Relation
from portal.domain.contacts.calls.levels import Level
from portal.domain.contacts.calls.models import Call, CallHousehold, VerificationAttempt
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
from portal.domain.foundation.typed import DateFault, postal_code, whole_date, without_separators
from portal.domain.foundation.vault import same
from portal.domain.foundation.work import Work
from portal.domain.letters.letters.numbers import is_letter_number
from portal.domain.letters.letters.queries import numbers_that_count
from portal.domain.people.credentials.formats import read_login_id
from portal.domain.people.credentials.services import login_digest
from portal.domain.people.households.models import Household
from portal.domain.people.households.queries import view_of

ENOUGH = 3
FAILURES_PER_DAY = 5


class Item(StrEnum):
    """What a caller can be asked for."""

    NUMBER = "number"
    NAME = "name"
    BIRTH = "birth"
    CHILD_BIRTH = "child_birth"
    POSTAL = "postal"


BIRTHS = frozenset({Item.BIRTH, Item.CHILD_BIRTH})


@dataclass(frozen=True, slots=True)
class Said:
    """What the caller said, read as it was meant; what was not said is empty.

    ``number`` has its check digit right.
    """

    number: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    birth: date | None = field(default=None, repr=False)
    child_birth: date | None = field(default=None, repr=False)
    postal: str = field(default="", repr=False)

    @property
    def items(self) -> frozenset[Item]:
        """Which of the five were said."""
        return frozenset(item for item in Item if getattr(self, item.value))


class SaidError(InputError):
    """Something typed cannot be read, whoever the household is; ``faults`` has a sentence per item.

    No try counts.
    """

    def __init__(self, faults: dict[str, str]) -> None:
        super().__init__(next(iter(faults.values())))
        self.faults = faults


def read_said(typed: dict[str, str]) -> Said:
    """Read what was typed for the five items, by item.

    Raises:
        SaidError: a number without right check digit, a date or postal code that is none. This is
            public arithmetic and tells nothing about a household.
    """
    faults: dict[str, str] = {}
    texts = {item: typed.get(item.value, "").strip()[:200] for item in Item}
    number = read_number(texts[Item.NUMBER])
    if texts[Item.NUMBER] and not number:
        faults[Item.NUMBER] = _s(
            "この番号は、手紙番号でもIDでもありません。もう一度、ゆっくり聞いてください。"
        )
    dates: dict[Item, date | None] = {}
    for item in sorted(BIRTHS):
        found = whole_date(texts[item]) if texts[item] else None
        if isinstance(found, DateFault):
            faults[item] = _s("生年月日は、1985-03-09 か 昭和60年3月9日 のように入力してください。")
        dates[item] = found if isinstance(found, date) else None
    postal = postal_code(texts[Item.POSTAL]) or ""
    if texts[Item.POSTAL] and not postal:
        faults[Item.POSTAL] = _s("郵便番号は、7けたの数字で入力してください。例：123-4567")
    if faults:
        raise SaidError({str(item): text for item, text in faults.items()})
    return Said(number, texts[Item.NAME], dates[Item.BIRTH], dates[Item.CHILD_BIRTH], postal)


def read_number(typed: str) -> str:
    """Return a typed ID or letter number in the form that is stored; "" where it cannot be either."""
    if login_id := read_login_id(typed):
        return login_id
    number = without_separators(typed).upper()
    return number if is_letter_number(number) else ""


def verify(work: Work, call: Call, household_id: int, said: Said, relation: Relation) -> bool:
    """Compare what the caller said, count the try, and tell only whether it was enough for the next level.

    Five failed ones on one JST day close the household to all callers until the next: then even the
    right answers are not enough, and nothing tells the difference. Two agents at once are counted
    one after the other.

    Raises:
        InputError: too little was said to decide anything; no try counts.
        NotAllowedError: the call is not (any more) the acting person's open one.
        NotFoundError: no such household, or one that callers may not know of.
        WrongStateError: the caller has hung up: nobody can be saying anything now.
    """
    if locked_call(work).id != call.id:
        raise NotAllowedError(_s("この受付は終わっています。"))
    if call.state != TALKING:
        raise WrongStateError(_s("通話は終わっています。確認できるのは、話している間だけです。"))
    household = work.session.scalar(
        select(Household)
        .where(Household.id == household_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if household is None or household.protected:
        raise NotFoundError(_s("この世帯は見つかりませんでした。検索からやりなおしてください。"))
    place = opened_in(work.session, call, household_id, work.now)
    _refuse_too_little(said, Level(place.level))
    day = jst_date(work.now)
    closed = failures_on(work.session, household_id, day) >= FAILURES_PER_DAY
    # Compared for a closed household too, so that the time of the answer tells nothing either.
    matched = _matched(work, household, said)
    reached = Level.NONE if closed else _reached(place, matched)
    passed = reached > place.level
    work.session.add(
        VerificationAttempt(
            call_id=call.id,
            household_id=household_id,
            day=day,
            at=work.now,
            passed=passed,
            matched=sorted(matched),
            asked=sorted(said.items),
        )
    )
    place.relation = relation.value
    if passed:
        place.level, place.verified_at = int(reached), work.now
        place.matched = sorted({*place.matched, *matched})
    action = "call.verified" if passed else "call.not_verified"
    record(
        work,
        action,
        "call",
        call.id,
        household_id=household_id,
        level=place.level,
        relation=relation.value,
    )
    work.session.flush()
    if (
        not passed
        and not closed
        and failures_on(work.session, household_id, day) == FAILURES_PER_DAY
    ):
        record(
            work,
            "household.closed_to_callers",
            "household",
            household_id,
            household_id=household_id,
            call=call.id,
        )
        # what a supervisor's page of unusual things reads; it names no household
        record(
            work, "staff.unusual_browsing", "staff_user", work.actor.id, what="closed", call=call.id
        )
    return passed


def confirm_call_back(work: Work, call: Call, household_id: int) -> CallHousehold:
    """Note that the agent called the enrolled number in this call, and that somebody answered.

    That alone says nothing of who it is: with what reaches ``Level.STATUS``, before or after, it
    reaches ``ACT``.

    Raises:
        NotAllowedError: the call is not (any more) the acting person's open one, or no number was
            shown in it.
        NotFoundError: no such household, or one that callers may not know of.
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
    """Return how many tries failed for a household on a JST day, in any call."""
    statement = select(func.count(VerificationAttempt.id)).where(
        VerificationAttempt.household_id == household_id,
        VerificationAttempt.day == day,
        VerificationAttempt.passed.is_(False),
    )
    return session.scalar(statement) or 0


def is_enough(items: Iterable[Item]) -> bool:
    """Tell whether these items together can reach a level: three of them, one a birth date."""
    found = set(items)
    return len(found) >= ENOUGH and bool(found & BIRTHS)


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
    births = {child.fields.birth for child in view.children if child.state == "active"}
    answers = {
        Item.NUMBER: _number_matches(work, household.id, said.number),
        Item.NAME: name_matches(said.name, view),
        Item.BIRTH: said.birth is not None and said.birth == view.fields.birth,
        Item.CHILD_BIRTH: said.child_birth is not None and said.child_birth in births,
        Item.POSTAL: said.postal != "" and said.postal == view.fields.postal_code,
    }
    return frozenset(item for item, right in answers.items() if right)


def _number_matches(work: Work, household_id: int, number: str) -> bool:
    """Tell whether a number stands on the letter that counts.

    One that was replaced or reported lost proves nothing.
    """
    counts = numbers_that_count(work.session, household_id)
    if counts is None or not number:
        return False
    if number.isdigit():
        return same(login_digest(work.vault, number), counts.login_digest)
    return same(number.encode(), counts.letter_number.encode())
