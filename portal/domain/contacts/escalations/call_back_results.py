"""Results of call-backs: reached, tried in vain, given up, or called off."""

from sqlalchemy import select

from portal.domain.contacts.calls.services import current_call
from portal.domain.contacts.escalations.call_back_times import AGAIN_AFTER, default_due
from portal.domain.contacts.escalations.call_backs import (
    locked_call_back,
    record_step,
    refuse_others,
)
from portal.domain.contacts.escalations.models import CallBack, CallBackTry
from portal.domain.contacts.escalations.states import CALL_BACK as MACHINE
from portal.domain.foundation.errors import InputError, NotAllowedError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.letters.announcements.models import Announcement
from portal.domain.letters.announcements.stopping import call_off_cards
from portal.domain.people.tasks.kinds import TaskKind
from portal.domain.people.tasks.models import Task
from portal.domain.people.tasks.services import finish_task, open_task
from portal.domain.people.tasks.states import TASK

NO_ANSWER, BUSY, WRONG_NUMBER, REACHED = "no_answer", "busy", "wrong_number", "reached"


OUTCOMES = (REACHED, NO_ANSWER, BUSY, WRONG_NUMBER)


def settle(work: Work, task_id: int, outcome: str, *, office: bool = False) -> CallBack:
    """Record the result of the call in progress.

    ``office``: the person was reached, and the office still has work to do. After the last try
    without an answer, or at a wrong number, the call-back is given up; a known household gets a
    letter, and what a resident asked for on the site remains with the office.

    Raises:
        NotFoundError: there is no such call-back.
        InputError: there is no such outcome.
        NotAllowedError: the actor's call is not about it.
        WrongStateError: the call-back is finished.
    """
    task, row = locked_call_back(work.session, task_id)
    if outcome not in OUTCOMES:
        raise InputError(_s("どうなったかを選んでください。"), code="outcome")
    call = current_call(work)
    if call is None or call.task_id != task.id:
        raise NotAllowedError(_s("この折り返しの電話を始めてから、結果を記録してください。"))
    refuse_others(row, work.actor)
    work.session.add(
        CallBackTry(
            task_id=task.id, call_id=call.id, staff_id=call.agent_id, at=work.now, outcome=outcome
        )
    )
    if outcome == REACHED:
        row.state = MACHINE.next(row.state, "hand_on" if office else "reach")
        if not office:
            finish_task(work, task.id)
    else:
        _count_failure(work, task, row, outcome)
    work.session.flush()
    record_step(work, task, "call_back.settled", outcome=outcome, tries=row.tries)
    return row


def _count_failure(work: Work, task: Task, row: CallBack, outcome: str) -> None:
    """Plan the next try, or give up after the last one."""
    row.tries += 1
    last = outcome == WRONG_NUMBER or row.tries >= work.program.escalations.call_back_tries
    row.state = MACHINE.next(row.state, "give_up" if last else "no_answer")
    if last:
        _give_up(work, task)
        return
    row.claimed_by = row.claimed_at = None
    task.due_at = work.program.calendar.next_open(work.now + AGAIN_AFTER) or default_due(
        work.program.calendar, work.now
    )


def call_off(work: Work, key: str) -> None:
    """Cancel the call-back or card about an announced event (its ``key``) that is over.

    A call-back that somebody has claimed stays.
    """
    call_off_cards(work, key)
    task_id = work.session.scalar(
        select(Announcement.task_id).where(Announcement.dedupe_key == key)
    )
    if task_id is None:
        return
    task = work.session.scalar(
        select(Task)
        .where(Task.id == task_id, Task.state == TASK.initial)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    row = work.session.scalar(select(CallBack).where(CallBack.task_id == task_id))
    if task is not None and (row is None or row.state == MACHINE.initial):
        finish_task(work, task_id, action="cancel")


def _give_up(work: Work, task: Task) -> None:
    if task.kind != TaskKind.CALL_BACK:
        return  # a resident's own request keeps its time: the office goes on with it
    finish_task(work, task.id, action="cancel")
    if task.household_id is not None:
        message = _s("折り返しの電話がつながりませんでした。受付番号 %(number)s") % {
            "number": task.receipt_no
        }
        open_task(work, TaskKind.LETTER_WISHED, task.household_id, {"message": message})
