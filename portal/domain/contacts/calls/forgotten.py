"""Calls that nobody ended: closed by rule and marked, so that measured times stay true."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.contacts.calls.models import Call
from portal.domain.contacts.calls.states import CALL, OPEN
from portal.domain.foundation.actors import SYSTEM
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.work import Work
from portal.domain.people.authn.models import AuthSession
from portal.domain.people.authn.sessions import STAFF
from portal.domain.people.staff.permissions import STAFF_ROLES

IDLE = timedelta(hours=2)
"""How long an agent must be idle for a call to be closed by rule.

It is eight times the screen lock (``security.md`` §2), and longer than a lunch break.
"""
MOST = 200
"""How many calls one round closes; the next round continues."""


def maybe_forgotten(work: Work, more: int = 0) -> list[int]:
    """Return open calls that began ``IDLE`` ago or on an earlier day (JST), oldest first.

    At most ``MOST``, and ``more``. Their agents may still be at work.
    """
    statement = select(Call.id).where(
        Call.state.in_(OPEN),
        (Call.started_at <= work.now - IDLE) | (Call.day < jst_date(work.now)),
    )
    return list(work.session.scalars(statement.order_by(Call.id).limit(MOST + more)))


def close_forgotten(work: Work, call_ids: Collection[int] | None = None) -> int:
    """Close calls idle for ``IDLE`` and calls of an earlier day (JST); return their number.

    Only those of ``call_ids``, or of all. A call ends with the last action of its agent, so that
    its times do not count the idle time.
    """
    wanted = maybe_forgotten(work) if call_ids is None else call_ids
    rows = work.session.execute(
        select(Call.id, Call.agent_id).where(Call.id.in_(wanted)).order_by(Call.id)
    ).all()
    seen = _last_seen(work.session, {agent for _id, agent in rows}, work.now - IDLE)
    closed = 0
    for call_id, _agent in rows:
        # a call that its agent is ending right now is locked, and left to the next round
        call = work.session.scalar(
            select(Call).where(Call.id == call_id).with_for_update(skip_locked=True)
        )
        if (
            call is not None
            and call.state in OPEN
            and _is_forgotten(call, seen.get(call.agent_id), work.now)
        ):
            _close(work, call, seen.get(call.agent_id))
            closed += 1
    return closed


def _is_forgotten(call: Call, seen: datetime | None, now: datetime) -> bool:
    return call.day < jst_date(now) or _last_act(call, seen) + IDLE <= now


def _last_act(call: Call, seen: datetime | None) -> datetime:
    return max(call.started_at, call.talk_ended_at or call.started_at, seen or call.started_at)


def _close(work: Work, call: Call, seen: datetime | None) -> None:
    last = min(_last_act(call, seen), work.now)
    call.state = CALL.next(call.state, "close_by_rule")
    call.closed_by_rule = True
    call.talk_ended_at = call.talk_ended_at or last
    call.ended_at = last
    record(work.acting_as(SYSTEM), "call.closed_by_rule", "call", call.id)


def _last_seen(session: Session, agents: Iterable[int], since: datetime) -> dict[int, datetime]:
    """Return when each person last opened a page or acted.

    People who have done nothing since an instant may be missing.
    """
    wanted = list(agents)
    if not wanted:
        return {}
    pages = session.execute(
        select(AuthSession.owner_id, func.max(AuthSession.seen_at))
        .where(AuthSession.site == STAFF, AuthSession.owner_id.in_(wanted))
        .group_by(AuthSession.owner_id)
    )
    acts = session.execute(
        select(AuditEvent.actor_id, func.max(AuditEvent.at))
        .where(
            AuditEvent.at > since,
            AuditEvent.actor_id.in_(wanted),
            AuditEvent.actor_role.in_([role.value for role in STAFF_ROLES]),
        )
        .group_by(AuditEvent.actor_id)
    )
    seen: dict[int, datetime] = {}
    for agent, at in (*pages.all(), *acts.all()):
        if agent is not None and at is not None:
            seen[agent] = max(at, seen.get(agent, at))
    return seen
