"""Recipients added by instruction.

Two people with the ward, each child once, and sums that tell of it.
"""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from portal.domain.desk.casework.reviews.queue import known_to
from portal.domain.foundation.actors import Organization, Role
from portal.domain.foundation.errors import (
    ConflictError,
    InputError,
    NotAllowedError,
    NotFoundError,
    WrongStateError,
)
from portal.domain.people.coupons.assignment import assign
from portal.domain.people.coupons.reserve import Reserve
from portal.domain.people.households.models import Household
from portal.domain.people.households.queries import view_household
from portal.domain.requests.recipients.models import RecipientAddition
from portal.domain.requests.recipients.newcomer import HandOver
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.scans import visible_scan
from portal.platform.database import Database
from tests.functional.requests.recipients.support import (
    AT_COUNTER,
    BABY,
    NEW_NAME,
    NEWCOMER,
    NOW,
    Office,
    open_office,
    staff_member,
    unknown_child,
)
from tests.support.coupons import AMOUNT
from tests.support.people import CANARY_CHILDREN
from tests.support.work import work_in


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Office:
    return open_office(database, tmp_path)


def test_a_household_is_added_and_gets_its_coupon(office: Office) -> None:
    assert (office.sums().all.children, office.added()) == (4, 0)
    row = office.add(children=(BABY, unknown_child("p778")))
    assert office.sums().all.children == 4
    done = office.decide(row)
    assert (done.state, done.result) == ("closed", "accepted")
    assert office.added() == 2
    assert office.sums().adds_up(4 + 2, 6 * AMOUNT)
    with office.database.write() as session:
        assign(work_in(session, now=NOW), reserve=Reserve(), protection_loaded=True)
    with office.database.read() as session:
        view = view_household(work_in(session), done.household_id or 0)
        traced = session.scalars(select(RecipientAddition.request_id)).all()
    assert (view.fields.name, len(view.children)) == (NEW_NAME, 2)
    assert list(traced) == [row.id, row.id]
    assert office.entry(done.household_id or 0, 1).can_show(NOW)


def test_a_child_is_added_to_a_household_that_is_known(office: Office) -> None:
    row = office.add(newcomer=NEWCOMER.__class__(office.households[0], HandOver.ADDRESS))
    assert office.decide(row).household_id == office.households[0]
    assert office.entry(office.households[0], 3).entitlement_state == "in_progress"
    assert office.sums().adds_up(5, 5 * AMOUNT)


def test_without_the_wards_instruction_nobody_is_added(office: Office) -> None:
    for actor in (office.officer, office.ward):
        with pytest.raises(InputError, match="指示書"):
            office.add(instruction=None, actor=actor)
    with pytest.raises(InputError):
        office.add(children=())


def test_until_it_is_accepted_an_addition_is_the_wards_alone(office: Office) -> None:
    """Also of nobody known, by whomever, with the ward's order: see ``test_typed_off_papers``."""
    for person, enters in (("p779", office.officer), ("p780", office.ward)):
        scan_id = office.scan()
        row = office.add(children=(unknown_child(person),), scan_id=scan_id, actor=enters)
        with pytest.raises(NotFoundError):
            office.decide(row, actor=office.colleague)
        assert (row.ward_only, seen_by_contractor(office, row, scan_id)) == (True, False)
        second = staff_member(office.database, person, Organization.WARD, Role.WARD_OFFICER)
        assert office.decide(row, actor=second).result == "accepted"
        assert seen_by_contractor(office, row, scan_id), "its household may be known"


def seen_by_contractor(office: Office, row: Request, scan_id: int) -> bool:
    with office.database.read() as session:
        known = session.scalar(
            select(Request.id).where(known_to(include_protected=False), Request.id == row.id)
        )
        scan = visible_scan(session, scan_id, include_protected=False)
    assert (known is None) is (scan is None)
    return known is not None


def test_an_entry_of_before_that_rule_is_accepted_by_the_ward_too(office: Office) -> None:
    row = office.add(scan_id=office.scan())
    with office.database.write() as session:
        session.get_one(Request, row.id).ward_only = False
    with pytest.raises(NotFoundError):
        office.decide(row, actor=office.colleague)
    with pytest.raises(NotAllowedError):
        office.decide(row, actor=office.officer)
    assert (office.added(), office.decide(row).result) == (0, "accepted")


def test_a_child_is_added_once(office: Office) -> None:
    first, second = office.add(), office.add()
    office.decide(first)
    with pytest.raises(ConflictError):
        office.decide(second)
    with pytest.raises(ConflictError, match="もう対象者"):
        office.add()
    with pytest.raises(InputError, match="二度"):
        office.add(children=(unknown_child("p780"), unknown_child("p780")))
    with pytest.raises(WrongStateError):
        office.decide(first)
    assert office.sums().adds_up(5, 5 * AMOUNT)


def test_the_ward_alone_reads_that_somebody_is_alike(office: Office) -> None:
    alike = replace(
        BABY,
        person_no="p900",
        name=CANARY_CHILDREN[0][0].replace("　", " "),
        birth=date(2013, 5, 1),
    )
    row = office.add(children=(alike,))
    assert (row.warnings, row.ward_only) == (["possible_duplicate"], True)
    with pytest.raises(NotFoundError):
        office.decide(row, actor=office.colleague)
    done = office.decide(row)
    assert (done.result, done.ward_only, done.warnings) == ("accepted", False, [])


def test_a_protected_child_is_never_confirmed_to_the_contractor(office: Office) -> None:
    with office.database.write() as session:
        session.get_one(Household, office.households[0]).protected = True
    known = replace(BABY, person_no="p9800000001-1", name="別の　名前")
    row = office.add(children=(known,))
    assert (row.warnings, row.ward_only) == (["possible_duplicate"], True)
    with pytest.raises(ConflictError):
        office.decide(row)
    with pytest.raises(ConflictError):
        office.add(children=(known,), actor=office.ward)


def test_a_birth_outside_the_period_is_a_warning(office: Office) -> None:
    row = office.add(children=(replace(BABY, birth=date(2023, 6, 30)),))
    assert (row.warnings, row.ward_only) == (["outside_births"], True)
    assert office.decide(row).result == "accepted"


def test_a_refusal_leaves_no_trace_of_a_household(office: Office) -> None:
    other = staff_member(office.database, "ward2", Organization.WARD, Role.WARD_OFFICER)
    row = office.decide(
        office.add(newcomer=AT_COUNTER, actor=office.ward), "refuse", actor=other, reason="other"
    )
    assert (row.state, row.result, row.household_id) == ("closed", "refused", None)
    with office.database.read() as session:
        assert len(session.scalars(select(Household.id)).all()) == 2
        sealed = session.get_one(Request, row.id).sealed or b""
    assert NEW_NAME.encode() not in sealed
