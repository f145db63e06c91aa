"""The end of a call with its follow-up: a requested call-back enters the list."""

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.contacts.calls import finishing
from portal.domain.contacts.calls.finishing import AfterCall
from portal.domain.contacts.calls.kinds import CallLanguage, Result
from portal.domain.contacts.calls.models import Call, CallHousehold
from portal.domain.contacts.calls.queries import opened_last
from portal.domain.contacts.escalations import call_back_queries, call_backs, queries
from portal.domain.contacts.escalations.services import RaisedIn
from portal.domain.foundation.work import Work
from portal.domain.people.tasks.models import Task
from portal.domain.people.tasks.states import TASK


def end_call(work: Work, call_id: int, after: AfterCall) -> Call:
    """End a call with its after-call record, and open a call-back that was not requested before.

    Raises: as ``finishing.finish``.
    """
    known = replace(after, call_back_asked=is_asked(work.session, work.session.get(Call, call_id)))
    call = finishing.finish(work, call_id, known)
    _ask(work, call, known)
    return call


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


def likely_result(session: Session, call: Call) -> Result:
    """Return the likely result of a call: call-back, passed to the ward, or done."""
    if is_asked(session, call):
        return Result.CALL_BACK
    return Result.PASSED if queries.of_call(session, call.id) else Result.DONE


def _ask(work: Work, call: Call, after: AfterCall) -> Task | None:
    if after.result is not Result.CALL_BACK or after.call_back_asked:
        return None
    wanted = call_backs.Wanted(
        after.call_back, text=after.text.strip(), language=CallLanguage(call.language)
    )
    return call_backs.ask(work, wanted, RaisedIn(call.id, opened_last(work.session, call.id)))
