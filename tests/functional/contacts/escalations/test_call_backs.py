"""Calls back: asked for by anybody, taken by one, tried three times, never lost."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import select

from portal.domain.contacts.calls.kinds import CallLanguage
from portal.domain.contacts.calls.models import Call
from portal.domain.contacts.calls.services import current_call
from portal.domain.contacts.escalations import call_back_queries, call_back_results, call_backs
from portal.domain.contacts.escalations.call_backs import Wanted
from portal.domain.contacts.escalations.models import CallBack, CallBackTry
from portal.domain.contacts.escalations.services import RaisedIn
from portal.domain.foundation.actors import Actor, Role
from portal.domain.foundation.clock import JST
from portal.domain.foundation.errors import (
    ConflictError,
    DomainError,
    InputError,
    NotAllowedError,
    NotFoundError,
    WrongStateError,
)
from portal.domain.people.signin.locked_out import CallBack as SiteWish
from portal.domain.people.signin.locked_out import ask_call_back
from portal.domain.people.tasks.kinds import TaskKind
from portal.domain.people.tasks.models import Task
from portal.domain.people.tasks.services import finish_task, open_task
from tests.functional.contacts.escalations.support import NOW, Desk
from tests.support.work import work_in

WANTED = Wanted("03-1234-5678", text="再配送について")


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2023, 8, day, hour, minute, tzinfo=JST)


def asked(desk: Desk, wanted: Wanted = WANTED, household_id: int | None = None) -> int:
    call_id = desk.call(household_id=household_id)
    with desk.database.write() as session:
        task = call_backs.ask(
            work_in(session, desk.agent, desk.now, program=desk.program),
            wanted,
            RaisedIn(call_id=call_id, household_id=household_id),
        )
        key = task.id
    desk.end(call_id)
    return key


def started(desk: Desk, task_id: int, actor: Actor | None = None) -> Call:
    with desk.database.write() as session:
        call = call_backs.start(
            work_in(session, actor or desk.agent, desk.now), task_id, CallLanguage.JA
        )
        session.flush()
        session.expunge(call)
        return call


def settled(
    desk: Desk, task_id: int, outcome: str, actor: Actor | None = None, *, office: bool = False
) -> None:
    with desk.database.write() as session:
        call_back_results.settle(
            work_in(session, actor or desk.agent, desk.now, program=desk.program),
            task_id,
            call_back_results.TryResult(call_back_results.read_outcome(outcome), office=office),
        )


def tried(desk: Desk, task_id: int, outcome: str) -> None:
    call = started(desk, task_id)
    settled(desk, task_id, outcome)
    desk.end(call.id)


def waiting(desk: Desk) -> list[call_back_queries.Waiting]:
    with desk.database.read() as session:
        found = call_back_queries.waiting(work_in(session, now=desk.now, program=desk.program))
        session.expunge_all()
        return found


def row_of(desk: Desk, task_id: int) -> tuple[str, str, int]:
    with desk.database.read() as session:
        row = session.scalars(select(CallBack).where(CallBack.task_id == task_id)).one()
        return session.get_one(Task, task_id).state, row.state, row.tries


def test_a_caller_whom_nobody_could_verify_may_leave_a_number(desk: Desk) -> None:
    task_id = asked(desk)
    [one] = waiting(desk)
    assert (one.task.id, one.task.household_id, one.due_at, one.overdue, one.tries) == (
        task_id,
        None,
        at(1, 17),
        False,
        0,
    )
    assert b"0312345678" not in (one.task.sealed or b"")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (replace(WANTED, telephone="12"), "telephone"),
        (replace(WANTED, at=NOW), "at"),
        (replace(WANTED, at=at(1, 17)), "at"),
        (replace(WANTED, at=at(5, 12)), "at"),
        (replace(WANTED, text="カード 4111 1111 1111 1111"), "text"),
        (replace(WANTED, text="あ" * 1001), "text"),
    ],
)
def test_a_call_back_with_faults_is_not_taken(quick_desk: Desk, wrong: Wanted, field: str) -> None:
    with pytest.raises(InputError) as refused:
        asked(quick_desk, wrong)
    assert refused.value.code == field


def test_an_agent_asks_only_in_an_own_call_and_for_a_household_that_is_open_in_it(
    quick_desk: Desk,
) -> None:
    household = quick_desk.household()
    with quick_desk.database.write() as session, pytest.raises(NotAllowedError):
        call_backs.ask(work_in(session, quick_desk.agent, NOW, program=quick_desk.program), WANTED)
    call = quick_desk.call()
    with quick_desk.database.write() as session, pytest.raises(NotAllowedError):
        call_backs.ask(
            work_in(session, quick_desk.agent, NOW, program=quick_desk.program),
            WANTED,
            RaisedIn(call_id=call, household_id=household),
        )


def test_the_first_due_comes_first_and_the_late_are_marked(desk: Desk) -> None:
    later = asked(desk, replace(WANTED, at=at(2, 10)))
    soon = asked(desk, replace(WANTED, at=at(1, 14)))
    today = asked(desk)
    assert [one.task.id for one in waiting(desk)] == [soon, today, later]
    desk.now = at(1, 15)
    assert [one.overdue for one in waiting(desk)] == [True, False, False]
    with desk.database.read() as session:
        assert call_back_queries.count_waiting(
            work_in(session, now=desk.now, program=desk.program)
        ) == (3, 1)


def test_those_without_a_time_stand_where_their_shown_time_puts_them_page_by_page(
    desk: Desk,
) -> None:
    late = asked(desk, replace(WANTED, at=at(1, 16, 30)))
    soon = asked(desk, replace(WANTED, at=at(1, 13)))
    tomorrow = asked(desk, replace(WANTED, at=at(2, 10)))
    with desk.database.write() as session:
        session.get_one(Task, tomorrow).due_at = at(2, 10)
        timeless = [
            open_task(work_in(session, desk.agent, desk.now), TaskKind.UNMATCHED, None, {}).id
            for _ in range(20)
        ]
    expected = [soon, late, *timeless, tomorrow]
    pages = []
    with desk.database.read() as session:
        for page in (1, 2, 3):
            found = call_back_queries.waiting(
                work_in(session, now=desk.now, program=desk.program), page=page
            )
            pages.append([one.task.id for one in found[: call_back_queries.PAGE]])
            due = [one.due_at for one in found]
            assert due == sorted(due)
    assert pages == [expected[:20], expected[20:], []]


def test_the_number_is_shown_to_nobody_but_who_calls_it(desk: Desk) -> None:
    task_id = asked(desk)
    other = desk.actor(Role.AGENT, "other")
    started(desk, task_id)
    with desk.database.read() as session:
        task = session.get_one(Task, task_id)
        assert call_backs.number_of(work_in(session, desk.agent), task) == "0312345678"
        with pytest.raises(NotAllowedError):
            call_backs.number_of(work_in(session, other), task)


def test_starting_twice_is_one_call(desk: Desk) -> None:
    task_id = asked(desk)
    first = started(desk, task_id)
    assert started(desk, task_id).id == first.id
    assert (first.direction, first.subject) == ("outbound", f"task:{task_id}")
    with desk.database.read() as session:
        assert call_backs.task_of(session, current_call(work_in(session, desk.agent))) is not None


def test_who_has_another_call_ends_that_first_and_takes_nothing(desk: Desk) -> None:
    task_id = asked(desk)
    desk.call()
    with pytest.raises(ConflictError):
        started(desk, task_id)
    assert row_of(desk, task_id) == ("open", "waiting", 0)


def test_two_people_never_call_the_same_person(desk: Desk) -> None:
    task_id, line = asked(desk), Barrier(2)
    people = (desk.agent, desk.actor(Role.AGENT, "other"))

    def begin(actor: Actor) -> str:
        line.wait()
        try:
            started(desk, task_id, actor)
        except DomainError as error:
            return error.code
        return "started"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(begin, people)) == ["conflict", "started"]


def test_a_call_back_that_somebody_forgot_is_taken_over_after_an_hour(quick_desk: Desk) -> None:
    task_id, other = asked(quick_desk), quick_desk.actor(Role.AGENT, "other")
    started(quick_desk, task_id)
    quick_desk.now += timedelta(minutes=59)
    with pytest.raises(ConflictError):
        started(quick_desk, task_id, other)
    quick_desk.now += timedelta(minutes=1)
    started(quick_desk, task_id, other)
    with pytest.raises(NotAllowedError):
        settled(quick_desk, task_id, "reached")
    settled(quick_desk, task_id, "reached", other)


def test_it_is_given_back_by_who_took_it(quick_desk: Desk) -> None:
    task_id, other = asked(quick_desk), quick_desk.actor(Role.AGENT, "other")

    def give_back(actor: Actor) -> None:
        with quick_desk.database.write() as session:
            call_backs.release(work_in(session, actor, NOW), task_id)

    with pytest.raises(WrongStateError):
        give_back(quick_desk.agent)
    started(quick_desk, task_id)
    with pytest.raises(NotAllowedError):
        give_back(other)
    give_back(quick_desk.agent)
    assert row_of(quick_desk, task_id) == ("open", "waiting", 0)


def test_reached_it_is_done(desk: Desk) -> None:
    task_id = asked(desk)
    tried(desk, task_id, "reached")
    assert row_of(desk, task_id) == ("done", "done", 0)
    assert waiting(desk) == []
    with pytest.raises(WrongStateError):
        started(desk, task_id)
    with pytest.raises(WrongStateError):
        settled(desk, task_id, "reached")


def test_reached_with_something_left_for_the_office_the_task_stays_open(desk: Desk) -> None:
    task_id = asked(desk)
    started(desk, task_id)
    settled(desk, task_id, "reached", office=True)
    assert row_of(desk, task_id) == ("open", "handed_on", 0)
    assert waiting(desk) == []


def test_no_answer_moves_it_two_hours_on_and_the_third_gives_it_up_with_a_letter(
    desk: Desk,
) -> None:
    task_id = asked(desk, household_id=desk.household())
    due = []
    for outcome in ("no_answer", "busy"):
        tried(desk, task_id, outcome)
        due.append(waiting(desk)[0].due_at)
        desk.now = at(1, 16)
    assert due == [at(1, 14), at(2, 9)]
    desk.now = at(2, 9)
    tried(desk, task_id, "no_answer")
    assert row_of(desk, task_id) == ("cancelled", "not_reached", 3)
    with desk.database.read() as session:
        kinds = session.scalars(select(Task.kind).where(Task.state == "open")).all()
        outcomes = [one.outcome for one in call_back_queries.tries_of(session, task_id)]
    assert kinds == ["letter_wished"]
    assert outcomes == ["no_answer", "busy", "no_answer"]


def test_at_a_wrong_number_nobody_is_called_again(quick_desk: Desk) -> None:
    task_id = asked(quick_desk)
    tried(quick_desk, task_id, "wrong_number")
    assert row_of(quick_desk, task_id) == ("cancelled", "not_reached", 1)
    with quick_desk.database.read() as session:
        assert session.scalars(select(Task).where(Task.state == "open")).all() == []


def test_an_outcome_is_noted_in_the_call_that_is_made_for_it(quick_desk: Desk) -> None:
    task_id = asked(quick_desk)
    with pytest.raises(NotAllowedError):
        settled(quick_desk, task_id, "reached")
    quick_desk.call()
    with pytest.raises(NotAllowedError):
        settled(quick_desk, task_id, "reached")
    with quick_desk.database.read() as session:
        assert session.scalars(select(CallBackTry)).all() == []


def test_an_unknown_outcome_is_refused(quick_desk: Desk) -> None:
    task_id = asked(quick_desk)
    started(quick_desk, task_id)
    with pytest.raises(InputError):
        settled(quick_desk, task_id, "perhaps")


def test_what_was_left_on_the_resident_site_is_called_too_and_stays_with_the_office(
    desk: Desk,
) -> None:
    wish = SiteWish("decline", "鶉野　瑠璃子", "090-1111-2222")
    with desk.database.write() as session:
        ask_call_back(work_in(session, now=NOW), wish, "key", "203.0.113.4")
    [one] = waiting(desk)
    assert one.task.kind == "unmatched"
    with desk.database.read() as session:
        for moment, late in ((at(1, 17), 0), (at(1, 17, 1), 1)):
            assert call_back_queries.count_waiting(
                work_in(session, now=moment, program=desk.program)
            ) == (
                1,
                late,
            )
    call = started(desk, one.task.id)
    with desk.database.read() as session:
        task = session.get_one(Task, one.task.id)
        assert call_backs.number_of(work_in(session, desk.agent), task) == "090-1111-2222"
    settled(desk, one.task.id, "no_answer")
    desk.end(call.id)
    for _more in range(2):
        tried(desk, one.task.id, "no_answer")
    assert row_of(desk, one.task.id) == ("open", "not_reached", 3)


def test_calls_back_to_protected_households_are_not_the_desks(desk: Desk) -> None:
    household = desk.household(protected=True)
    with desk.database.write() as session:
        task = open_task(
            work_in(session, desk.ward, NOW), TaskKind.CALL_BACK, household, {"telephone": "03"}
        )
        task_id = task.id
    assert waiting(desk) == []
    with desk.database.read() as session:
        assert (
            call_back_queries.one(work_in(session, now=NOW, program=desk.program), task_id) is None
        )
        assert (
            call_back_queries.one(
                work_in(session, now=NOW, program=desk.program), task_id, include_protected=True
            )
            is not None
        )
        assert call_back_queries.count_waiting(work_in(session, now=NOW, program=desk.program)) == (
            0,
            0,
        )


def test_other_tasks_and_finished_ones_are_no_calls_back(quick_desk: Desk) -> None:
    done = asked(quick_desk)
    with quick_desk.database.write() as session:
        letter = open_task(
            work_in(session, quick_desk.officer, NOW), TaskKind.NEW_LETTER, None, {}
        ).id
        finish_task(work_in(session, quick_desk.officer, NOW), done)
    with pytest.raises(NotFoundError):
        started(quick_desk, letter)
    with pytest.raises(NotFoundError):
        started(quick_desk, 999)
    with pytest.raises(WrongStateError):
        started(quick_desk, done)
    assert waiting(quick_desk) == []
