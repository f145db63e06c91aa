"""Eight at once: one call per person, one end, and a plain word for everybody else.

On both databases.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from portal.domain.contacts.calls.forgotten import IDLE
from portal.domain.foundation.errors import DomainError
from portal.platform.database import Database
from tests.functional.contacts.calls.support import NOW, Room

AT_ONCE = 8


@pytest.fixture
def room(database: Database) -> Room:
    return Room(database)


def all_at_once(*work: Callable[[], object]) -> list[str]:
    """What each of them met: "" or the name of its refusal; anything else fails the test."""

    def one(act: Callable[[], object]) -> str:
        try:
            act()
        except DomainError as error:
            return type(error).__name__
        return ""

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(one, work))


def test_started_eight_times_at_once_it_is_one_call(room: Room) -> None:
    agent = room.hire()
    found = all_at_once(*[lambda: room.start(agent)] * AT_ONCE)
    assert sorted(found) == ["", *["ConflictError"] * (AT_ONCE - 1)]


def test_eight_people_start_at_once(room: Room) -> None:
    people = [room.hire() for _n in range(AT_ONCE)]
    assert all_at_once(*[lambda who=who: room.start(who) for who in people]) == [""] * AT_ONCE


def test_hung_up_and_finished_eight_times_at_once_it_ends_once(room: Room) -> None:
    agent = room.hire()
    call_id = room.start(agent)
    assert sorted(all_at_once(*[lambda: room.hang_up(call_id, agent)] * AT_ONCE)).count("") == 1
    found = all_at_once(*[lambda: room.finish(call_id, agent)] * AT_ONCE)
    assert sorted(found) == ["", *["WrongStateError"] * (AT_ONCE - 1)]
    assert [name for name, _detail in room.events(call_id)] == [
        "call.started",
        "call.hung_up",
        "call.finished",
    ]


def test_finished_while_the_rule_closes_it_has_one_end(room: Room) -> None:
    for _round in range(4):
        agent = room.hire()
        call_id = room.start(agent)
        all_at_once(
            lambda call_id=call_id, agent=agent: room.finish(call_id, agent, NOW + IDLE),  # type: ignore[misc]
            lambda: room.close_forgotten(NOW + IDLE),
        )
        room.close_forgotten(NOW + IDLE)
        call = room.call(call_id)
        last = room.events(call_id)[-1][0]
        assert (call.state, call.closed_by_rule) == ("ended", last == "call.closed_by_rule")
        assert len(room.events(call_id)) == 2
