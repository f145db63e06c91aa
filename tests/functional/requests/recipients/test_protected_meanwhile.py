"""A recipient whom the ward names as protected after the entry: the ward alone goes on with it."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from portal.domain.desk.casework import stops
from portal.domain.desk.casework.reviews.queue import known_to
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.errors import ConflictError, DomainError, NotFoundError
from portal.domain.mailroom.roster.holds.protection_list import (
    ListedNumbers,
    NumberKind,
    load_list,
)
from portal.domain.people.households.models import Household
from portal.domain.requests.all_kinds import kind_of
from portal.domain.requests.recipients.newcomer import HandOver, Newcomer
from portal.domain.requests.recipients.queries import open_requests
from portal.domain.requests.requests.deciding import decide
from portal.domain.requests.requests.decisions import Decided
from portal.domain.requests.requests.models import Request, Scan
from portal.domain.requests.requests.scans import visible_scan
from portal.platform.database import Database
from tests.functional.requests.recipients.support import (
    NEWCOMER,
    NOW,
    ORDER,
    PROGRAM,
    Office,
    open_office,
)
from tests.support.work import work_in

LATER = NOW + timedelta(hours=1)
TARGET = "9800000002"
"""The ward's number of the second household, to which the children go."""


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Office:
    return open_office(database, tmp_path)


def name(office: Office, number: str = TARGET) -> None:
    """The ward's list names a household."""
    with office.database.write() as session:
        listed = ListedNumbers(NumberKind.HOUSEHOLD, (number,))
        assert load_list(work_in(session, office.ward, LATER), listed).unknown == ()


def entered(office: Office, kind: str) -> Request:
    """Children go to the second household, by a change or by an addition."""
    recipient = Newcomer(office.households[1], HandOver.ADDRESS)
    if kind == "addition":
        return office.add(newcomer=recipient, scan_id=office.scan())
    return office.change(newcomer=recipient, instruction=ORDER, scan_id=office.scan())


def told(office: Office, row: Request) -> DomainError:
    """What a colleague of the contractor is told who confirms on a page opened before."""
    with pytest.raises(DomainError) as refusal:
        office.decide(row, actor=office.colleague)
    return refusal.value


BOTH = pytest.mark.parametrize("kind", ["change", "addition"])


@BOTH
def test_it_is_gone_for_the_contractor_like_one_that_never_was(office: Office, kind: str) -> None:
    row = entered(office, kind)
    name(office)
    with office.database.read() as session:
        assert open_requests(session, include_protected=False) == []
        assert [one.id for one in open_requests(session, include_protected=True)] == [row.id]
        known = select(Request.id).where(known_to(include_protected=False))
        assert session.scalars(known).all() == []
        scan_id = session.scalars(select(Scan.id)).one()
        assert visible_scan(session, scan_id, include_protected=False) is None
    with office.database.write() as session:
        work, kind_of_it = work_in(session, office.colleague, NOW), kind_of(row.kind)
        with pytest.raises(NotFoundError) as never:
            decide(work, kind_of_it, row.id + 99, 1, Decided("accept", "", "", {}))
    refusal = told(office, row)
    assert (type(refusal), refusal.message) == (NotFoundError, never.value.message)


@BOTH
def test_the_ward_decides_on_it_after_it_read_that_the_recipient_is_protected(
    office: Office, kind: str
) -> None:
    row = entered(office, kind)
    name(office)
    with office.database.write() as session:
        work = work_in(session, office.ward, LATER, program=PROGRAM)
        with pytest.raises(ConflictError, match="画面を開いたあとに変わりました"):
            decide(work, kind_of(row.kind), row.id, row.version, Decided("accept", "", "", {}))
        stored = session.get_one(Request, row.id)
        assert "支援措置" in kind_of(row.kind).effects_of(work, stored)[0]
    assert office.decide(row).household_id == office.households[1], "no code is shown in between"


def test_a_child_that_waits_for_its_issuer_still_comes_to_the_protected_family(
    office: Office,
) -> None:
    office.reveal(office.households[0], 2)
    office.real_issuer()
    row = office.decide(entered(office, "change"), actor=office.colleague)
    name(office)
    coupon = office.entry(office.households[0], 2).coupon
    assert coupon is not None
    with office.database.write() as session:
        assert stops.waiting_stops(work_in(session), include_protected=False) == []
        work = work_in(session, office.officer, LATER, program=PROGRAM)
        with pytest.raises(NotFoundError):
            stops.confirm(work, coupon.id, include_protected=False)
        work = work_in(session, office.ward, LATER, program=PROGRAM)
        stops.confirm(work, coupon.id, include_protected=True)
        assert session.get_one(Request, row.id).household_id == office.households[1]


def test_a_recipient_whose_number_only_was_typed_is_known_by_it(office: Office) -> None:
    typed = Newcomer(None, HandOver.ADDRESS, TARGET, name=NEWCOMER.name, birth=NEWCOMER.birth)
    row = office.change(newcomer=typed, instruction=ORDER, scan_id=office.scan())
    name(office)
    assert isinstance(told(office, row), NotFoundError)
    with office.database.read() as session:
        assert open_requests(session, include_protected=False) == []


@BOTH
def test_whoever_confirms_while_the_list_is_on_its_way_is_refused_too(
    office: Office, kind: str
) -> None:
    row = entered(office, kind)
    with office.database.write() as session:
        session.get_one(Household, office.households[1]).protected = True
    assert isinstance(told(office, row), NotFoundError)
    with office.database.read() as session:
        assert session.get_one(Request, row.id).state == "waiting"
    assert office.added() == 0
    assert office.entry(office.households[0], 2).coupon is not None, "nothing moved"


def test_other_entries_stay_what_they_are_and_the_record_tells_which_did_not(
    office: Office,
) -> None:
    other = office.change(household=office.households[0], ordinals=(1,))
    row = entered(office, "change")
    name(office)
    with office.database.read() as session:
        left = session.scalars(
            select(AuditEvent.subject_id).where(AuditEvent.action == "request.left_to_ward")
        ).all()
        assert left == [row.id]
        assert session.get_one(Request, other.id).version == other.version
