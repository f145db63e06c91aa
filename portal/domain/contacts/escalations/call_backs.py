"""Call-backs: requested in a call, claimed by one agent, and called."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.contacts.calls.about import About
from portal.domain.contacts.calls.description import CallDescription
from portal.domain.contacts.calls.kinds import CallLanguage, Direction, language_of_locale
from portal.domain.contacts.calls.models import Call
from portal.domain.contacts.calls.services import current_call, start_call
from portal.domain.contacts.escalations.call_back_times import default_due, due_of
from portal.domain.contacts.escalations.models import CallBack
from portal.domain.contacts.escalations.services import (
    OUTSIDE_CALLS,
    RaisedIn,
    check_words,
    require_call,
)
from portal.domain.contacts.escalations.states import CALL_BACK as MACHINE
from portal.domain.contacts.escalations.states import CLAIMED
from portal.domain.foundation.actors import Actor
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import jst_date
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
from portal.domain.people.credentials.queries import latest_credential
from portal.domain.people.tasks.kinds import TaskKind
from portal.domain.people.tasks.models import Task
from portal.domain.people.tasks.services import details_of, open_task
from portal.domain.people.tasks.states import TASK

KINDS = (TaskKind.CALL_BACK, TaskKind.UNMATCHED)
"""Tasks that ask for a call.

Requested in a call, or left on the resident site by somebody who cannot sign in.
"""
CLAIM_FOR = timedelta(hours=1)
"""How long a claimed call-back belongs to one person; then another may take it over."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A requested call-back: the number as typed, the requested time, and the subject.

    ``at`` (JST) is None for as soon as possible.
    """

    telephone: str = field(repr=False)
    at: datetime | None = None
    text: str = field(repr=False, default="")
    language: CallLanguage = CallLanguage.JA


def ask(work: Work, wanted: Wanted, raised: RaisedIn = OUTSIDE_CALLS) -> Task:
    """Open a task to call somebody back; an unverified caller may request it too.

    Raises:
        InputError: an invalid telephone number, a time outside service hours, or a text with a
            secret (code: the field).
        NotAllowedError: an agent without a call of their own today, or a household that was not
            opened in it.
    """
    number = telephone(wanted.telephone)
    if number is None:
        raise InputError(
            _s("電話番号を、市外局番から数字で入力してください。例: 03-1234-5678"), code="telephone"
        )
    if wanted.text.strip():
        check_words(work, wanted.text)
    if wanted.at is not None:
        _check_time(work, wanted.at)
    require_call(work, raised)
    details = {"telephone": number, "text": wanted.text.strip(), "language": wanted.language.value}
    task = open_task(
        work,
        TaskKind.CALL_BACK,
        raised.household_id,
        details,
        due_at=wanted.at or default_due(work.program.calendar, work.now),
    )
    work.session.add(CallBack(task_id=task.id, call_id=raised.call_id))
    work.session.flush()
    return task


def move(work: Work, task_id: int, at: datetime | None, *, agreed: bool) -> Task:
    """Promise another time (JST) for a call-back that waits.

    ``agreed``: the caller knows of it. Without that it moves only to an earlier time: who is called
    before the promised time learns it then, who is called after it waited in vain.

    Raises:
        NotFoundError: there is no such call-back.
        WrongStateError: it is finished, or somebody is calling.
        InputError: no time, or one outside service hours (code ``at``); a later one than was
            promised, which the caller does not know (code ``agreed``).
    """
    task, row = locked_call_back(work.session, task_id)
    row.state = MACHINE.next(row.state, "move")
    if at is None:
        raise _no_such_time(work)
    _check_time(work, at)
    promised = due_of(work.program.calendar, task)
    if at > promised and not agreed:
        raise InputError(
            _s(
                "約束より後の時刻です。先に電話をして本人と決めるか、約束より前の時刻にしてください。"
            ),
            code="agreed",
        )
    task.due_at = at
    record_step(work, task, "call_back.moved", agreed=agreed)
    work.session.flush()
    return task


def _check_time(work: Work, at: datetime) -> None:
    if at <= work.now or not work.program.calendar.is_open(at):
        raise _no_such_time(work)


def _no_such_time(work: Work) -> InputError:
    fault = _s("これからの、受付時間の中の日時を入力してください。%(hours)s")
    hours = reception_text(work.program.calendar, jst_date(work.now))
    return InputError(fault % {"hours": hours}, code="at")


def language_of(work: Work, task: Task) -> CallLanguage:
    """Return the language in which to call somebody back.

    The requested one, else the one in which the household signed in, else Japanese.
    """
    asked = str(details_of(work.vault, task).get("language", ""))
    if not asked and task.household_id is not None:
        credential = latest_credential(work.session, task.household_id)
        return language_of_locale(credential.locale if credential is not None else None)
    return CallLanguage(asked) if asked in set(CallLanguage) else CallLanguage.JA


def start(work: Work, task_id: int, language: CallLanguage) -> Call:
    """Claim a call-back and start the call; if it is started already, return that call.

    Raises:
        NotFoundError: there is no such call-back.
        WrongStateError: it is finished.
        ConflictError: somebody else works on it, or the actor has another call that is not ended.
    """
    task, row = locked_call_back(work.session, task_id)
    open_one = current_call(work)
    if open_one is not None and open_one.task_id == task.id:
        return open_one
    _claim(work, task, row)
    described = CallDescription(direction=Direction.OUTBOUND, language=language)
    return start_call(work, described, About(task_id=task.id))


def task_of(session: Session, call: Call | None) -> Task | None:
    """Return the task that an open call is made for, or None."""
    if call is None or call.task_id is None:
        return None
    return session.get(Task, call.task_id)


def number_of(work: Work, task: Task) -> str:
    """Return the number to call, only to the person in whose active call it is called.

    Raises:
        NotAllowedError: the actor is not calling it.
    """
    if not calls_now(work, task):
        raise NotAllowedError(_s("電話を始めると、番号が出ます。"))
    details = details_of(work.vault, task)
    return str(details.get("telephone") or details.get("contact") or "")


def calls_now(work: Work, task: Task) -> bool:
    """Return whether the actor's active call is made for the task."""
    open_one = current_call(work)
    return open_one is not None and open_one.task_id == task.id


