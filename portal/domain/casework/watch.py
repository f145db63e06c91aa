"""Watching how staff look at households (``security.md`` T10, A11): what was unusual, by whom, and who has seen it.

An incident is what one person did of one kind on one Japanese day. A supervisor sees the own team's; whom a protected
household concerns is told to nobody here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from portal.domain.actors import Actor, Organization, Role
from portal.domain.audit.models import WATCHED, AuditEvent
from portal.domain.audit.services import record
from portal.domain.clock import jst_date
from portal.domain.errors import ConflictError, NotAllowedError, NotFoundError
from portal.domain.households.models import Household
from portal.domain.staff.models import StaffUser
from portal.domain.texts import _s

UNUSUAL, ASKED, SEEN = "staff.unusual_browsing", "household.protected_asked", "watch.seen"
OPENED = ("household.opened", "household.unmasked")
PERIOD = timedelta(days=30)
MOST = 3_000
"""So many events are looked at; an hour of browsing makes at most a few hundred."""
# put together once: the supervisors' board asks every half minute
_WATCHED = (
    select(AuditEvent)
    .where(WATCHED, AuditEvent.at >= bindparam("since"))
    .order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
    .limit(MOST)
)
TEAM = frozenset({Role.AGENT.value, Role.SUPERVISOR.value})


@dataclass(frozen=True, slots=True)
class Incident:
    """What somebody did on a day: ``kind`` is unmask, search, open, births, asked or protected_opened.

    ``last_event`` names it in addresses; ``call_ids`` are the calls in which it was. ``seen_by``: who has looked at it,
    None when nobody has since the last event.
    """

    last_event: int
    staff_id: int
    name: str
    role: str
    kind: str
    day: date
    first_at: datetime
    last_at: datetime
    count: int
    call_ids: tuple[int, ...]
    seen_by: str | None
    seen_at: datetime | None


@dataclass(slots=True)
class _Group:
    events: list[AuditEvent]
    kind: str
    day: date


def incidents(session: Session, reader: StaffUser, now: datetime) -> list[Incident]:
    """Return what this person watches over, of the last thirty days, the newest first."""
    events = _events(session, now)
    watched = [event for event in events if event.action != SEEN]
    if Role(reader.role) is Role.AUDITOR:
        watched += _protected_opened(session, now)
    if not watched:
        return []
    seen = _seen(session, [event for event in events if event.action == SEEN])
    people = _people(session, reader, {event.actor_id for event in watched if event.actor_id is not None})
    groups: dict[tuple[int, str, date], _Group] = {}
    for event in watched:
        if event.actor_id in people:
            kind, day = _kind(event), jst_date(event.at)
            groups.setdefault((event.actor_id, kind, day), _Group([], kind, day)).events.append(event)
    found = [_incident(people[key[0]], group, seen) for key, group in groups.items()]
    return sorted(found, key=lambda one: one.last_event, reverse=True)


def unseen(session: Session, reader: StaffUser, now: datetime) -> int:
    """Return how many incidents nobody has looked at yet."""
    return sum(one.seen_by is None for one in incidents(session, reader, now))


def mark_seen(session: Session, reader: StaffUser, last_event: int, actor: Actor, now: datetime) -> Incident:
    """Note that somebody looked at an incident as it is now; what happens afterwards shows it again.

    Raises:
        NotFoundError: there is no such incident, or it went on meanwhile, or it is not this person's to watch.
        ConflictError: somebody looked at it already.
        NotAllowedError: it is about this person.
    """
    found = next((one for one in incidents(session, reader, now) if one.last_event == last_event), None)
    if found is None:
        raise NotFoundError(
            _s("この記録は見つかりませんでした。続きがあったかもしれません。一覧を開きなおしてください。")
        )
    if found.staff_id == reader.id:
        raise NotAllowedError(_s("自分の記録は、自分では確認ずみにできません。ほかの人が確かめます。"))
    if found.seen_by is not None:
        raise ConflictError(_s("ほかの人が、もう確認しました。"))
    record(
        session, actor, now, SEEN, "staff_user", found.staff_id, kind=found.kind, day=found.day.isoformat(),
        up_to=found.last_event, count=found.count,
    )  # fmt: skip
    session.flush()
    return found


def _events(session: Session, now: datetime) -> list[AuditEvent]:
    """Return what is watched and what was seen, the newest first; the table has an index of these events alone."""
    return list(session.scalars(_WATCHED, {"since": now - PERIOD}))


def _protected_opened(session: Session, now: datetime) -> list[AuditEvent]:
    """Return the looks of the ward's officers at protected households: nobody else can open one."""
    return list(
        session.scalars(
            select(AuditEvent)
            .where(
                AuditEvent.household_id.in_(select(Household.id).where(Household.protected)),
                AuditEvent.action.in_(OPENED),
                AuditEvent.actor_role == Role.WARD_OFFICER.value,
                AuditEvent.at >= now - PERIOD,
            )
            .order_by(AuditEvent.id.desc())
            .limit(MOST)
        )
    )


def _people(session: Session, reader: StaffUser, ids: Iterable[int]) -> dict[int, StaffUser]:
    found = session.scalars(select(StaffUser).where(StaffUser.id.in_(sorted(ids))))
    return {one.id: one for one in found if _watches(reader, one)}


def _watches(reader: StaffUser, one: StaffUser) -> bool:
    """Tell whom a person watches: an auditor everybody, a supervisor the own team and, at the contractor, those it hired."""
    if Role(reader.role) is Role.AUDITOR:
        return True
    teams = {reader.organization}
    if reader.organization == Organization.CONTRACTOR.value:
        teams.add(Organization.SUBCONTRACTOR.value)
    return one.role in TEAM and one.organization in teams


def _kind(event: AuditEvent) -> str:
    if event.action == UNUSUAL:
        return str(event.detail.get("what", ""))
    return "asked" if event.action == ASKED else "protected_opened"


def _incident(
    person: StaffUser, group: _Group, seen: dict[tuple[int, str, str], tuple[int, str, datetime]]
) -> Incident:
    ids = [event.id for event in group.events]
    calls = {int(event.detail["call"]) for event in group.events if event.detail.get("call")}
    up_to, by, at = seen.get((person.id, group.kind, group.day.isoformat()), (0, "", None))
    current = up_to >= max(ids)
    times = [event.at for event in group.events]
    return Incident(
        last_event=max(ids), staff_id=person.id, name=person.display_name, role=person.role, kind=group.kind,
        day=group.day, first_at=min(times), last_at=max(times), count=len(ids), call_ids=tuple(sorted(calls)),
        seen_by=by if current else None, seen_at=at if current else None,
    )  # fmt: skip


def _seen(
    session: Session, events: Iterable[AuditEvent]
) -> dict[tuple[int, str, str], tuple[int, str, datetime]]:
    """Return up to which event each incident was looked at, by whom and when."""
    rows = [event for event in events if event.subject_id is not None]
    ids = sorted({event.actor_id for event in rows if event.actor_id is not None})
    names = {
        one.id: one.display_name for one in session.scalars(select(StaffUser).where(StaffUser.id.in_(ids)))
    }
    found: dict[tuple[int, str, str], tuple[int, str, datetime]] = {}
    for event in rows:
        key = (event.subject_id or 0, str(event.detail["kind"]), str(event.detail["day"]))
        mark = (int(event.detail["up_to"]), names.get(event.actor_id or 0, ""), event.at)
        found[key] = max(found.get(key, mark), mark)
    return found
