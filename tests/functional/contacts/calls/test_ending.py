"""What follows from a call that ended: whoever is to be called back stands in the list, once."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.domain.contacts.calls import gate
from portal.domain.contacts.calls.finishing import FieldsError
from portal.domain.contacts.calls.kinds import CallLanguage, Result
from portal.domain.contacts.calls.models import Call, CallHousehold
from portal.domain.contacts.escalations import call_backs
from portal.domain.contacts.escalations.call_back_results import TryResult
from portal.domain.contacts.escalations.kinds import Outcome
from portal.domain.contacts.escalations.services import Question, RaisedIn, raise_escalation
from portal.domain.desk.call_desk import ending
from portal.domain.desk.call_desk.models import DeskAct
from portal.domain.desk.call_desk.proposing import propose
from portal.domain.foundation.actors import Actor
from portal.domain.foundation.errors import WrongStateError
from portal.domain.people.tasks.kinds import TaskKind
from portal.domain.people.tasks.models import Task
from portal.domain.people.tasks.services import details_of
from portal.platform.database import Database
from tests.functional.contacts.calls.support import NOW, Room, noted
from tests.functional.requests.redeliveries.support import PROGRAM
from tests.support.coupons import VAULT
from tests.support.work import work_in

TELEPHONE = "03-1234-5678"


@pytest.fixture
def room(database: Database) -> Room:
    return Room(database)


def end(
    room: Room, call_id: int, actor: Actor, tried: TryResult | None = None, **changes: object
) -> None:
    with room.database.write() as session:
        said = replace(noted(), **changes)  # type: ignore[arg-type]
        ending.end_call(work_in(session, actor, NOW, program=PROGRAM), call_id, said, tried)


def correct(room: Room, call_id: int, actor: Actor, **changes: object) -> None:
    with room.database.write() as session:
        said = replace(noted(), **changes)  # type: ignore[arg-type]
        ending.correct_call(work_in(session, actor, NOW, program=PROGRAM), call_id, said)


def tasks(room: Room) -> list[Task]:
    with room.database.read() as session:
        found = list(session.scalars(select(Task).where(Task.kind == TaskKind.CALL_BACK)))
        session.expunge_all()
        return found


def opened(room: Room, actor: Actor, household_id: int) -> None:
    with room.database.write() as session:
        gate.opened_in(
            work_in(session, now=NOW), gate.require_call(work_in(session, actor)), household_id
        )


def likely(room: Room, call_id: int) -> Result:
    with room.database.read() as session:
        return propose(session, session.get_one(Call, call_id)).result


def test_whoever_is_to_be_called_back_stands_in_the_list_with_number_words_and_household(
    room: Room,
) -> None:
    agent, person = room.hire(), room.household()
    call_id = room.start(agent, language=CallLanguage.KO)
    opened(room, agent, person.household_id)
    end(room, call_id, agent, result=Result.CALL_BACK, call_back=TELEPHONE, text="区の答えを伝える")
    (task,) = tasks(room)
    assert task.household_id == person.household_id
    assert details_of(VAULT, task) == {
        "telephone": "0312345678",
        "text": "区の答えを伝える",
        "language": "ko",
    }
    with pytest.raises(WrongStateError):
        end(room, call_id, agent, result=Result.CALL_BACK, call_back=TELEPHONE)
    assert len(tasks(room)) == 1


@pytest.mark.parametrize("result", [Result.DONE, Result.PASSED, Result.PENDING])
def test_other_ends_call_nobody_back(room: Room, result: Result) -> None:
    agent = room.hire()
    end(room, room.start(agent), agent, result=result, call_back=TELEPHONE)
    assert tasks(room) == []


def test_a_call_back_needs_a_number_unless_it_is_known_already(room: Room) -> None:
    agent = room.hire()
    call_id = room.start(agent)
    with pytest.raises(FieldsError):
        end(room, call_id, agent, result=Result.CALL_BACK)
    assert likely(room, call_id) is Result.DONE
    with room.database.write() as session:
        call_backs.ask(
            work_in(session, agent, NOW, program=PROGRAM),
            call_backs.Wanted(TELEPHONE),
            RaisedIn(call_id=call_id),
        )
    assert likely(room, call_id) is Result.CALL_BACK
    end(room, call_id, agent, result=Result.CALL_BACK)
    assert len(tasks(room)) == 1


def test_a_call_to_the_enrolled_number_needs_no_other_number(room: Room) -> None:
    agent, person = room.hire(), room.household()
    call_id = room.start(agent)
    opened(room, agent, person.household_id)
    with room.database.write() as session:
        session.scalars(select(CallHousehold)).one().call_back_asked_at = NOW
    assert likely(room, call_id) is Result.CALL_BACK
    end(room, call_id, agent, result=Result.CALL_BACK)
    assert tasks(room) == []


def test_nobody_answered_and_the_same_call_back_goes_on(room: Room) -> None:
    agent = room.hire()
    end(room, room.start(agent), agent, result=Result.CALL_BACK, call_back=TELEPHONE)
    (task,) = tasks(room)
    with room.database.write() as session:
        again = call_backs.start(
            work_in(session, agent, NOW + timedelta(hours=1)), task.id, CallLanguage.JA
        ).id
    tried = TryResult(Outcome.NO_ANSWER)
    end(room, again, agent, tried, result=Result.CALL_BACK)
    assert [row.id for row in tasks(room)] == [task.id]


def test_noted_only_when_put_right_it_is_asked_for_then_and_once(room: Room) -> None:
    agent = room.hire()
    call_id = room.start(agent)
    end(room, call_id, agent)
    for _time in range(2):
        correct(room, call_id, agent, result=Result.CALL_BACK, call_back=TELEPHONE)
    assert len(tasks(room)) == 1


def test_a_question_to_the_ward_suggests_that_it_was_passed(room: Room) -> None:
    agent = room.hire()
    call_id = room.start(agent)
    with room.database.write() as session:
        question = Question("eligibility", "基準日のあとに転入したが、対象になるか。")
        raise_escalation(
            work_in(session, agent, NOW, program=PROGRAM), question, RaisedIn(call_id=call_id)
        )
    assert likely(room, call_id) is Result.PASSED


def test_what_was_done_last_is_suggested_first(room: Room) -> None:
    agent, person = room.hire(), room.household()
    call_id = room.start(agent)
    opened(room, agent, person.household_id)
    for act in ("redelivery", "unlock", "new_letter"):
        with room.database.write() as session:
            session.add(
                DeskAct(
                    call_id=call_id,
                    household_id=person.household_id,
                    act=act,
                    level=2,
                    receipt_no=act,
                    subject="task",
                    subject_id=1,
                    channel="phone",
                    done_by=agent.id,
                    done_at=NOW,
                )
            )
    with room.database.read() as session:
        found = propose(session, session.get_one(Call, call_id)).topics
    assert list(found) == [
        ("signin", "lost_letter"),
        ("delivery", "redelivery"),
        ("delivery", "not_arrived"),
    ]
