"""Call-backs promised for a time that was closed later: told, kept in sight, moved, never lost."""

from dataclasses import dataclass
from datetime import datetime, time

import pytest

from portal.domain.contacts.calls.kinds import CallLanguage
from portal.domain.contacts.escalations import call_back_queries, call_backs, promised
from portal.domain.contacts.escalations.call_backs import Wanted
from portal.domain.contacts.escalations.services import RaisedIn
from portal.domain.contacts.hours.queries import change_by_id
from portal.domain.foundation.actors import Role
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.clock import JST
from portal.domain.foundation.errors import InputError, NotFoundError, WrongStateError
from portal.domain.foundation.program.calendar import Hours
from portal.domain.foundation.program.schema import Program
from portal.domain.people.tasks.kinds import TaskKind
from portal.domain.people.tasks.models import Task
from portal.domain.people.tasks.services import finish_task, open_task
from portal.platform.in_force import InForce
from tests.functional.contacts.hours.support import Desk
from tests.support.sample_ward import sample_program
from tests.support.work import work_in


def at(desk: Desk, after: int, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(desk.day(after), time(hour, minute), JST)


def in_force(desk: Desk) -> Program:
    board = InForce(0)
    with desk.staff.database.read() as session:
        board.refresh(session, desk.staff.now)
    return board.program(sample_program())


def asked(desk: Desk, when: datetime | None, household_id: int | None = None) -> int:
    """A call-back that an officer wrote down; None: as soon as possible."""
    with desk.staff.database.write() as session:
        work = work_in(session, desk.actor(Role.OFFICER), desk.staff.now, program=in_force(desk))
        wanted = Wanted("03-1234-5678", at=when)
        return call_backs.ask(work, wanted, RaisedIn(household_id=household_id)).id


def moved(desk: Desk, task_id: int, when: datetime | None, *, agreed: bool = False) -> None:
    with desk.staff.database.write() as session:
        work = work_in(session, desk.actor(), desk.staff.now, program=in_force(desk))
        call_backs.move(work, task_id, when, agreed=agreed)


@dataclass
class Told:
    """What is broken: by a change, and in all from now on."""

    by_change: list[int]
    in_all: list[int]


def told(desk: Desk, key: int, *, include_protected: bool = False) -> Told:
    with desk.staff.database.read() as session:
        work = work_in(session, desk.actor(), desk.staff.now, program=in_force(desk))
        row = change_by_id(session, key)
        found = promised.broken_by(work, row, include_protected=include_protected)
        every = promised.unkept(work, include_protected=include_protected)
    return Told([one.task_id for one in found], [one.task_id for one in every])


def test_a_closure_names_the_call_backs_of_its_days_before_and_after_it_is_approved(
    desk: Desk,
) -> None:
    before, second, first = (asked(desk, at(desk, *when)) for when in ((0, 14), (1, 15), (1, 10)))
    asked(desk, at(desk, 2, 10))
    key = desk.special()
    assert told(desk, key) == Told([first, second], [])
    desk.approve(key)
    assert told(desk, key) == Told([first, second], [first, second])
    assert before not in told(desk, key).in_all


def test_shorter_hours_name_only_who_is_outside_them(desk: Desk) -> None:
    early, inside, closing, late = (
        asked(desk, at(desk, 1, hour, minute))
        for hour, minute in ((9, 30), (10, 0), (12, 0), (12, 30))
    )
    key = desk.special(hours=Hours(time(10), time(12)))
    assert told(desk, key).by_change == [early, late]
    assert {inside, closing}.isdisjoint(told(desk, key).by_change)


def test_other_hours_of_the_week_name_every_day_from_their_first_on(desk: Desk) -> None:
    keys = [asked(desk, at(desk, after, 9, 30)) for after in (1, 7, 14)]
    key = desk.week(first_day=desk.day(6))
    assert told(desk, key).by_change == keys[1:]


def test_a_promise_for_the_end_of_today_is_broken_where_today_ends_sooner(desk: Desk) -> None:
    today = asked(desk, None)
    whole = desk.special(first_day=desk.today, last_day=desk.today, hours=Hours(time(9), time(17)))
    sooner = desk.special(first_day=desk.today, last_day=desk.today, hours=Hours(time(9), time(15)))
    assert (told(desk, whole).by_change, told(desk, sooner).by_change) == ([], [today])


def test_a_refused_closure_breaks_nothing_and_one_taken_back_no_longer(desk: Desk) -> None:
    key = asked(desk, at(desk, 1, 10))
    refused, taken_back = desk.special(), desk.special()
    desk.refuse(refused)
    desk.approve(taken_back)
    assert told(desk, taken_back) == Told([key], [key])
    assert told(desk, refused).by_change == []
    desk.take_back(taken_back)
    assert told(desk, taken_back) == Told([], [])


def test_a_call_back_without_a_time_follows_the_hours_and_is_never_broken(desk: Desk) -> None:
    with desk.staff.database.write() as session:
        open_task(work_in(session, now=desk.staff.now), TaskKind.UNMATCHED, None, {})
    key = desk.special(first_day=desk.today, last_day=desk.day(1))
    desk.approve(key)
    assert told(desk, key) == Told([], [])


def test_what_became_late_stays_with_its_change_until_it_is_done(desk: Desk) -> None:
    task_id = asked(desk, at(desk, 1, 10))
    key = desk.special()
    desk.approve(key)
    desk.staff.clock.advance(days=2)
    assert told(desk, key) == Told([task_id], [])
    with desk.staff.database.write() as session:
        finish_task(work_in(session, desk.actor(), desk.staff.now), task_id)
    assert told(desk, key) == Told([], [])


def test_a_protected_familys_call_back_is_named_and_counted_for_the_ward_alone(desk: Desk) -> None:
    family = desk.staff.add_household(protected=True)
    with desk.staff.database.write() as session:
        work = work_in(session, desk.actor(Role.WARD_OFFICER), desk.staff.now)
        hidden = open_task(
            work, TaskKind.CALL_BACK, family.household_id, {}, due_at=at(desk, 1, 10)
        ).id
    key = desk.special()
    desk.approve(key)
    assert told(desk, key) == Told([], [])
    assert told(desk, key, include_protected=True) == Told([hidden], [hidden])


def test_moved_to_an_open_time_it_is_broken_no_more(desk: Desk) -> None:
    task_id = asked(desk, at(desk, 1, 10))
    key = desk.special()
    desk.approve(key)
    moved(desk, task_id, at(desk, 2, 10), agreed=True)
    assert told(desk, key) == Told([], [])
    with desk.staff.database.read() as session:
        assert session.get_one(Task, task_id).due_at == at(desk, 2, 10)
        [event] = session.query(AuditEvent).filter_by(action="call_back.moved")
        assert (event.subject_id, event.actor_id) == (task_id, desk.actor().id)
        assert event.detail["agreed"] is True


def test_a_later_time_than_promised_needs_the_callers_word_and_an_earlier_one_does_not(
    desk: Desk,
) -> None:
    task_id = asked(desk, at(desk, 1, 10))
    with pytest.raises(InputError) as refused:
        moved(desk, task_id, at(desk, 1, 10, 1))
    assert refused.value.code == "agreed"
    moved(desk, task_id, at(desk, 0, 16))


@pytest.mark.parametrize("when", [None, (0, 9), (1, 17), (4, 10)], ids=str)
def test_it_is_moved_only_to_a_time_to_come_at_which_somebody_is_there(
    quick_desk: Desk, when: tuple[int, int] | None
) -> None:
    task_id = asked(quick_desk, at(quick_desk, 1, 10))
    with pytest.raises(InputError) as refused:
        moved(quick_desk, task_id, at(quick_desk, *when) if when else None, agreed=True)
    assert refused.value.code == "at"


def test_it_is_not_moved_while_somebody_calls_nor_when_it_is_done(desk: Desk) -> None:
    called, done = (asked(desk, at(desk, 1, 10)) for _ in range(2))
    with desk.staff.database.write() as session:
        call_backs.start(work_in(session, desk.actor(), desk.staff.now), called, CallLanguage.JA)
        finish_task(work_in(session, desk.actor(), desk.staff.now), done)
    for task_id in (called, done):
        with pytest.raises(WrongStateError):
            moved(desk, task_id, at(desk, 2, 10), agreed=True)
    with pytest.raises(NotFoundError):
        moved(desk, 999, at(desk, 2, 10), agreed=True)


def test_the_queue_marks_what_nobody_can_keep(desk: Desk) -> None:
    broken, kept = asked(desk, at(desk, 1, 10)), asked(desk, at(desk, 2, 10))
    desk.approve(desk.special())
    with desk.staff.database.read() as session:
        work = work_in(session, desk.actor(), desk.staff.now, program=in_force(desk))
        marks = {one.task.id: one.unkept for one in call_back_queries.waiting(work)}
    assert marks == {broken: True, kept: False}


def test_a_change_is_proposed_only_after_its_writer_saw_how_many_it_breaks(desk: Desk) -> None:
    for hour in (10, 11):
        asked(desk, at(desk, 1, hour))
    key, quiet = desk.special(), desk.special(first_day=desk.day(2), last_day=desk.day(2))
    with desk.staff.database.read() as session:
        work = work_in(session, desk.actor(), desk.staff.now, program=in_force(desk))
        row = change_by_id(session, key)
        for seen in (0, 1, 3):
            with pytest.raises(promised.PromisedError) as refused:
                promised.require_seen(work, row, seen, include_protected=False)
            assert len(refused.value.found) == 2
        promised.require_seen(work, row, 2, include_protected=False)
        promised.require_seen(work, change_by_id(session, quiet), 0, include_protected=False)


def test_hours_that_break_nothing_are_proposed_whatever_was_seen_before(quick_desk: Desk) -> None:
    key = quick_desk.special()
    with quick_desk.staff.database.read() as session:
        work = work_in(session, quick_desk.actor(), quick_desk.staff.now)
        promised.require_seen(work, change_by_id(session, key), 5, include_protected=False)
