"""Call the supervisor without a sound; take such a call, finish it, or withdraw one's own."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.contacts.calls.models import Call
from portal.domain.contacts.calls.services import current_call
from portal.domain.contacts.line.models import HelpCall
from portal.domain.contacts.line.states import HELP, OPEN, WAITING
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import NotAllowedError, NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.people.staff.models import StaffUser

SUBJECT = "help_call"


class Calling(Struct, frozen=True):
    """Somebody who calls: where (name, line and language of the call), and since when (UTC)."""

    id: int
    agent_id: int
    name: str
    line: str
    language: str
    since: datetime
    waiting: bool
    taken_by: int | None


def call_for_help(work: Work) -> HelpCall:
    """Call the supervisor; pressed again while one is open, it stays one.

    Raises:
        NotAllowedError: the actor has no account.
    """
    if work.actor.id is None:
        raise NotAllowedError(_s("呼べるのは、アカウントのある職員だけです。"))
    # there is no row to lock yet: the person's row makes a second press wait
    work.session.execute(
        select(StaffUser.id).where(StaffUser.id == work.actor.id).with_for_update(key_share=True)
    )
    if (open_one := open_of(work.session, work.actor.id)) is not None:
        return open_one
    call = current_call(work)
    row = HelpCall(
        agent_id=work.actor.id, call_id=call.id if call is not None else None, called_at=work.now
    )
    work.session.add(row)
    work.session.flush()
    record(work, "help_call.called", SUBJECT, row.id, call=row.call_id)
    return row


def open_of(session: Session, agent_id: int) -> HelpCall | None:
    """Return a person's silent call that is open; None if there is none."""
    statement = select(HelpCall).where(HelpCall.agent_id == agent_id, HelpCall.state.in_(OPEN))
    return session.scalar(statement)


def is_open(session: Session, help_id: int) -> bool:
    """Return whether somebody is still to come for a silent call, or is there."""
    statement = select(HelpCall.id).where(HelpCall.id == help_id, HelpCall.state.in_(OPEN))
    return session.scalar(statement) is not None


def open_calls(session: Session) -> Sequence[Calling]:
    """Return who calls, the first first."""
    rows = session.execute(
        select(HelpCall, StaffUser.display_name, Call.line, Call.language)
        .join(StaffUser, StaffUser.id == HelpCall.agent_id)
        .outerjoin(Call, Call.id == HelpCall.call_id)
        .where(HelpCall.state.in_(OPEN))
        .order_by(HelpCall.called_at, HelpCall.id)
    )
    return [
        Calling(
            row.id,
            row.agent_id,
            name,
            line or "",
            language or "",
            row.called_at,
            row.is_waiting,
            row.taken_by,
        )
        for row, name, line, language in rows
    ]


def waiting_count(session: Session) -> int:
    """Return how many people call and have nobody on the way."""
    statement = select(func.count(HelpCall.id)).where(HelpCall.state == WAITING)
    return session.scalar(statement) or 0


def take(work: Work, help_id: int) -> HelpCall:
    """Be on the way to who calls.

    Raises:
        NotFoundError: there is no such call.
        WrongStateError: somebody else is on the way, or it has ended.
        NotAllowedError: it is the actor's own.
    """
    row = _locked(work, help_id)
    if row.agent_id == work.actor.id:
        raise NotAllowedError(_s("自分が呼んだものです。ほかの人が受けます。"))
    row.state = HELP.next(row.state, "take")
    row.taken_by, row.taken_at = work.actor.id, work.now
    record(work, "help_call.taken", SUBJECT, row.id, call=row.call_id)
    return row


def finish(work: Work, help_id: int) -> HelpCall:
    """Record that whoever called was helped.

    Raises:
        NotFoundError: there is no such call.
        WrongStateError: nobody is on the way, or it has ended.
    """
    row = _locked(work, help_id)
    row.state, row.ended_at = HELP.next(row.state, "finish"), work.now
    record(work, "help_call.finished", SUBJECT, row.id, call=row.call_id)
    return row


def withdraw(work: Work) -> HelpCall:
    """Call one's own silent call off.

    Raises:
        NotFoundError: the actor has no open one.
    """
    own = open_of(work.session, work.actor.id) if work.actor.id is not None else None
    if own is None:
        raise _unknown()
    row = _locked(work, own.id)
    row.state, row.ended_at = HELP.next(row.state, "withdraw"), work.now
    record(work, "help_call.withdrawn", SUBJECT, row.id, call=row.call_id)
    return row


def _locked(work: Work, help_id: int) -> HelpCall:
    row = work.session.get(HelpCall, help_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise _unknown()
    return row


def _unknown() -> NotFoundError:
    return NotFoundError(_s("この呼び出しは見つかりませんでした。"))
