"""Seven days after a call nothing of it is left, and what nobody ended does not wait forever."""

from datetime import datetime, timedelta

from sqlalchemy import func, select

from portal.domain.contacts.floor.forgetting import KEPT, LONGEST_CALL
from portal.domain.contacts.floor.models import FloorCall, FloorEvent, FloorSeat
from portal.domain.contacts.floor.states import LineEvent
from portal.domain.foundation.actors import Role
from portal.domain.foundation.clock import FixedClock
from portal.domain.foundation.jobs.names import JobName
from portal.platform.database import Database
from tests.functional.contacts.floor.support import CALLER, calls_in, tell
from tests.support.resident import NOON
from tests.support.staff import hire
from tests.support.work import source_of
from tests.support.worker import run_job

TICK = timedelta(seconds=1)


def forget(database: Database, clock: FixedClock) -> None:
    run_job(source_of(database, clock), JobName.FLOOR)


def left(database: Database) -> tuple[int, int]:
    with database.read() as session:
        kinds = (FloorCall, FloorEvent)
        calls, events = (session.scalar(select(func.count()).select_from(k)) for k in kinds)
    return int(calls or 0), int(events or 0)


def seats(database: Database) -> list[datetime | None]:
    with database.read() as session:
        return list(session.scalars(select(FloorSeat.left_at)))


def test_a_number_is_kept_seven_days_and_no_longer(database: Database) -> None:
    tell(database, LineEvent.WAITING, NOON, caller=CALLER)
    tell(database, LineEvent.ABANDONED, NOON)
    tell(database, LineEvent.WAITING, NOON + 2 * TICK, call="418", caller=CALLER)
    forget(database, FixedClock(NOON + KEPT))
    assert left(database) == (2, 3)
    forget(database, FixedClock(NOON + KEPT + TICK))
    assert left(database) == (1, 1)
    forget(database, FixedClock(NOON + KEPT + 3 * TICK))
    assert left(database) == (0, 0)


def test_a_call_whose_end_nobody_told_of_is_closed_after_two_hours(database: Database) -> None:
    tell(database, LineEvent.ANSWERED, NOON)
    forget(database, FixedClock(NOON + LONGEST_CALL))
    assert [call.state for call in calls_in(database)] == ["answered"]
    forget(database, FixedClock(NOON + LONGEST_CALL + TICK))
    [call] = calls_in(database)
    assert (call.state, call.answered_at) == ("lost", NOON)


def test_nobody_sits_at_a_seat_over_night(database: Database) -> None:
    agent = hire(database, NOON, Role.AGENT, "agent")
    with database.write() as session:
        session.add(FloorSeat(extension="103", staff_id=agent.id, taken_at=NOON))
    forget(database, FixedClock(NOON + timedelta(hours=11)))
    assert seats(database) == [None]
    forget(database, FixedClock(NOON + timedelta(hours=13)))
    assert seats(database) == [NOON + timedelta(hours=12)]
    forget(database, FixedClock(NOON + timedelta(hours=13) + KEPT))
    assert seats(database) == []
