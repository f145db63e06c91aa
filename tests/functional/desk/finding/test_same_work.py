"""Finding nobody is as much work as finding a family that is kept from the reader."""

from collections.abc import Callable
from dataclasses import fields

import pytest
from sqlalchemy import Engine, event, update

from portal.domain.desk.casework.access import Missing, visible
from portal.domain.desk.finding.search import Typed, find
from portal.domain.foundation.errors import IntegrityFaultError
from portal.domain.foundation.vault import Vault
from portal.domain.foundation.work import Work
from portal.domain.letters.letters.numbers import new_letter_number
from portal.domain.people.households.models import Household
from portal.domain.people.households.queries import view_household
from portal.domain.people.households.search import SearchTerms, search_with_withheld
from tests.functional.desk.call_desk.support import letter_of
from tests.support.coupons import VAULT
from tests.support.login_ids import plain_login_id
from tests.support.people import Person, add_household
from tests.support.staff import StaffSite
from tests.support.work import work_in

NAME, NOBODYS = "鶉野　瑠璃子", "鶫原　玻璃子"
Look = Callable[[Work], object]


class _CountingVault(Vault):
    """Counts what it opens."""

    opened = 0

    def unwrap(self, wrapped: bytes) -> bytes:
        type(self).opened += 1
        return super().unwrap(wrapped)


def work_of(staff: StaffSite, look: Look) -> tuple[int, int]:
    """How many households were opened for a look, and how many statements it took."""
    vault = _CountingVault(**{one.name: getattr(VAULT, one.name) for one in fields(Vault)})
    told: list[str] = []

    def tell(*args: object) -> None:
        told.append(str(args[2]))

    with staff.database.read() as session:
        work = work_in(session, vault=vault, now=staff.now)
        look(work)  # the first search makes the index
        _CountingVault.opened = 0
        session.expire_all()
        event.listen(Engine, "before_cursor_execute", tell)
        try:
            look(work)
        finally:
            event.remove(Engine, "before_cursor_execute", tell)
    return _CountingVault.opened, len(told)


def test_a_family_that_is_kept_from_the_reader_is_as_much_work_as_nobody(staff: StaffSite) -> None:
    with staff.database.write() as session:
        add_household(
            session, VAULT, "9500000001", staff.now, name="潮見　太郎", kana="シオミ タロウ"
        )
    person = staff.add_household(active=True, protected=True)
    letter = letter_of(staff, person)
    for there, nobodys in (
        (Typed(name=NAME), Typed(name=NOBODYS)),
        (Typed(number=person.login_id), Typed(number=plain_login_id())),
        (Typed(number=letter), Typed(number=new_letter_number())),
    ):
        found, absent = (work_of(staff, _office(typed)) for typed in (there, nobodys))
        assert found == absent
        assert found[0] == 1
    called, absent = (work_of(staff, _call(name)) for name in (NAME, NOBODYS))
    assert called == absent
    assert called[0] == 1


def test_the_row_of_a_family_that_is_kept_from_the_reader_is_never_loaded(staff: StaffSite) -> None:
    person = staff.add_household(protected=True)
    with staff.database.read() as session:
        hidden = visible(session, person.household_id, include_protected=False)
        assert hidden == Missing(person.household_id, protected=True)
        assert not [one for one in session if isinstance(one, Household)]
        assert visible(session, 999_999, include_protected=False) == Missing(
            999_999, protected=False
        )
        shown = visible(session, person.household_id, include_protected=True)
        assert isinstance(shown, Household)


def test_a_damaged_household_stops_no_search_for_others(staff: StaffSite) -> None:
    person: Person = staff.add_household()
    with staff.database.write() as session:
        session.execute(update(Household).values(wrapped_key=b"damaged" * 9))
    with staff.database.read() as session:
        work = work_in(session, now=staff.now)
        assert find(work, Typed(number=plain_login_id()), include_protected=False).households == ()
        assert find(work, Typed(name=NOBODYS), include_protected=False).households == ()
        with pytest.raises(IntegrityFaultError):
            view_household(work, person.household_id)


def _office(typed: Typed) -> Look:
    return lambda work: find(work, typed, include_protected=False)


def _call(name: str) -> Look:
    return lambda work: search_with_withheld(work, SearchTerms(name=name))
