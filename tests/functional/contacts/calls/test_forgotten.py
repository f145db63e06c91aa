"""A call that nobody ended is closed by rule and marked; one whose agent is at work never is."""

from datetime import UTC, datetime, timedelta

import pytest

from portal.domain.contacts.calls.forgotten import IDLE
from portal.domain.contacts.calls.queries import undescribed
from portal.domain.foundation.actors import Role
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import FixedClock
from portal.domain.foundation.errors import TooLateError, WrongStateError
from portal.domain.foundation.jobs.names import JobName
from portal.platform.database import Database
from tests.functional.contacts.calls.support import NOW, Room
from tests.functional.requests.redeliveries.support import PROGRAM
from tests.support.work import source_of, work_in
from tests.support.worker import run_job

TICK = timedelta(microseconds=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def room(database: Database) -> Room:
    return Room(database)


def test_it_is_closed_when_its_person_did_nothing_for_two_hours_and_not_before(room: Room) -> None:
    agent = room.hire()
    call_id = room.start(agent)
    assert room.close_forgotten(NOW + IDLE - TICK) == 0
    assert room.current(agent) == call_id
    assert room.close_forgotten(NOW + IDLE) == 1
    call = room.call(call_id)
    assert (call.state, call.closed_by_rule, call.result) == ("ended", True, None)
    assert room.current(agent) is None
    assert room.events(call_id)[-1][0] == "call.closed_by_rule"
    assert room.close_forgotten(NOW + 2 * IDLE) == 0
    room.start(agent, NOW + IDLE)


def test_the_measured_time_ends_with_the_last_thing_that_was_done(room: Room) -> None:
    agent = room.hire()
    call_id = room.start(agent)
    room.look_at_a_page(agent, NOW + 10 * MINUTE)
    assert room.close_forgotten(NOW + IDLE + 10 * MINUTE) == 1
    call = room.call(call_id)
    assert call.talk_ended_at == call.ended_at == NOW + 10 * MINUTE


def test_the_talk_keeps_its_own_end(room: Room) -> None:
    agent = room.hire()
    call_id = room.start(agent)
    room.hang_up(call_id, agent, NOW + 3 * MINUTE)
    assert room.close_forgotten(NOW + IDLE + 3 * MINUTE) == 1
    call = room.call(call_id)
    assert call.talk_ended_at == NOW + 3 * MINUTE


def test_pages_and_acts_keep_it_open(room: Room) -> None:
    reading, acting, away = room.hire(), room.hire(), room.hire()
    calls = [room.start(agent) for agent in (reading, acting, away)]
    room.look_at_a_page(reading, NOW + 90 * MINUTE)
    with room.database.write() as session:
        record(work_in(session, acting, NOW + 90 * MINUTE), "task.read", "task", 1)
        record(work_in(session, now=NOW + 90 * MINUTE), "task.read", "task", 1)
    assert room.close_forgotten(NOW + IDLE) == 1
    assert [room.call(call_id).state for call_id in calls] == ["talking", "talking", "ended"]
    assert room.close_forgotten(NOW + 90 * MINUTE + IDLE - TICK) == 0
    assert room.close_forgotten(NOW + 90 * MINUTE + IDLE) == 2


def test_a_resident_of_the_same_key_is_not_the_agent(room: Room) -> None:
    agent = room.hire()
    room.start(agent)
    with room.database.write() as session:
        resident = type(agent)(Role.RESIDENT, agent.id)
        record(work_in(session, resident, NOW + 90 * MINUTE), "signin.complete", "credential", 1)
    assert room.close_forgotten(NOW + IDLE) == 1


def test_none_survives_its_japanese_day(room: Room) -> None:
    agent = room.hire()
    evening = datetime(2023, 8, 1, 14, 30, tzinfo=UTC)
    call_id = room.start(agent, evening)
    midnight = datetime(2023, 8, 1, 15, 0, tzinfo=UTC)
    room.look_at_a_page(agent, midnight - MINUTE)
    assert room.close_forgotten(midnight - TICK) == 0
    assert room.close_forgotten(midnight) == 1
    assert room.call(call_id).ended_at == midnight - MINUTE


def test_a_closed_one_cannot_be_ended_again_but_is_described_within_a_week(room: Room) -> None:
    agent = room.hire()
    call_id = room.start(agent)
    room.close_forgotten(NOW + IDLE)
    with pytest.raises(WrongStateError):
        room.finish(call_id, agent, NOW + IDLE)
    with room.database.read() as session:
        assert [
            call.id for call in undescribed(session, agent.id or 0, NOW + timedelta(days=3))
        ] == [call_id]
        assert undescribed(session, agent.id or 0, NOW + timedelta(days=7)) == []
    with pytest.raises(TooLateError):
        room.correct(call_id, agent, NOW + timedelta(days=7))
    room.correct(call_id, agent, NOW + timedelta(days=3), text="思い出した")
    call = room.call(call_id)
    assert (call.category, call.result, call.closed_by_rule) == ("delivery", "done", True)
    with room.database.read() as session:
        assert undescribed(session, agent.id or 0, NOW + timedelta(days=3)) == []
    with pytest.raises(TooLateError):
        room.correct(call_id, agent, NOW + timedelta(days=3), complaint=True)


def test_the_worker_does_it_by_itself(room: Room) -> None:
    agent = room.hire()
    call_id = room.start(agent)
    clock = FixedClock(NOW + IDLE)
    run_job(source_of(room.database, clock, program=PROGRAM), JobName.CALLS)
    assert room.call(call_id).closed_by_rule
