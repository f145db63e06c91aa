"""Mark a call, count and list marks without anybody's household, and delete them in time.

The audit event of a mark names neither call nor reason: it stays when the mark is gone.
"""

from calendar import monthrange
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from msgspec import Struct
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.domain.contacts.calls.models import Call
from portal.domain.contacts.calls.services import locked_own
from portal.domain.contacts.line.kinds import MarkReason
from portal.domain.contacts.line.models import CallMark
from portal.domain.foundation.actors import SYSTEM
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import ConflictError, InputError, NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work

MONTHS = 6
SHOWN = 100
SUBJECT = "call_mark"


class MarkedCall(Struct, frozen=True):
    """A marked call as supervisors see it: neither its number nor whom it was about."""

    reason: str
    marked_by: int
    language: str
    started_at: datetime
    minutes: int
    goes_on: date


def own_call(work: Work, call_id: int) -> Call:
    """Return a call of the actor.

    Raises:
        NotFoundError: there is no such call, or it is another person's.
    """
    call = work.session.get(Call, call_id)
    if call is None or call.agent_id != work.actor.id:
        raise NotFoundError(_s("この受付は見つかりませんでした。"))
    return call


def mark(work: Work, call_id: int, reason: str) -> CallMark:
    """Mark a call of one's own; chosen again, the reason is replaced and its end stays.

    Raises:
        NotFoundError: not this person's call.
        InputError: no such reason (code ``reason``).
        ConflictError: the call is so old that its mark would be deleted at once.
    """
    known = MarkReason.known(reason)
    call = locked_own(work, call_id)
    if known is None:
        raise InputError(_s("印の理由を選んでください。"), code="reason")
    goes_on = six_months_after(call.day)
    if goes_on <= jst_date(work.now):
        raise ConflictError(_s("6か月より前の受付には、印をつけられません。"))
    row = work.session.scalar(select(CallMark).where(CallMark.call_id == call_id))
    if row is None:
        row = CallMark(call_id=call_id, goes_on=goes_on)
        work.session.add(row)
    row.reason, row.marked_by, row.marked_at = known.value, call.agent_id, work.now
    work.session.flush()
    record(work, "call_mark.set", SUBJECT, row.id)
    return row


def clear(work: Work, call_id: int) -> None:
    """Take the mark of one's own call away.

    Raises:
        NotFoundError: not this person's call, or it has no mark.
    """
    row = reason_of(work.session, call_id)
    if row is None or row.marked_by != work.actor.id:
        raise NotFoundError(_s("この受付には、印がありません。"))
    work.session.delete(row)
    work.session.flush()
    record(work, "call_mark.cleared", SUBJECT, row.id)


def reason_of(session: Session, call_id: int) -> CallMark | None:
    """Return the mark of a call; None if it has none."""
    return session.scalar(select(CallMark).where(CallMark.call_id == call_id))


def six_months_after(day: date) -> date:
    """Return the day (JST) on which a mark of a call of ``day`` is deleted."""
    year, month = divmod(day.month - 1 + MONTHS, 12)
    last = monthrange(day.year + year, month + 1)[1]
    return date(day.year + year, month + 1, min(day.day, last))


def marked_calls(session: Session, today: date) -> Sequence[MarkedCall]:
    """Return the latest marked calls, at most ``SHOWN``, the newest first."""
    rows = session.execute(
        select(CallMark, Call.language, Call.started_at, Call.talk_ended_at)
        .join(Call, Call.id == CallMark.call_id)
        .where(CallMark.goes_on > today)
        .order_by(Call.started_at.desc(), CallMark.id.desc())
        .limit(SHOWN)
    )
    return [
        MarkedCall(
            row.reason,
            row.marked_by,
            language,
            begun,
            int(((ended or begun) - begun).total_seconds() // 60),
            row.goes_on,
        )
        for row, language, begun, ended in rows
    ]


def by_reason(calls: Sequence[MarkedCall]) -> Mapping[str, int]:
    """Return how many of these calls have each reason."""
    return Counter(one.reason for one in calls)


def forget_due(work: Work) -> int:
    """Delete the marks whose six months are over, and return how many."""
    gone = work.session.scalars(
        delete(CallMark).where(CallMark.goes_on <= jst_date(work.now)).returning(CallMark.id)
    ).all()
    if gone:
        record(work.acting_as(SYSTEM), "call_mark.forgotten", SUBJECT, None, marks=len(gone))
    return len(gone)
