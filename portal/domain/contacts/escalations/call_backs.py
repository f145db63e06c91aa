"""Calls back: asked for in a call, taken by one person, tried so often, and given up with a letter where one can go."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.contacts.calls.kinds import CallLanguage, Direction, language_of_locale
from portal.domain.contacts.calls.models import Call
from portal.domain.contacts.calls.services import current_call, start_call
from portal.domain.contacts.escalations.call_back_times import AGAIN_AFTER, default_due
from portal.domain.contacts.escalations.models import CallBack, CallBackTry
from portal.domain.contacts.escalations.services import check_words, require_call
from portal.domain.contacts.escalations.states import CALL_BACK as MACHINE
from portal.domain.foundation.actors import Actor
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import (
    ConflictError,
    InputError,
    NotAllowedError,
    NotFoundError,
    WrongStateError,
)
from portal.domain.foundation.program.hours_text import reception_text
from portal.domain.foundation.texts import _s
from portal.domain.foundation.typed import telephone
from portal.domain.foundation.work import Work
from portal.domain.letters.announcements.models import Announcement
from portal.domain.letters.announcements.stopping import call_off_cards
from portal.domain.people.credentials.queries import latest_credential
from portal.domain.people.tasks.models import Task
from portal.domain.people.tasks.services import (
    CALL_BACK,
    LETTER_WISHED,
    UNMATCHED,
    details_of,
    finish_task,
    open_task,
)
from portal.domain.people.tasks.states import TASK

KINDS = (CALL_BACK, UNMATCHED)
"""Tasks that ask for a call.

Left in a call, and left on the resident site by somebody who cannot sign in.
"""
CLAIM_FOR = timedelta(hours=1)
"""So long a call back is one person's; then another may take it over."""
NO_ANSWER, BUSY, WRONG_NUMBER, REACHED = "no_answer", "busy", "wrong_number", "reached"
OUTCOMES = (REACHED, NO_ANSWER, BUSY, WRONG_NUMBER)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A call back as it is asked for: the number as typed, when it suits (JST.

    None: as soon as can be), about what.
    """

    telephone: str = field(repr=False)
    at: datetime | None = None
    text: str = field(repr=False, default="")
    language: CallLanguage = CallLanguage.JA


def ask(
    work: Work, wanted: Wanted, *, call_id: int | None = None, household_id: int | None = None
) -> Task:
    """Open a task to call somebody back; a caller who could not be verified may ask for it too.

    Raises:
        InputError: no telephone number, a time at which nobody calls, or words with a secret (code:
            the field).
        NotAllowedError: an agent without a call of the own of this day, or a household that was not
            opened in it.
    """
    number = telephone(wanted.telephone)
    if number is None:
        raise InputError(
            _s("電話番号を、市外局番から数字で入力してください。例: 03-1234-5678"), code="telephone"
        )
    if wanted.text.strip():
        check_words(work, wanted.text)
    if wanted.at is not None and (
        wanted.at <= work.now or not work.program.calendar.is_open(wanted.at)
    ):
        fault = _s("これからの、受付時間の中の日時を入力してください。%(hours)s")
        raise InputError(fault % {"hours": reception_text(work.program.calendar)}, code="at")
    require_call(work, call_id=call_id, household_id=household_id)
    details = {"telephone": number, "text": wanted.text.strip(), "language": wanted.language.value}
    task = open_task(
        work,
        CALL_BACK,
        household_id,
        details,
        due_at=wanted.at or default_due(work.program.calendar, work.now),
    )
    work.session.add(CallBack(task_id=task.id, call_id=call_id))
    work.session.flush()
    return task


def language_of(work: Work, task: Task) -> CallLanguage:
    """Return the language to call in.

    The one asked for, else the one in which the household signed in, else Japanese.
    """
    asked = str(details_of(work.vault, task).get("language", ""))
    if not asked and task.household_id is not None:
        credential = latest_credential(work.session, task.household_id)
        return language_of_locale(credential.locale if credential is not None else None)
    return CallLanguage(asked) if asked in set(CallLanguage) else CallLanguage.JA


def start(work: Work, task_id: int, language: CallLanguage) -> Call:
    """Take a call back and begin the call; pressed again, the same call goes on.

    Raises:
        NotFoundError: there is no such call back.
        WrongStateError: it is done.
        ConflictError: somebody else works on it, or this person has another call that is not ended.
    """
    task, row = _locked(work.session, task_id)
    open_one = current_call(work)
    if open_one is not None and open_one.subject == subject_of(task):
        return open_one
    _claim(work, task, row)
    return start_call(
        work, direction=Direction.OUTBOUND, language=language, subject=subject_of(task)
    )


def subject_of(task: Task) -> str:
    """Return what a call says that it is about, when it calls somebody back."""
    return f"task:{task.id}"


def task_of(session: Session, call: Call | None) -> Task | None:
    """Return the task that an open call is made for, if it is made for one."""
    kind, _colon, key = (call.subject or "").partition(":") if call is not None else ("", "", "")
    return (
        session.get(Task, int(key)) if kind == "task" and key.isascii() and key.isdigit() else None
    )


def number_of(work: Work, task: Task) -> str:
    """Return the number to call: to nobody but the person in whose open call it is.

    Raises:
        NotAllowedError: this person is not calling it.
    """
    if not calls_now(work, task):
        raise NotAllowedError(_s("電話を始めると、番号が出ます。"))
    details = details_of(work.vault, task)
    return str(details.get("telephone") or details.get("contact") or "")


def calls_now(work: Work, task: Task) -> bool:
    """Tell whether this person's open call is made for the task."""
    open_one = current_call(work)
    return open_one is not None and open_one.subject == subject_of(task)


