"""A level that a call reached counts in that call only, and not once a household is protected."""

import pytest
from sqlalchemy import update

from portal.domain.contacts.calls.caller_answers import Caller, Said
from portal.domain.contacts.calls.kinds import Relation
from portal.domain.contacts.calls.levels import Level, level_of
from portal.domain.contacts.calls.models import Call, CallHousehold
from portal.domain.contacts.calls.verification import verify
from portal.domain.foundation.actors import Actor
from portal.domain.foundation.errors import NotFoundError
from portal.domain.people.households.models import Household
from portal.platform.database import Database
from tests.functional.contacts.calls.support import NOW, Room
from tests.support.people import CANARY_BIRTH, CANARY_NAME
from tests.support.work import work_in


def known(room: Room, actor: Actor) -> tuple[int, int]:
    """A call that reached everything for a household; returns both keys."""
    person, call_id = room.household(), room.start(actor)
    with room.database.write() as session:
        session.add(
            CallHousehold(
                call_id=call_id, household_id=person.household_id, opened_at=NOW, level=Level.ACT
            )
        )
    return call_id, person.household_id


def level(room: Room, call_id: int, household_id: int) -> Level:
    with room.database.read() as session:
        return level_of(session, session.get_one(Call, call_id), household_id)


def protect(room: Room, household_id: int) -> None:
    with room.database.write() as session:
        session.execute(
            update(Household).where(Household.id == household_id).values(protected=True)
        )


def test_it_ends_with_the_call(sqlite_database: Database) -> None:
    room = Room(sqlite_database)
    actor = room.hire()
    call_id, household_id = known(room, actor)
    assert level(room, call_id, household_id) is Level.ACT
    room.hang_up(call_id, actor)
    room.finish(call_id, actor)
    assert level(room, call_id, household_id) is Level.NONE


def test_it_ends_with_a_protection(sqlite_database: Database) -> None:
    room = Room(sqlite_database)
    call_id, household_id = known(room, room.hire())
    protect(room, household_id)
    assert level(room, call_id, household_id) is Level.NONE


def test_a_protected_household_is_there_for_no_caller(sqlite_database: Database) -> None:
    room = Room(sqlite_database)
    actor = room.hire()
    call_id, household_id = known(room, actor)
    protect(room, household_id)
    said = Said(name=CANARY_NAME, birth=CANARY_BIRTH, postal="1390001")
    with room.database.write() as session:
        work, call = work_in(session, actor, NOW), session.get_one(Call, call_id)
        with pytest.raises(NotFoundError):
            verify(work, household_id, Caller(call, said, Relation.HOUSEHOLDER))
