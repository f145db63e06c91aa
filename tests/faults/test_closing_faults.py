"""What is counted, reported and told once, killed in the middle: nothing, or complete (F22).

The settlement, a monthly report, reminders by SMS and cards.
"""

import random
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.contacts.telephony.importer import import_file
from portal.domain.contacts.telephony.reading import CountsFile
from portal.domain.desk.casework import reminder_cards
from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.base import Base
from portal.domain.foundation.clock import FixedClock, day_start
from portal.domain.foundation.jobs.names import JobName
from portal.domain.letters.announcements.models import Announcement
from portal.domain.oversight.reports.calls.report import KIND
from portal.domain.oversight.reports.monthly import services as monthly
from portal.domain.oversight.reports.monthly.models import MonthlyReport, ReportVersion
from portal.domain.oversight.settlement.closing import (
    confirm_closing,
    propose_closing,
    verify,
)
from portal.domain.oversight.settlement.models import Settlement, SettlementLine
from portal.domain.people.entitlements.queries import totals
from portal.domain.people.notices.models import OutboxMessage
from portal.platform.database import Database
from tests.functional.requests.redeliveries.support import POSTED, make_post
from tests.support.contacts.call_month import CHECK_DAY, END_OF_JULY, JULY, as_file, invent_counts
from tests.support.contacts.telephony import BY_LANGUAGE
from tests.support.coupons import NOW
from tests.support.faults.killing import kill_until_done
from tests.support.faults.load import add_families
from tests.support.faults.record import Note
from tests.support.oversight.settlement import AFTER_ALL, Ending, make_ending, one_of_each
from tests.support.sample_ward import sample_program
from tests.support.staff import hire
from tests.support.work import source_of, work_in
from tests.support.worker import run_job


class TakenBackError(Exception):
    """What was done to see its result is taken back."""


T = TypeVar("T")


def undisturbed(database: Database, step: Callable[[Session], T]) -> T:
    """What a step comes to where nothing happens to it; it is taken back."""
    found: list[T] = []
    with suppress(TakenBackError), database.write() as session:
        found.append(step(session))
        raise TakenBackError
    return found[0]