def _claim(work: Work, task: Task, row: CallBack) -> None:
    if row.state == CLAIMED:
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
    record_step(work, task, "call_back.claim")


def release(work: Work, task_id: int) -> CallBack:
    """Release a claimed call-back, so that anybody may claim it.

    Raises:
        NotFoundError: there is no such call-back.
        NotAllowedError: somebody else has claimed it.
        WrongStateError: nobody has claimed it.
    """
    task, row = locked_call_back(work.session, task_id)
    state = MACHINE.next(row.state, "release")
    refuse_others(row, work.actor)
    row.state, row.claimed_by, row.claimed_at = state, None, None
    record_step(work, task, "call_back.release")
    return row


def release_forgotten(work: Work, call_ids: Collection[int]) -> int:
    """Release the call-backs of calls that were closed by rule, and return how many.

    Nobody told what became of them: they wait again, as if nobody had called.
    """
    keys = work.session.scalars(
        select(Call.task_id)
        .join(CallBack, CallBack.task_id == Call.task_id)
        .where(
            Call.id.in_(call_ids),
            Call.closed_by_rule.is_(True),
            CallBack.state == CLAIMED,
            CallBack.claimed_by == Call.agent_id,
        )
    ).all()
    count = 0
    for task_id in sorted({key for key in keys if key is not None}):
        task, row = locked_call_back(work.session, task_id)
        row.state, row.claimed_by, row.claimed_at = MACHINE.next(row.state, "release"), None, None
        record_step(work, task, "call_back.release")
        count += 1
    return count


def refuse_others(row: CallBack, actor: Actor) -> None:
    """Refuse everybody but the person who has claimed the call-back. Raises NotAllowedError."""
    if row.claimed_by != actor.id:
        raise NotAllowedError(_s("ほかの人が受け持っている折り返しです。"))


def locked_call_back(session: Session, task_id: int) -> tuple[Task, CallBack]:
    """Return an open task that asks for a call and its row, both locked; create a missing row.

    Raises NotFoundError, and WrongStateError for a finished task.
    """
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
    # the lock on the task's row is held, so that a missing row is created only once
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


def record_step(work: Work, task: Task, action: str, **detail: Any) -> None:
    """Record an audit event about a call-back's task."""
    record(work, action, "task", task.id, household_id=task.household_id, **detail)
