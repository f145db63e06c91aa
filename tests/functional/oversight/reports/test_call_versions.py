"""The call report's way to the ward.

Counts for every open day, two people, versions that nothing changes later.
"""

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from portal.domain.contacts.telephony.importer import import_file
from portal.domain.contacts.telephony.kinds import Reason
from portal.domain.contacts.telephony.models import CountDay
from portal.domain.contacts.telephony.reading import CountsFile
from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.errors import (
    ConflictError,
    DomainError,
    NotAllowedError,
    WrongStateError,
)
from portal.domain.oversight.reports.calls.report import KIND, write_sections
from portal.domain.oversight.reports.monthly import services as monthly
from portal.domain.oversight.reports.monthly import versions
from portal.domain.oversight.reports.monthly.due import CALLS, ReportKey
from portal.domain.oversight.reports.monthly.models import ReportVersion
from portal.domain.oversight.reports.monthly.notes import NoteKind, Sentence, add_note, drop_note
from portal.domain.oversight.reports.outputs import as_pdf, as_xlsx
from portal.domain.oversight.reports.tables import Report
from tests.support.contacts.call_month import CHECK_DAY, END_OF_JULY, JULY, as_file, invent_counts
from tests.support.contacts.telephony import BY_LANGUAGE
from tests.support.staff import StaffSite
from tests.support.work import work_in

SOLD_OUT = "「クーポンの使い方が難しい」という意見"
REPORT = ReportKey(CALLS, JULY)


class Office:
    """Two supervisors, an agent, and July's counts."""

    def __init__(self, staff: StaffSite, *, counts: bool = True) -> None:
        self.staff, self.database, self.program = staff, staff.database, staff.site.program
        self.agent = staff.hire(Role.AGENT).id
        self.one, self.two = (
            Actor(Role.SUPERVISOR, staff.hire(Role.SUPERVISOR).id, Organization.CONTRACTOR)
            for _ in range(2)
        )
        if counts:
            self.import_counts(5)

    def import_counts(self, seed: int, reason: Reason | None = None) -> None:
        data = as_file(invent_counts(JULY, END_OF_JULY, seed, halves=(18, 19, 34)))
        with self.database.write() as session:
            import_file(
                work_in(session, self.one, CHECK_DAY, program=self.program),
                CountsFile(data, BY_LANGUAGE),
                reason=reason,
            )

    def check(self, actor: Actor | None = None, now: datetime = CHECK_DAY) -> int:
        with self.database.write() as session:
            return monthly.check(
                work_in(session, actor or self.one, now, program=self.program), KIND, JULY
            ).number

    def submit(self, actor: Actor | None = None, number: int = 1) -> None:
        with self.database.write() as session:
            monthly.submit(
                work_in(session, actor or self.two, CHECK_DAY + timedelta(hours=1)),
                REPORT,
                number,
            )

    def step(self, name: str) -> None:
        with self.database.write() as session:
            work = work_in(session, self.one, CHECK_DAY + timedelta(hours=2))
            getattr(monthly, name)(work, REPORT)

    def report(self, number: int) -> Report:
        with self.database.read() as session:
            row = versions.month_report(session, REPORT)
            assert row is not None
            version = versions.version_of(session, row, number)
            return versions.covered(work_in(session, program=self.program), row, version)

    def state(self) -> str:
        with self.database.read() as session:
            row = versions.month_report(session, REPORT)
            return row.state if row is not None else "none"

    def note(
        self, text: str, call_id: int | None = None, kind: NoteKind = NoteKind.COMPLAINT
    ) -> int:
        with self.database.write() as session:
            return add_note(
                work_in(session, self.one, CHECK_DAY, program=self.program),
                JULY,
                Sentence(kind, text, call_id),
            ).id


def test_without_counts_for_every_open_day_nothing_is_checked_or_submitted(
    staff: StaffSite,
) -> None:
    office = Office(staff, counts=False)
    with pytest.raises(ConflictError, match="7/3、7/4、7/5") as refused:
        office.check()
    assert refused.value.code == "missing"
    office.import_counts(5)
    with staff.database.write() as session:
        session.execute(
            update(CountDay).where(CountDay.day == date(2023, 7, 20)).values(whole=False)
        )
    with pytest.raises(ConflictError, match=r"次の営業日の電話の数字がありません: 7/20。"):
        office.check()
    with pytest.raises(WrongStateError):
        office.submit()


