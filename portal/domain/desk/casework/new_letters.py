"""Ordering a new letter with another ID and password; the next print run makes it."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.clock import day_end
from portal.domain.foundation.errors import (
    NotAllowedError,
    NotFoundError,
    TooEarlyError,
    TooLateError,
    WrongStateError,
)
from portal.domain.foundation.program.deadlines import WindowKind
from portal.domain.foundation.program.opening import staff_closed_text
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.letters.letters.models import LetterOrder
from portal.domain.letters.letters.orders import order
from portal.domain.letters.letters.states import REISSUE
from portal.domain.people.households.models import Household
from portal.domain.people.households.queries import withheld
from portal.domain.people.tasks.kinds import TaskKind
from portal.domain.people.tasks.models import Task
from portal.domain.people.tasks.services import finish_task
from portal.domain.people.tasks.states import TaskState

WINDOW = WindowKind.NEW_LETTER
LEADS_TO_LETTER = (
    TaskKind.NEW_LETTER,
    TaskKind.REPORT_LOST,
    TaskKind.LOSS_REPORTED,
    TaskKind.CODE_CLOSED,
    TaskKind.BIRTH_FROZEN,
)


def leads_to_letter(task: Task) -> bool:
    """Return whether a new letter may be ordered for this kind of task."""
    return (
        task.kind in LEADS_TO_LETTER
        and task.household_id is not None
        and task.state == TaskState.OPEN
    )


def last_day_to_decide(program: Program) -> date:
    """Return the last day (JST) to decide requests made in time: the day of posting the print."""
    window = program.windows.new_letter
    days = [
        rule.last_posting_day(program.calendar)
        for rule in program.request_rules
        if rule.kind is WINDOW
    ]
    return max([window.last_day, *days])


def closed_text(program: Program, task: Task, now: datetime) -> str:
    """Return the sentence for staff why no new letter may be ordered now, or "".

    Requests made by the window's last day may be decided a little later: the window ends early only
    because checking, printing and handing over take days.
    """
    window = program.windows.new_letter
    in_time = task.created_at < window.ends_at and now < day_end(last_day_to_decide(program))
    if window.is_over(now) and in_time:
        return ""
    return staff_closed_text(window, now)


def why_not(work: Work, task: Task) -> str:
    """Return the sentence for staff why no new letter can be ordered for a task, or ""."""
    if _protected(work.session, task):
        return _s("支援措置の世帯の手紙は、この画面からは出せません。区の手順で渡してください。")
    return closed_text(work.program, task, work.now)


def is_out_of_reach(work: Work, task: Task) -> bool:
    """Return whether no new letter will be ordered for a task any more.

    The household is protected, or the window and the days to decide are over.
    """
    early = work.program.windows.new_letter.is_before(work.now)
    return _protected(work.session, task) or bool(
        closed_text(work.program, task, work.now) and not early
    )


def _protected(session: Session, task: Task) -> bool:
    return bool(session.scalar(select(withheld()).where(Household.id == task.household_id)))


def order_new_letter(work: Work, task_id: int) -> LetterOrder:
    """Order a new letter for a task's household from the next print run, and finish the task.

    The old ID and password stay valid until the new letter is printed.

    Raises:
        NotFoundError: there is no such task, or it belongs to no household.
        WrongStateError: the task is of another kind, or finished.
        TooEarlyError, TooLateError: outside the window; the message says its first or last day.
        NotAllowedError: the household is protected; the ward delivers its letter in its own way.
        ConflictError: the household's letter has not been handed over yet.
    """
    task = work.session.get(Task, task_id, with_for_update=True, populate_existing=True)
    if task is None or task.household_id is None:
        raise NotFoundError(_s("この用件は見つかりませんでした。"))
    if task.kind not in LEADS_TO_LETTER:
        raise WrongStateError(_s("この用件では、新しい手紙を出せません。"))
    if sentence := closed_text(work.program, task, work.now):
        early = work.program.windows.new_letter.is_before(work.now)
        raise TooEarlyError(sentence) if early else TooLateError(sentence)
    if _protected(work.session, task):
        raise NotAllowedError(why_not(work, task))
    ordered = order(work, task.household_id, REISSUE, why=task.kind)
    finish_task(work, task_id)
    return ordered
