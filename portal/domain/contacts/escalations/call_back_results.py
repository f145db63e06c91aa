"""Results of call-backs: reached, tried in vain, given up, or called off."""

from msgspec import Struct
from sqlalchemy import select

from portal.domain.contacts.calls.services import current_call
from portal.domain.contacts.escalations.call_back_times import AGAIN_AFTER, default_due
from portal.domain.contacts.escalations.call_backs import (
    locked_call_back,
    record_step,
    refuse_others,
)
from portal.domain.contacts.escalations.kinds import Outcome
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


class TryResult(Struct, frozen=True):
    """The result of a try; ``office``: the person was reached, and the office has work to do."""

    outcome: Outcome
    office: bool = False


def read_outcome(typed: str) -> Outcome:
    """Return the outcome that was chosen.

    Raises:
        InputError: there is no such outcome (code ``outcome``).
    """
    outcome = Outcome.known(typed)
    if outcome is None:
        raise InputError(_s("どうなったかを選んでください。"), code="outcome")
    return outcome


def settle(work: Work, task_id: int, result: TryResult) -> CallBack:
    """Record the result of the call in progress.

    After the last try without an answer, or at a wrong number, the call-back is given up; a known
    household gets a letter, and what a resident asked for on the site remains with the office.

    Raises:
        NotFoundError: there is no such call-back.
        NotAllowedError: the actor's call is not about it.
        WrongStateError: the call-back is finished.
    """
    task, row = locked_call_back(work.session, task_id)
    call = current_call(work)
    if call is None or call.task_id != task.id:
        raise NotAllowedError(_s("この折り返しの電話を始めてから、結果を記録してください。"))
    refuse_others(row, work.actor)
    work.session.add(
        CallBackTry(
            task_id=task.id,
            call_id=call.id,
            staff_id=call.agent_id,
            at=work.now,
            outcome=result.outcome.value,
        )
    )
    if result.outcome is Outcome.REACHED:
        row.state = MACHINE.next(row.state, "hand_on" if result.office else "reach")
        if not result.office:
            finish_task(work, task.id)
    else:
        row.tries += 1
        last = row.tries >= work.program.escalations.call_back_tries
        if result.outcome is Outcome.WRONG_NUMBER or last:
            row.state = MACHINE.next(row.state, "give_up")
            _give_up(work, task)
        else:
            _plan_next_try(work, task, row)
    work.session.flush()
    record_step(work, task, "call_back.settled", outcome=result.outcome.value, tries=row.tries)
    return row


def _plan_next_try(work: Work, task: Task, row: CallBack) -> None:
    row.state = MACHINE.next(row.state, "no_answer")
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