def test_a_month_that_is_not_over_is_not_checked(sqlite_staff: StaffSite) -> None:
    office = Office(sqlite_staff)
    with pytest.raises(ConflictError) as refused:
        office.check(now=datetime(2023, 7, 31, 14, 59, tzinfo=UTC))
    assert refused.value.code == "not_over"


def test_whoever_checked_it_does_not_submit_it(staff: StaffSite) -> None:
    office = Office(staff)
    assert office.check() == 1
    with pytest.raises(NotAllowedError) as refused:
        office.submit(office.one)
    assert refused.value.code == "own_check"
    assert office.state() == "checked"
    office.submit(office.two)
    assert office.state() == "submitted"
    assert [event.detail["version"] for event in staff.events("report.submitted")] == [1]


def test_another_version_than_the_one_that_was_read_is_not_submitted(
    sqlite_staff: StaffSite,
) -> None:
    office = Office(sqlite_staff)
    office.check()
    office.step("give_back")
    assert office.check() == 2
    with pytest.raises(ConflictError, match="ほかの版"):
        office.submit(number=1)
    office.submit(number=2)


def test_what_was_submitted_stays_when_the_numbers_change_later(staff: StaffSite) -> None:
    office = Office(staff)
    office.note(SOLD_OUT)
    office.check()
    office.submit()
    before = office.report(1)
    files = (as_pdf(before, CHECK_DAY), as_xlsx(before))
    office.import_counts(77, Reason.CORRECTED)
    assert office.report(1) == before
    office.step("revise")
    office.note("返送の手紙の問い合わせ", kind=NoteKind.QUESTION)
    assert office.check() == 2
    office.submit(number=2)
    assert office.report(1) == before
    assert as_pdf(office.report(1), CHECK_DAY) == files[0]
    later = office.report(2)
    assert later.tables[1].total != before.tables[1].total
    assert len(later.tables[4].rows) == len(before.tables[4].rows) + 1 == 2


def test_a_version_that_somebody_changed_in_the_database_is_found_out(
    sqlite_staff: StaffSite,
) -> None:
    office = Office(sqlite_staff)
    office.check()
    office.step("give_back")
    office.check()
    with sqlite_staff.database.write() as session:
        first, second = session.scalars(select(ReportVersion).order_by(ReportVersion.number)).all()
        first.sealed, first.wrapped_key = second.sealed, second.wrapped_key
    with pytest.raises(DomainError):
        office.report(1)


@pytest.mark.parametrize("step", ["give_back", "revise"])
def test_steps_from_a_wrong_state_are_refused(sqlite_staff: StaffSite, step: str) -> None:
    office = Office(sqlite_staff)
    with pytest.raises(WrongStateError):
        office.step(step)


def test_a_checked_report_is_not_written_to(sqlite_staff: StaffSite) -> None:
    office = Office(sqlite_staff)
    note = office.note(SOLD_OUT)
    office.check()
    attempts: list[Callable[[], object]] = [
        lambda: office.note("もう一つ"),
        lambda: _drop(office, note),
        lambda: _write(office, "人を増やした。"),
    ]
    for attempt in attempts:
        with pytest.raises(ConflictError, match="下書きに戻してください"):
            attempt()


def _drop(office: Office, note_id: int) -> None:
    with office.database.write() as session:
        drop_note(work_in(session, office.one, CHECK_DAY), JULY, note_id)


def _write(office: Office, text: str) -> None:
    with office.database.write() as session:
        write_sections(
            work_in(session, office.one, CHECK_DAY, program=office.program),
            JULY,
            {"staffing": text},
        )


def test_two_checks_at_once_make_one_version(staff: StaffSite) -> None:
    office = Office(staff)
    office.note(SOLD_OUT)
    outcomes: list[object] = []

    def check() -> None:
        try:
            outcomes.append(office.check())
        except DomainError as refused:
            outcomes.append(refused.code)

    threads = [threading.Thread(target=check) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, outcomes)) == ["1", "wrong_state"]
    assert staff.count(ReportVersion) == 1


def test_two_submissions_at_once_are_one(staff: StaffSite) -> None:
    office = Office(staff)
    office.check()
    third = Actor(Role.OFFICER, staff.hire(Role.OFFICER).id, Organization.CONTRACTOR)
    outcomes: list[str] = []

    def submit(actor: Actor) -> None:
        try:
            office.submit(actor)
            outcomes.append("done")
        except DomainError as refused:
            outcomes.append(refused.code)

    threads = [threading.Thread(target=submit, args=(actor,)) for actor in (office.two, third)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["done", "wrong_state"]
    assert len(staff.events("report.submitted")) == 1
