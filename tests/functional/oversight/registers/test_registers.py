"""The ward alone confirms an entry, and what is missing or runs out is said in time."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest

from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.approvals.services import Instruction
from portal.domain.foundation.errors import (
    InputError,
    NotAllowedError,
    NotFoundError,
    WrongStateError,
)
from portal.domain.oversight.registers import services
from portal.domain.oversight.registers.dues import Due, dues
from portal.domain.oversight.registers.kinds import REGISTERS, RegisterKind, Result
from portal.domain.oversight.registers.models import RegisterEntry
from portal.domain.oversight.registers.queries import Entry, entries
from portal.domain.oversight.registers.services import NewEntry
from portal.domain.oversight.registers.states import ENTRY, EntryState
from portal.domain.oversight.reports.management.registers import registers_report
from portal.platform.database import Database
from tests.functional.contacts.faxes.test_races import race
from tests.support.coupons import NOW
from tests.support.staff import hire
from tests.support.work import work_in

TODAY = date(2023, 7, 3)
DECISION = Instruction("5汐子第9号", TODAY)
DAY = timedelta(days=1)


@dataclass
class Office:
    """An officer, somebody of the ward, and the database."""

    database: Database
    officer: Actor
    ward: Actor

    def enter(self, kind: RegisterKind, **typed: object) -> int:
        """Make an entry that is right but for what is given."""
        register = REGISTERS[kind]
        usual: dict[str, object] = {"day": TODAY}
        if register.of_a_person:
            usual["staff_id"] = self.officer.id
        else:
            usual["party"] = "株式会社みなと（架空）"
        if register.number is not None:
            usual["number"] = "第1号"
        if register.until is not None:
            usual["until"] = TODAY + (register.longest or timedelta(days=1_000))
        if register.has_result:
            usual["result"] = Result.PASSED.value
        if register.filed:
            usual["document"] = b"%PDF-1.7"
        with self.database.write() as session:
            new = NewEntry(kind.value, **(usual | typed))  # type: ignore[arg-type]
            return services.enter(work_in(session, self.officer), new).id

    def due(self, now: datetime = NOW) -> dict[RegisterKind, list[Due]]:
        """What is due, by register."""
        found: dict[RegisterKind, list[Due]] = {}
        with self.database.read() as session:
            for due in dues(work_in(session, self.officer, now)):
                found.setdefault(due.kind, []).append(due)
        return found

    def entry(self, entry_id: int) -> Entry:
        """One entry as people read it."""
        with self.database.read() as session:
            return next(one for one in entries(work_in(session)) if one.id == entry_id)


@pytest.fixture
def office(database: Database) -> Office:
    officer, ward = (
        hire(database, NOW, role, role.value).id for role in (Role.OFFICER, Role.WARD_OFFICER)
    )
    return Office(
        database,
        Actor(Role.OFFICER, officer, Organization.CONTRACTOR),
        Actor(Role.WARD_OFFICER, ward, Organization.WARD),
    )


@pytest.mark.parametrize("kind", list(RegisterKind))
def test_every_register_takes_an_entry_and_shows_it(office: Office, kind: RegisterKind) -> None:
    one = office.entry(office.enter(kind, note="架空の記録"))
    assert one.kind is kind
    assert one.about
    assert one.note == "架空の記録"
    waits = REGISTERS[kind].ward_confirms
    assert one.state is (EntryState.WAITING if waits else EntryState.STANDING)
    with office.database.read() as session:
        row = session.get_one(RegisterEntry, one.id)
        assert "架空".encode() not in row.sealed


@pytest.mark.parametrize(
    ("kind", "typed", "code"),
    [
        (RegisterKind.CERTIFICATE, {"party": " "}, "party"),
        (RegisterKind.CERTIFICATE, {"party": "x" * 201}, "party"),
        (RegisterKind.CERTIFICATE, {"number": ""}, "number"),
        (RegisterKind.CERTIFICATE, {"until": None}, "until"),
        (RegisterKind.CERTIFICATE, {"until": TODAY - DAY}, "until"),
        (RegisterKind.CERTIFICATE, {"day": TODAY + 400 * DAY}, "day"),
        (RegisterKind.DISCLOSURE, {"until": TODAY + 61 * DAY}, "until"),
        (RegisterKind.PLEDGE, {"staff_id": None}, "staff_id"),
        (RegisterKind.PLEDGE, {"staff_id": 999}, "staff_id"),
        (RegisterKind.SELF_CHECK, {"note": "x" * 501}, "note"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(
    office: Office, kind: RegisterKind, typed: dict[str, object], code: str
) -> None:
    with pytest.raises(InputError) as caught:
        office.enter(kind, **typed)
    assert caught.value.code == code


def test_only_the_ward_confirms_what_was_handed_in_once_and_with_its_number(office: Office) -> None:
    key = office.enter(RegisterKind.DELIVERABLE)
    with pytest.raises(NotAllowedError), office.database.write() as session:
        services.confirm(work_in(session, office.officer), key, DECISION)
    with pytest.raises(InputError) as caught, office.database.write() as session:
        services.confirm(work_in(session, office.ward), key, Instruction(" ", TODAY))
    assert caught.value.code == "decision_no"
    assert office.entry(key).state is EntryState.WAITING
    with office.database.write() as session:
        services.confirm(work_in(session, office.ward), key, DECISION)
    one = office.entry(key)
    assert (one.state, one.decision_no) == (EntryState.CONFIRMED, "5汐子第9号")
    with pytest.raises(WrongStateError), office.database.write() as session:
        services.confirm(work_in(session, office.ward), key, DECISION)
    with pytest.raises(WrongStateError), office.database.write() as session:
        services.end(work_in(session, office.officer), key)


def test_two_of_the_ward_at_once_confirm_once(office: Office) -> None:
    key = office.enter(RegisterKind.COMPLETION)

    def confirm() -> None:
        with office.database.write() as session:
            services.confirm(work_in(session, office.ward), key, DECISION)

    told = race(confirm, confirm)
    assert min(told) == ""
    assert "いまの状態では" in max(told)


def test_a_suspended_certificate_is_late_until_the_ward_was_consulted(office: Office) -> None:
    key = office.enter(RegisterKind.CERTIFICATE)
    assert RegisterKind.CERTIFICATE not in office.due()
    with office.database.write() as session:
        services.suspend(work_in(session, office.officer), key)
    (due,) = office.due()[RegisterKind.CERTIFICATE]
    assert due.late
    assert "区と協議" in due.sentence
    with office.database.write() as session:
        services.resume(work_in(session, office.officer), key, DECISION)
    assert RegisterKind.CERTIFICATE not in office.due()
    assert office.entry(key).decision_no == "5汐子第9号"


def test_only_what_can_be_suspended_is(office: Office) -> None:
    key = office.enter(RegisterKind.SELF_CHECK)
    with pytest.raises(InputError), office.database.write() as session:
        services.suspend(work_in(session, office.officer), key)
    with pytest.raises(NotFoundError), office.database.write() as session:
        services.suspend(work_in(session, office.officer), key + 1)


def test_a_certificate_is_announced_before_it_runs_out_and_late_afterwards(office: Office) -> None:
    office.enter(RegisterKind.CERTIFICATE, until=TODAY + 90 * DAY)
    assert RegisterKind.CERTIFICATE not in office.due(NOW)
    (soon,) = office.due(NOW + 40 * DAY)[RegisterKind.CERTIFICATE]
    assert not soon.late
    (late,) = office.due(NOW + 100 * DAY)[RegisterKind.CERTIFICATE]
    assert late.late
    assert "期限が切れました" in late.sentence


def test_a_drill_is_due_every_year(office: Office) -> None:
    office.enter(RegisterKind.BCP_DRILL)
    last = datetime(TODAY.year, TODAY.month, TODAY.day, 3, tzinfo=NOW.tzinfo) + 365 * DAY
    assert not office.due(last)[RegisterKind.BCP_DRILL][0].late
    assert office.due(last + DAY)[RegisterKind.BCP_DRILL][0].late


def test_every_account_of_the_contractor_needs_a_pledge_and_the_wards_do_not(
    office: Office,
) -> None:
    (due,) = office.due()[RegisterKind.PLEDGE]
    assert due.late
    assert "職員 officer" in due.sentence
    assert "ward" not in due.sentence
    office.enter(RegisterKind.PLEDGE)
    assert RegisterKind.PLEDGE not in office.due()


def test_an_entry_made_by_mistake_ends_and_counts_no_longer(office: Office) -> None:
    key = office.enter(RegisterKind.PLEDGE)
    with office.database.write() as session:
        services.end(work_in(session, office.officer), key)
    assert RegisterKind.PLEDGE in office.due()
    assert office.entry(key).state is EntryState.ENDED


@pytest.mark.parametrize("state", list(EntryState))
@pytest.mark.parametrize("action", list(ENTRY.steps))
def test_every_action_from_every_state_is_as_the_table_says(state: EntryState, action: str) -> None:
    allowed = {
        ("standing", "hand_in"),
        ("waiting", "confirm"),
        ("waiting", "reject"),
        ("rejected", "replace"),
        ("standing", "suspend"),
        ("suspended", "resume"),
        ("standing", "end"),
        ("waiting", "end"),
        ("suspended", "end"),
    }
    assert ENTRY.can(state, action) is ((state.value, action) in allowed)


def test_the_paper_for_the_ward_has_every_register_and_what_is_due(office: Office) -> None:
    office.enter(RegisterKind.CERTIFICATE)
    with office.database.read() as session:
        report = registers_report(work_in(session, office.officer))
    assert len(report.tables) == 1 + len(REGISTERS) + 4
    assert [row for row in report.tables[0].rows if "誓約書" in str(row[1])]
    (line,) = report.tables[1].rows
    assert line[:3] == ("2023-07-03", "株式会社みなと（架空）", "第1号")


def test_what_repeats_is_announced_before_its_day(office: Office) -> None:
    for kind in (RegisterKind.BCP_DRILL, RegisterKind.TRAINING):
        office.enter(kind)
    for kind, first in ((RegisterKind.BCP_DRILL, 306), (RegisterKind.TRAINING, 306)):
        assert kind not in office.due(NOW + (first - 1) * DAY)
        (due,) = office.due(NOW + first * DAY)[kind]
        assert not due.late


def test_a_pledge_is_given_once_and_never_announced(office: Office) -> None:
    office.enter(RegisterKind.PLEDGE)
    assert RegisterKind.PLEDGE not in office.due(NOW + 3000 * DAY)
