"""A try of the staff that nobody judged is no try: busy machine, lost database, full network.

Otherwise an officer who presses again as the page says would lock the own account.
"""

import time
from collections.abc import Callable

import pytest
from sqlalchemy import select

from portal.domain.people.authn import throttles
from portal.domain.people.authn.models import ThrottleBucket
from portal.domain.people.staff.sign_in import account_key
from tests.functional.people.admin.lock_support import at_work, kept
from tests.functional.people.admin.test_sign_in import password_step
from tests.functional.platform.test_lost_database import FAULTS, failing
from tests.functional.resident.test_enumeration import full
from tests.support.programs.servers import until
from tests.support.resident import Visitor
from tests.support.staff import PASSWORD, StaffSite

Press = Callable[[str], int]
"""Sends a password and returns the status of the answer."""


def counted(staff: StaffSite) -> int:
    """All tries that are counted."""
    with staff.database.read() as session:
        return sum(session.scalars(select(ThrottleBucket.count)))


def at_the_door(staff: StaffSite) -> tuple[Press, Callable[[], Visitor]]:
    """A page of sign-in, and what comes after it for a right password."""
    colleague = staff.hire()
    visitor = staff.visitor()
    visitor.open("/signin")

    def press(password: str) -> int:
        typed = {"login": colleague.login, "password": password}
        return visitor.post("/signin/submit", typed).status_code

    return press, lambda: password_step(staff, colleague.login, PASSWORD)


def at_the_lock(staff: StaffSite) -> tuple[Press, Callable[[], Visitor]]:
    """A locked screen, and what comes after it for a right password."""
    _colleague, visitor = at_work(staff)
    staff.clock.advance(minutes=15)
    visitor.open("/account")
    carried = kept(visitor)

    def press(password: str) -> int:
        return visitor.post("/lock/open", {**carried, "password": password}).status_code

    def inside() -> Visitor:
        visitor.send("/lock/open", {**carried, "password": PASSWORD})
        return visitor

    return press, inside


PLACES = [
    pytest.param(at_the_door, "/signin/code", "INSERT INTO auth_session", id="door"),
    pytest.param(at_the_lock, "/account", "INSERT INTO audit_event", id="lock"),
]
Place = Callable[[StaffSite], tuple[Press, Callable[[], Visitor]]]


@pytest.mark.parametrize(("place", "inside", "_after"), PLACES)
def test_a_full_hash_pool_counts_no_try(
    sqlite_staff: StaffSite, place: Place, inside: str, _after: str
) -> None:
    press, enter = place(sqlite_staff)
    with full(sqlite_staff.site.hashes):
        assert [press(PASSWORD) for _press in range(7)] == [503] * 7
    assert counted(sqlite_staff) == 0
    assert enter().place == inside


@pytest.mark.parametrize(("place", "inside", "after"), PLACES)
def test_right_passwords_whose_database_was_lost_lock_no_account(
    staff: StaffSite, place: Place, inside: str, after: str
) -> None:
    press, enter = place(staff)
    for _press in range(7):  # more than the five that are wrong may be
        with failing(staff.database, "statement", FAULTS["connection"], after=after):
            assert press(PASSWORD) == 503
        until(lambda: counted(staff) == 0, seconds=10)
    assert enter().place == inside


@pytest.mark.parametrize(("place", "_inside", "_after"), PLACES)
def test_wrong_ones_stay_counted_though_it_was_lost(
    sqlite_staff: StaffSite, place: Place, _inside: str, _after: str
) -> None:
    press, _enter = place(sqlite_staff)
    fault = FAULTS["connection"]
    with failing(sqlite_staff.database, "statement", fault, after="INSERT INTO audit_event"):
        assert [press("wrong") for _press in range(2)] == [503, 503]
    time.sleep(0.5)
    assert counted(sqlite_staff) == 4, "two of the account, two of the network"


def test_a_network_that_is_full_costs_its_members_no_tries(staff: StaffSite) -> None:
    colleague, tries = staff.hire(), throttles.NETWORK.allowed
    for place in range(tries):
        password_step(staff, f"nobody{place}", "wrong")
    for _press in range(7):
        page = password_step(staff, colleague.login, PASSWORD).page
        assert page is not None
        assert page.status_code == 429
    own = throttles.STAFF_ACCOUNT.of(account_key(staff.site.vault, colleague.login))
    with staff.database.read() as session:
        assert session.get_one(ThrottleBucket, own.stored_key).count == 0
    staff.clock.advance(minutes=15)
    assert password_step(staff, colleague.login, PASSWORD).place == "/signin/code"