def _claim(work: Work, task: Task, row: CallBack) -> None:
    if row.state == "claimed":
        if row.claimed_by == work.actor.id:
            return
        if row.claimed_at is not None and work.now < row.claimed_at + CLAIM_FOR:
            raise ConflictError(
                _s("ほかの人が、いまこの電話をかけています。ほかの折り返しを選んでください。")
            )
        row.state = MACHINE.next(row.state, "take_over")
    else:
        row.state = MACHINE.next(row.state, "claim")
    row.claimed_by, row.claimed_at = work.actor.id, work.now
    _note(work, task, "call_back.claim")


def release(work: Work, task_id: int) -> CallBack:
    """Give a call back that one has taken back to all.

    Raises:
        NotFoundError: there is no such call back.
        NotAllowedError: somebody else has it.
        WrongStateError: nobody has taken it.
    """
    task, row = _locked(work.session, task_id)
    state = MACHINE.next(row.state, "release")
    _refuse_others(row, work.actor)
    row.state, row.claimed_by, row.claimed_at = state, None, None
    _note(work, task, "call_back.release")
    return row


def settle(work: Work, task_id: int, outcome: str, *, office: bool = False) -> CallBack:
    """Note what became of the call that goes on.

    ``office``: reached, and the office still has something to do.

    After the last try without an answer, or at a wrong number, it is given up; a household that is
    known gets a letter, and what a resident asked for on the site stays with the office.

    Raises:
        NotFoundError: there is no such call back.
        InputError: no such outcome.
        NotAllowedError: this person is not calling it.
        WrongStateError: it is done.
    """
    task, row = _locked(work.session, task_id)
    if outcome not in OUTCOMES:
        raise InputError(_s("どうなったかを選んでください。"), code="outcome")
    call = current_call(work)
    if call is None or call.subject != subject_of(task):
        raise NotAllowedError(_s("この折り返しの電話を始めてから、結果を記録してください。"))
    _refuse_others(row, work.actor)
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
        row.tries += 1
        last = outcome == WRONG_NUMBER or row.tries >= work.program.escalations.call_back_tries
        row.state = MACHINE.next(row.state, "give_up" if last else "no_answer")
        if last:
            _give_up(work, task)
        else:
            row.claimed_by = row.claimed_at = None
            task.due_at = work.program.calendar.next_open(work.now + AGAIN_AFTER) or default_due(
                work.program.calendar, work.now
            )
    work.session.flush()
    _note(work, task, "call_back.settled", outcome=outcome, tries=row.tries)
    return row


def call_off(work: Work, key: str) -> None:
    """End the call back or the card about an announced event (its ``key``) that is over.

    What somebody took stays.
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
    if task.kind != CALL_BACK:
        return  # a resident's own request keeps its time: the office goes on with it
    finish_task(work, task.id, action="cancel")
    if task.household_id is not None:
        message = _s("折り返しの電話がつながりませんでした。受付番号 %(number)s") % {
            "number": task.receipt_no
        }
        open_task(work, LETTER_WISHED, task.household_id, {"message": message})


def _refuse_others(row: CallBack, actor: Actor) -> None:
    if row.claimed_by != actor.id:
        raise NotAllowedError(_s("ほかの人が受け持っている折り返しです。"))


def _locked(session: Session, task_id: int) -> tuple[Task, CallBack]:
    """Return an open task that asks for a call and its row, both locked; a missing row is made."""
    task = session.scalar(
        select(Task)
        .where(Task.id == task_id, Task.kind.in_(KINDS))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if task is None:
        raise NotFoundError(_s("この折り返しは見つかりませんでした。"))
    if task.state != TASK.initial:
        raise WrongStateError(_s("この用件は、もう終わっています。"))
    # whoever holds the task's row is alone here, so that a missing row is made once
    row = session.scalar(
        select(CallBack)
        .where(CallBack.task_id == task_id)
        .execution_options(populate_existing=True)
    )
    if row is None:
        row = CallBack(task_id=task_id)
        session.add(row)
        session.flush()
    return task, row


def _note(work: Work, task: Task, action: str, **detail: Any) -> None:
    record(work, action, "task", task.id, household_id=task.household_id, **detail)
