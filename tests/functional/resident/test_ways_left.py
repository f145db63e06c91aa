"""Home and the list of requests offer a decline and paper alike: only while one is left."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from portal.domain.people.coupons.models import Coupon, CouponBatch
from tests.functional.requests.declines.support import TOO_LATE
from tests.functional.requests.declines.test_journey import decline
from tests.support.people import Person
from tests.support.resident import Resident, Visitor

DECLINE, PAPER = "/decline", "/alternative"
PAGES = ("/home", "/requests")


@pytest.fixture
def person(sqlite_resident: Resident) -> Person:
    """A household of two children with coupons."""
    found = sqlite_resident.add(active=True)
    sqlite_resident.give_coupons()
    return found


def offered(visitor: Visitor) -> set[str]:
    """What both pages offer."""
    found = [
        {way for way in (DECLINE, PAPER) if f'href="{way}"' in visitor.open(page).text}
        for page in PAGES
    ]
    assert found[0] == found[1]
    return found[0]


def coupons(resident: Resident, **changes: object) -> None:
    with resident.database.write() as session:
        session.execute(update(Coupon).where(Coupon.entitlement_id.is_not(None)).values(**changes))


def test_as_long_as_one_child_is_left_both_are_offered(
    sqlite_resident: Resident, person: Person
) -> None:
    visitor = sqlite_resident.enter(person)
    assert offered(visitor) == {DECLINE, PAPER}
    decline(sqlite_resident, person, visitor, child_1="1")
    assert offered(visitor) == {DECLINE, PAPER}


def test_nothing_is_offered_when_all_are_declined(
    sqlite_resident: Resident, person: Person
) -> None:
    visitor = sqlite_resident.enter(person)
    decline(sqlite_resident, person, visitor)
    assert offered(visitor) == set()


@pytest.mark.parametrize("state", ["part_used", "exchanged"])
def test_nothing_is_offered_for_coupons_that_were_used(
    sqlite_resident: Resident, person: Person, state: str
) -> None:
    coupons(sqlite_resident, state=state, revealed_at=sqlite_resident.now)
    assert offered(sqlite_resident.enter(person)) == set()


@pytest.mark.parametrize(("stop", "left"), [("never", set()), ("file", {DECLINE, PAPER})])
def test_a_code_that_was_shown_and_cannot_be_stopped_is_final(
    sqlite_resident: Resident, person: Person, stop: str, left: set[str]
) -> None:
    with sqlite_resident.database.write() as session:
        session.execute(update(CouponBatch).values(stop=stop, sandbox=False))
    visitor = sqlite_resident.enter(person)
    assert offered(visitor) == {DECLINE, PAPER}
    coupons(sqlite_resident, state="revealed", revealed_at=sqlite_resident.now)
    assert offered(visitor) == left


def test_each_is_offered_until_its_last_day(sqlite_resident: Resident, person: Person) -> None:
    windows = sqlite_resident.site.program.windows
    sqlite_resident.clock.instant = TOO_LATE
    left = {PAPER} if not windows.alternative.is_over(TOO_LATE) else set()
    assert offered(sqlite_resident.enter(person)) == left
    sqlite_resident.clock.instant = datetime(2024, 3, 1, tzinfo=UTC)
    assert offered(sqlite_resident.enter(person)) == set()
