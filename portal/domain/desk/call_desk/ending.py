"""The end of a call with its follow-up: a requested call-back enters the list."""

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.contacts.calls import finishing
from portal.domain.contacts.calls.finishing import AfterCall, FieldsError
from portal.domain.contacts.calls.kinds import CallLanguage, Result
from portal.domain.contacts.calls.models import Call, CallHousehold
from portal.domain.contacts.calls.queries import opened_last
from portal.domain.contacts.escalations import call_back_queries, call_backs
from portal.domain.contacts.escalations.call_back_results import TryResult, settle
from portal.domain.contacts.escalations.models import CallBack, CallBackTry
from portal.domain.contacts.escalations.services import RaisedIn
from portal.domain.contacts.escalations.states import CLAIMED
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.people.tasks.models import Task
from portal.domain.people.tasks.states import TASK


def end_call(work: Work, call_id: int, after: AfterCall, tried: TryResult | None = None) -> Call:
    """End a call with its after-call record, and open a call-back that was not requested before.

    ``tried`` is what became of the call-back that the call was made for. A call ends with it or not
    at all: without a result somebody would be taken to be calling still, and the tries not counted.

    Raises: as ``finishing.finish``; FieldsError: the result of the call-back is missing
        (``outcome``).
    """
    call = work.session.get(Call, call_id)
    task = unsettled(work.session, call)
    if task is not None:
        if tried is None:
            raise FieldsError({"outcome": _s("折り返しの電話が、どうなったかを選んでください。")})
        settle(work, task.id, tried)
    known = replace(after, call_back_asked=is_asked(work.session, call))
    ended = finishing.finish(work, call_id, known)
    _ask(work, ended, known)
    return ended


def correct_call(work: Work, call_id: int, after: AfterCall) -> Call:
    """Correct the after-call record, and open a call-back that is recorded only now.

    Raises: as ``finishing.correct``.
    """
    known = replace(after, call_back_asked=is_asked(work.session, work.session.get(Call, call_id)))
    call = finishing.correct(work, call_id, known)
    _ask(work, call, known)
    return call


def is_asked(session: Session, call: Call | None) -> bool:
    """Return whether a call-back with its number was requested in this call already."""
    if call is None:
        return False
    enrolled = select(CallHousehold.id).where(
        CallHousehold.call_id == call.id, CallHousehold.call_back_asked_at.is_not(None)
    )
    task = call_backs.task_of(session, call)
    return (
        bool(call_back_queries.of_call(session, call.id))
        or (task is not None and task.state == TASK.initial)
        or session.scalar(enrolled.limit(1)) is not None
    )


def unsettled(session: Session, call: Call | None) -> Task | None:
    """Return the call-back for which a call is made and of which no result was recorded yet."""
    task = call_backs.task_of(session, call)
    if call is None or task is None or task.state != TASK.initial:
        return None
    row = session.scalar(select(CallBack).where(CallBack.task_id == task.id))
    if row is None or row.state != CLAIMED or row.claimed_by != call.agent_id:
        return None
    told = select(CallBackTry.id).where(
        CallBackTry.task_id == task.id, CallBackTry.call_id == call.id
    )
    return task if session.scalar(told.limit(1)) is None else None


def _ask(work: Work, call: Call, after: AfterCall) -> Task | None:
    if after.result is not Result.CALL_BACK or after.call_back_asked:
        return None
    wanted = call_backs.Wanted(
        after.call_back, text=after.text.strip(), language=CallLanguage(call.language)
    )
    return call_backs.ask(work, wanted, RaisedIn(call.id, opened_last(work.session, call.id)))
