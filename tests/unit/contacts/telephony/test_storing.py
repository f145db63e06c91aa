"""Days of counts are stored once; new numbers need a reason, and the old ones are kept."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from portal.domain.contacts.telephony import queries
from portal.domain.contacts.telephony.day_comparison import Stored
from portal.domain.contacts.telephony.importer import CountsDifferError, import_file
from portal.domain.contacts.telephony.kinds import Reason
from portal.domain.contacts.telephony.kpi import Counts
from portal.domain.contacts.telephony.models import CallCount, CountDay, CountImport
from portal.domain.contacts.telephony.reading import CountsFile, CountsFileError
from portal.domain.contacts.telephony.typed_day import TypedDayError, store_typed
from portal.domain.foundation.actors import SYSTEM, Actor, Role
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.errors import ConflictError, InputError, NotAllowedError
from portal.domain.foundation.program.loader import load_program
from portal.platform.database import Database
from tests.support.contacts.telephony import BY_LINE, line_file
from tests.support.programs.servers import PATIENCE
from tests.support.staff import hire
from tests.support.work import work_in

PROGRAM = load_program("sample")
NOW = datetime(2023, 8, 1, 3, 0, tzinfo=UTC)
MONDAY, TUESDAY = date(2023, 7, 3), date(2023, 7, 4)
ONE = ("2023-07-03", "9:00", "1番", 12, 10, 2, 8, 1800, 600)
TWO = ("2023-07-04", "9:00", "1番", 5, 5, 0, 5, 500, 100)
TYPED = {"day": "2023-07-03", "offered_ja": "12", "answered_ja": "10", "abandoned_ja": "2"}


@pytest.fixture
def lead(database: Database) -> Actor:
    return Actor(Role.SUPERVISOR, hire(database, NOW, Role.SUPERVISOR, "lead").id)


def take_in(
    database: Database,
    lead: Actor,
    *rows: tuple[object, ...],
    reason: Reason | None = None,
    now: datetime = NOW,
) -> Stored:
    with database.write() as session:
        return import_file(
            work_in(session, lead, now, program=PROGRAM),
            CountsFile(line_file(rows), BY_LINE),
            reason=reason,
        )


def offered(database: Database, day: date) -> int:
    with database.read() as session:
        return (
            queries.by_day(work_in(session, program=PROGRAM), day, day).get(day, Counts()).offered
        )


def test_the_same_file_again_changes_nothing(database: Database, lead: Actor) -> None:
    assert take_in(database, lead, ONE, TWO).new == (MONDAY, TUESDAY)
    assert take_in(database, lead, ONE, TWO) == Stored((), (MONDAY, TUESDAY), ())
    with database.read() as session:
        assert len(session.scalars(select(CallCount)).all()) == 2
        assert len(session.scalars(select(CountImport)).all()) == 1


def test_other_numbers_are_refused_with_the_difference_and_nothing_is_stored(
    database: Database, lead: Actor
) -> None:
    take_in(database, lead, ONE)
    changed = ("2023-07-03", "9:00", "1番", 13, 10, 2, 8, 1800, 600)
    with pytest.raises(CountsDifferError) as refused:
        take_in(database, lead, changed, TWO)
    (found,) = refused.value.differences
    assert (found.day, found.before.offered, found.after.offered) == (MONDAY, 12, 13)
    assert (offered(database, MONDAY), offered(database, TUESDAY)) == (12, 0)


def test_with_a_reason_the_day_is_replaced_and_its_history_kept(
    database: Database, lead: Actor
) -> None:
    take_in(database, lead, ONE)
    changed = ("2023-07-03", "9:30", "1番", 13, 10, 2, 8, 1800, 600)
    assert take_in(database, lead, changed, TWO, reason=Reason.CORRECTED) == Stored(
        (TUESDAY,), (), (MONDAY,)
    )
    assert (offered(database, MONDAY), offered(database, TUESDAY)) == (13, 5)
    with database.read() as session:
        versions = queries.history(session, MONDAY)
        assert [version.reason for version in versions] == ["corrected", None]
        assert len(session.scalars(select(CallCount)).all()) == 3
        event = session.scalars(
            select(AuditEvent)
            .where(AuditEvent.action == "telephony.stored")
            .order_by(AuditEvent.id)
        ).all()[-1]
        assert event.detail["replaced"] == ["2023-07-03"]
        assert event.detail["reason"] == "corrected"


def test_a_wrong_row_stores_nothing_of_the_file(database: Database, lead: Actor) -> None:
    with pytest.raises(CountsFileError):
        take_in(database, lead, ONE, ("2023-07-04", "9:00", "1番", 5, 6, 0, 5, 500, 100))
    with database.read() as session:
        assert session.scalars(select(CountDay)).all() == []


def test_a_day_that_goes_on_is_replaced_without_a_reason_until_business_is_over(
    database: Database, lead: Actor
) -> None:
    noon = ("2023-08-01", "11:30", "1番", 3, 3, 0, 3, 300, 60)
    later = ("2023-08-01", "12:00", "1番", 1, 1, 0, 1, 100, 20)
    today = date(2023, 8, 1)
    evening = NOW + timedelta(hours=5)
    take_in(database, lead, noon)
    with database.read() as session:
        assert queries.days_known(session, today, today)[today].whole is False
        assert queries.missing_days(work_in(session, program=PROGRAM), today, today) == [today]
    assert take_in(database, lead, noon, later, now=NOW + timedelta(minutes=30)).replaced == (
        today,
    )
    assert take_in(database, lead, noon, later, now=evening).replaced == (today,), (
        "the same numbers, now of a whole day"
    )
    with database.read() as session:
        assert queries.missing_days(work_in(session, program=PROGRAM), today, today) == []
    with pytest.raises(CountsDifferError):
        take_in(database, lead, noon, now=evening)


def test_somebody_without_an_account_stores_nothing(database: Database) -> None:
    with pytest.raises(NotAllowedError):
        take_in(database, SYSTEM, ONE)


def test_a_layout_that_counts_other_seconds_than_the_program_is_refused(
    database: Database, lead: Actor
) -> None:
    from dataclasses import replace

    with database.write() as session, pytest.raises(InputError, match="30秒以内"):
        import_file(
            work_in(session, lead, NOW, program=PROGRAM),
            CountsFile(line_file([ONE]), replace(BY_LINE, within_seconds=30)),
        )


def test_two_people_who_store_the_same_day_at_once_store_it_once(
    database: Database, lead: Actor
) -> None:
    """On SQLite writers wait for each other.

    On PostgreSQL the second one meets the first one's row.
    """
    if database.engine.dialect.name == "sqlite":
        return
    with database.write() as first:
        import_file(
            work_in(first, lead, NOW, program=PROGRAM), CountsFile(line_file([ONE]), BY_LINE)
        )
        # the second writer waits inside its insert: it goes on when the first one has committed
        import threading

        outcome: list[object] = []

        def second() -> None:
            try:
                outcome.append(take_in(database, lead, ONE))
            except ConflictError as refused:
                outcome.append(refused.code)

        thread = threading.Thread(target=second)
        thread.start()
        thread.join(0.5)
    thread.join(PATIENCE)
    assert outcome == ["conflict"]
    assert offered(database, MONDAY) == 12


def test_calls_outside_the_opening_hours_count_only_where_the_ward_says_so(
    database: Database, lead: Actor
) -> None:
    from dataclasses import replace

    night = ("2023-07-03", "20:00", "1番", 4, 0, 4, 0, 0, 0)
    sunday = ("2023-07-02", "10:00", "1番", 2, 0, 2, 0, 0, 0)
    take_in(database, lead, ONE, night, sunday)
    day_and_night = replace(PROGRAM, calls=replace(PROGRAM.calls, out_of_hours_counts=True))
    with database.read() as session:
        counted = queries.by_day(work_in(session, program=PROGRAM), date(2023, 7, 1), MONDAY)
        assert {day: one.offered for day, one in counted.items()} == {MONDAY: 12}
        assert not queries.counts_here(PROGRAM, MONDAY, 40)
        assert queries.counts_here(day_and_night, MONDAY, 40)
        every = queries.by_day(work_in(session, program=day_and_night), date(2023, 7, 1), MONDAY)
        assert {day: one.offered for day, one in every.items()} == {date(2023, 7, 2): 2, MONDAY: 16}


def test_days_that_lack_counts_are_the_open_ones_only(database: Database, lead: Actor) -> None:
    take_in(database, lead, ONE)
    with database.read() as session:
        assert queries.missing_days(
            work_in(session, program=PROGRAM), date(2023, 7, 1), date(2023, 7, 10)
        ) == [date(2023, 7, day) for day in (4, 5, 6, 7, 10)]


def test_a_day_typed_by_hand_counts_like_a_file(database: Database, lead: Actor) -> None:
    typed = TYPED | {
        "offered_ko": "１",
        "answered_ko": "1",
        "within_ko": "1",
        "talk_ko": "300",
        "after_call_ko": "60",
    }
    with database.write() as session:
        assert store_typed(work_in(session, lead, NOW, program=PROGRAM), typed).new == (MONDAY,)
    with database.read() as session:
        counts = queries.by_day(work_in(session, program=PROGRAM), MONDAY, MONDAY)[MONDAY]
        assert counts == Counts(13, 11, 2, None, None, None, None, None)
        assert queries.days_known(session, MONDAY, MONDAY)[MONDAY].source == "typed"
        assert {
            cell.language: cell.counts.offered for cell in queries.cells(session, MONDAY, MONDAY)
        } == {
            "ja": 12,
            "en": 0,
            "zh": 0,
            "ko": 1,
            "other": 0,
        }


def test_a_file_that_comes_later_takes_the_typed_days_place_with_a_reason(
    database: Database, lead: Actor
) -> None:
    with database.write() as session:
        store_typed(work_in(session, lead, NOW, program=PROGRAM), TYPED)
    with pytest.raises(CountsDifferError):
        take_in(database, lead, ONE)
    assert take_in(database, lead, ONE, reason=Reason.FILE_CAME).replaced == (MONDAY,)
    assert offered(database, MONDAY) == 12


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"day": ""}, "day"),
        ({"day": "2023-08-02"}, "day"),
        ({"day": "2023-03-31"}, "day"),
        ({"offered_ja": "x"}, "offered_ja"),
        ({"offered_ja": "-3"}, "offered_ja"),
        ({"offered_ja": "9999999999"}, "offered_ja"),
        ({"answered_ja": "11"}, "answered_ja"),
        ({"within_ja": "11"}, "within_ja"),
        ({"offered_ja": "", "answered_ja": "", "abandoned_ja": ""}, "offered_ja"),
        ({"answered_en": "1"}, "answered_en"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_stored(
    database: Database, lead: Actor, change: dict[str, str], field: str
) -> None:
    with database.write() as session, pytest.raises(TypedDayError) as refused:
        store_typed(work_in(session, lead, NOW, program=PROGRAM), TYPED | change)
    assert list(refused.value.faults) == [field]
    with database.read() as session:
        assert session.scalars(select(CountDay)).all() == []