def rows(session: Session, *tables: type[Base]) -> list[int]:
    """How many rows these tables have."""
    return [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


@pytest.fixture
def ending(database: Database, tmp_path: Path) -> Ending:
    """A program at its end, whose closing was proposed."""
    made = make_ending(database, tmp_path, 9)
    one_of_each(made)
    made.end(8, "exclude")
    with database.write() as session:
        propose_closing(work_in(session, made.officer, AFTER_ALL, program=made.program))
    return made


def test_f22_a_settlement_killed_while_it_is_closed_is_closed_once_with_the_same_sums(
    ending: Ending, dice: random.Random, note: Note
) -> None:
    database = ending.database

    def close(session: Session) -> tuple[str, dict[str, Any]]:
        work = work_in(session, ending.ward, AFTER_ALL, program=ending.program)
        row = confirm_closing(work)
        return row.checksum, row.figures

    def once(database: Database) -> None:
        with database.write() as session:
            close(session)

    def nothing() -> None:
        with database.read() as session:
            assert rows(session, Settlement, SettlementLine) == [0, 0]
            assert totals(session).by_state == before

    wanted = undisturbed(database, close)
    with database.read() as session:
        before = totals(session).by_state
    kills = kill_until_done(dice, database, once, nothing)
    with database.read() as session:
        row = session.scalars(select(Settlement)).one()
        assert (row.checksum, row.figures) == wanted
        assert rows(session, SettlementLine) == [9]
        assert verify(work_in(session, program=ending.program), row).good
    note(kills=kills)
    assert kills


def test_f22_a_monthly_report_killed_while_it_is_frozen_is_the_same_report_once(
    database: Database, dice: random.Random, note: Note
) -> None:
    one, two = (
        Actor(
            Role.SUPERVISOR,
            hire(database, CHECK_DAY, Role.SUPERVISOR, login).id,
            Organization.CONTRACTOR,
        )
        for login in ("one", "two")
    )
    counts = as_file(invent_counts(JULY, END_OF_JULY, halves=(18, 19, 34)))
    with database.write() as session:
        import_file(work_in(session, one, CHECK_DAY), CountsFile(counts, BY_LANGUAGE))

    def freeze(session: Session) -> str:
        return monthly.check(work_in(session, one, CHECK_DAY), KIND, JULY).sha256

    def frozen(database: Database) -> None:
        with database.write() as session:
            freeze(session)

    def hand_in(database: Database) -> None:
        with database.write() as session:
            monthly.submit(work_in(session, two, CHECK_DAY), KIND.key(JULY), 1)

    def still(state: str, versions: int) -> Callable[[], None]:
        def look() -> None:
            with database.read() as session:
                assert rows(session, ReportVersion) == [versions]
                states = set(session.scalars(select(MonthlyReport.state)))
                assert states <= {state}

        return look

    wanted = undisturbed(database, freeze)
    kills = kill_until_done(dice, database, frozen, still("draft", 0))
    kills += kill_until_done(dice, database, hand_in, still("checked", 1))
    with database.read() as session:
        version = session.scalars(select(ReportVersion)).one()
        assert (version.number, version.sha256) == (1, wanted)
        assert session.scalars(select(MonthlyReport.state)).all() == ["submitted"]
        events = Counter(session.scalars(select(AuditEvent.action)))
        assert (events["report.checked"], events["report.submitted"]) == (1, 1)
    note(kills=kills)
    assert kills


def turn_of(job: JobName, now: datetime) -> Callable[[Database], None]:
    """One turn of a job at a moment."""

    def turn(database: Database) -> None:
        run_job(source_of(database, FixedClock(now)), job)

    return turn


def days_before_the_end(days: int) -> datetime:
    """Noon in Japan."""
    last = sample_program().windows.exchange.last_day
    return day_start(last - timedelta(days=days)) + timedelta(hours=12)


def told(session: Session) -> Counter[tuple[int, str, str]]:
    """How often each household was told of an event by a medium."""
    found = session.execute(
        select(Announcement.household_id, Announcement.event, Announcement.medium)
    )
    return Counter((home, event, medium) for home, event, medium in found)


def test_f22_reminders_killed_while_they_are_written_tell_each_family_once(
    database: Database, tmp_path: Path, dice: random.Random, note: Note
) -> None:
    families = add_families(database, tmp_path, 6, NOW)
    homes = {family.person.household_id for family in families}

    def nothing_or_all() -> None:
        with database.read() as session:
            written = {home for home, _event, _medium in told(session)}
            assert written in (set(), homes)
            assert set(session.scalars(select(OutboxMessage.household_id))) == written

    turn = turn_of(JobName.REMIND, days_before_the_end(7))
    kills = kill_until_done(dice, database, turn, nothing_or_all)
    turn(database)  # once more finds nobody
    with database.read() as session:
        found = told(session)
        assert set(found.values()) == {1}
        assert {home for home, _event, _medium in found} == homes
        messages = Counter(session.scalars(select(OutboxMessage.household_id)))
        assert messages == Counter(homes)
    note(kills=kills)
    assert kills


def test_f22_cards_killed_while_they_are_written_tell_each_family_once(
    database: Database, dice: random.Random, note: Note
) -> None:
    post, homes = make_post(database), set[int]()
    for _family in range(6):
        person = post.household()
        post.mail(person, "deliver", POSTED + timedelta(days=2))
        homes.add(person.household_id)

    def nothing_or_all() -> None:
        with database.read() as session:
            assert {home for home, _event, _medium in told(session)} in (set(), homes)

    turn = turn_of(JobName.CARDS, days_before_the_end(21))
    kills = kill_until_done(dice, database, turn, nothing_or_all)
    turn(database)
    with database.read() as session:
        assert told(session) == Counter((home, reminder_cards.EVENT, "card") for home in homes)
    note(kills=kills)
    assert kills
