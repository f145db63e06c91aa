"""A caller's number comes to the agent at whose seat the call is, and to nobody else."""

from datetime import timedelta

import pytest

from portal.domain.contacts.floor import seats
from portal.domain.contacts.floor.states import LineEvent
from portal.domain.foundation.actors import Actor, Role
from portal.domain.foundation.errors import InputError
from portal.platform.database import Database
from tests.functional.contacts.calls.support import Room
from tests.functional.contacts.calls.test_races import all_at_once
from tests.functional.contacts.floor.support import STORED_CALLER, tell
from tests.support.resident import NOON
from tests.support.work import work_in

SECOND = timedelta(seconds=1)
OTHER = "+818011112222"


class Floor(Room):
    """A room whose people sit at seats."""

    def sit(self, actor: Actor, extension: str = "103") -> None:
        with self.database.write() as session:
            seats.take_seat(work_in(session, actor, NOON), extension)

    def leave(self, actor: Actor) -> None:
        with self.database.write() as session:
            seats.leave_seat(work_in(session, actor, NOON + SECOND))

    def seat(self, actor: Actor) -> str | None:
        with self.database.read() as session:
            found = seats.seat_of(session, actor.id)
            return found.extension if found is not None else None

    def caller(self, actor: Actor) -> str:
        with self.database.read() as session:
            return seats.caller_at_seat(work_in(session, actor, NOON + 60 * SECOND))

    def ring(self, seat: str = "103", call: str = "417", after: int = 2) -> None:
        at = NOON + after * SECOND
        caller = STORED_CALLER if call == "417" else OTHER
        tell(self.database, LineEvent.RINGING, at, call=call, extension=seat, caller=caller)


@pytest.fixture
def floor(database: Database) -> Floor:
    return Floor(database)


def test_it_comes_to_the_seat_that_rings_and_stays_while_they_talk(floor: Floor) -> None:
    agent, neighbor, elsewhere = (floor.hire() for _n in range(3))
    floor.sit(agent)
    floor.sit(neighbor, "104")
    tell(floor.database, LineEvent.WAITING, NOON, caller=STORED_CALLER)
    assert floor.caller(agent) == ""
    floor.ring()
    assert [floor.caller(one) for one in (agent, neighbor, elsewhere)] == [STORED_CALLER, "", ""]
    tell(floor.database, LineEvent.ANSWERED, NOON + 3 * SECOND)
    assert floor.caller(agent) == STORED_CALLER
    tell(floor.database, LineEvent.ENDED, NOON + 9 * SECOND)
    assert floor.caller(agent) == ""


def test_a_call_that_is_put_through_takes_its_number_along(floor: Floor) -> None:
    agent, neighbor = floor.hire(), floor.hire()
    floor.sit(agent)
    floor.sit(neighbor, "104")
    floor.ring()
    tell(floor.database, LineEvent.ANSWERED, NOON + 3 * SECOND)
    tell(floor.database, LineEvent.ANSWERED, NOON + 4 * SECOND, extension="104")
    assert (floor.caller(agent), floor.caller(neighbor)) == ("", STORED_CALLER)


def test_the_number_of_the_call_before_is_not_offered_with_the_next(floor: Floor) -> None:
    agent = floor.hire()
    floor.sit(agent)
    floor.ring()
    floor.ring(call="418", after=30)
    assert floor.caller(agent) == OTHER


def test_who_comes_later_to_a_seat_learns_nothing_of_its_earlier_calls(floor: Floor) -> None:
    agent = floor.hire()
    floor.ring(after=-1)
    floor.sit(agent)
    assert floor.caller(agent) == ""


def test_a_seat_has_one_person_and_a_person_one_seat(floor: Floor) -> None:
    first, second = floor.hire(), floor.hire()
    floor.sit(first)
    floor.sit(second)
    assert (floor.seat(first), floor.seat(second)) == (None, "103")
    floor.sit(second, "104")
    assert floor.seat(second) == "104"
    floor.leave(second)
    floor.leave(second)
    assert floor.seat(second) is None


def test_eight_people_choose_a_seat_at_once(floor: Floor) -> None:
    people = [floor.hire() for _n in range(8)]
    assert all_at_once(*[lambda who=who: floor.sit(who) for who in people]) == [""] * 8
    assert sum(floor.seat(one) == "103" for one in people) == 1


@pytest.mark.parametrize("typed", ["", "１０３番", "a b!", "12345678901"])
def test_what_is_no_extension_is_refused(floor: Floor, typed: str) -> None:
    agent = floor.hire(Role.SUPERVISOR)
    with pytest.raises(InputError):
        floor.sit(agent, typed)
    floor.sit(agent, " １０-３ ")
    assert floor.seat(agent) == "103"
