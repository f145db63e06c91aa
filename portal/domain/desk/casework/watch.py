"""Unusual use of households by staff (``security.md`` T10, A11), and who has seen it.

An incident is what one person did of one kind on one JST day. A supervisor sees their own team's.
That a protected household was asked for is told to the ward's auditor alone, without its name: a
supervisor searches too, and would read here whom a search hit (decision 0045).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from msgspec import Struct
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Organization, Role
from portal.domain.foundation.audit.models import WATCHED, AuditEvent
from portal.domain.foundation.audit.services import record, write_pending
from portal.domain.foundation.base import table_of
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import ConflictError, NotAllowedError, NotFoundError
from portal.domain.foundation.texts import Labeled, _s
from portal.domain.foundation.work import Work
from portal.domain.people.households.models import Household
from portal.domain.people.staff.models import StaffUser

UNUSUAL, ASKED, SEEN = "staff.unusual_browsing", "household.protected_asked", "watch.seen"
OPENED = ("household.opened", "household.unmasked")
PERIOD = timedelta(days=30)
MOST = 3_000
"""How many events are read; an hour of browsing makes a few hundred at most."""
# built once, on the plain tables: the supervisors' board runs it every half minute
_E, _P, _H = (table_of(kind) for kind in (AuditEvent, StaffUser, Household))
_EVENTS = (
    select(
        _E.c.id,
        _E.c.at,
        _E.c.action,
        _E.c.actor_id,
        _E.c.subject_id,
        _E.c.detail,
        _P.c.display_name,
        _P.c.role,
        _P.c.organization,
    )
    .join_from(_E, _P, _P.c.id == _E.c.actor_id)
    .where(_E.c.at >= bindparam("since"))
    .limit(MOST)
)
_WATCHED = _EVENTS.where(WATCHED).order_by(_E.c.at.desc(), _E.c.id.desc())
# protected households opened by officers of the ward; nobody else can open one
_PROTECTED_OPENED = _EVENTS.where(
    _E.c.household_id.in_(select(_H.c.id).where(_H.c.protected)),
    _E.c.action.in_(OPENED),
    _E.c.actor_role == Role.WARD_OFFICER.value,
).order_by(_E.c.id.desc())
TEAM = frozenset({Role.AGENT.value, Role.SUPERVISOR.value})


class UnusualUse(Labeled):
    """The kinds of unusual use."""

    UNMASK = "unmask", lambda: _s("伏せた項目を、1時間に60回より多く見た")
    SEARCH = "search", lambda: _s("1時間に60回より多くさがした")
    OPEN = "open", lambda: _s("1時間に60世帯より多く開いた")
    MISSING = "missing", lambda: _s("ない世帯を、1時間に20回より多く開こうとした")
    BIRTHS = "births", lambda: _s("生年月日を変えながら、くり返しさがした")
    CLOSED = (
        "closed",
        lambda: _s("確認の失敗が5回続き、その世帯はこの日、受付で確認できなくなった"),
    )
    ASKED = "asked", lambda: _s("支援措置の世帯をさがした、または開こうとした")
    PROTECTED_OPENED = "protected_opened", lambda: _s("支援措置の世帯を見た")


class Incident(Struct, frozen=True):
    """Unusual use by a person on a day.

    ``kind`` is a code word of ``UnusualUse``. ``last_event`` identifies it in addresses;
    ``call_ids`` are the calls concerned. ``seen_by``: who has seen it; None if nobody has since
    the last event.
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


class _Event(Protocol):
    """An event with its actor's account, as the statements above return it."""

    id: int
    at: datetime
    action: str
    actor_id: int
    subject_id: int | None
    detail: dict[str, Any]
    display_name: str
    role: str
    organization: str


@dataclass(slots=True)
class _Group:
    events: list[_Event]
    kind: str
    day: date


def incidents(session: Session, reader: StaffUser, now: datetime) -> list[Incident]:
    """Return the incidents of the last thirty days that this person watches over, newest first."""
    write_pending(session)
    since = {"since": now - PERIOD}
    events: Sequence[_Event] = session.execute(_WATCHED, since).all()
    watched = [event for event in events if event.action != SEEN]
    if Role(reader.role) is Role.AUDITOR:
        watched += session.execute(_PROTECTED_OPENED, since).all()
    seen = _seen(event for event in events if event.action == SEEN)
    groups: dict[tuple[int, str, date], _Group] = {}
    for event in watched:
        if _watches(reader, event):
            kind, day = _kind(event), jst_date(event.at)
            groups.setdefault((event.actor_id, kind, day), _Group([], kind, day)).events.append(
                event
            )
    found = [_incident(group, seen) for group in groups.values()]
    return sorted(found, key=lambda one: one.last_event, reverse=True)


def unseen(session: Session, reader: StaffUser, now: datetime) -> int:
    """Return the number of incidents that nobody has seen yet."""
    return sum(one.seen_by is None for one in incidents(session, reader, now))


def mark_seen(work: Work, reader: StaffUser, last_event: int) -> Incident:
    """Record that somebody saw an incident in its current state; later events show it again.

    Raises:
        NotFoundError: there is no such incident, it has new events, or this person does not watch
            over it.
        ConflictError: somebody has seen it already.
        NotAllowedError: it is about the actor.
    """
    found = next(
        (one for one in incidents(work.session, reader, work.now) if one.last_event == last_event),
        None,
    )
    if found is None:
        raise NotFoundError(
            _s(
                "この記録は見つかりませんでした。続きがあったかもしれません。"
                "一覧を開きなおしてください。"
            )
        )
    if found.staff_id == reader.id:
        raise NotAllowedError(
            _s("自分の記録は、自分では確認ずみにできません。ほかの人が確かめます。")
        )
    if found.seen_by is not None:
        raise ConflictError(_s("ほかの人が、もう確認しました。"))
    record(
        work,
        SEEN,
        "staff_user",
        found.staff_id,
        kind=found.kind,
        day=found.day.isoformat(),
        up_to=found.last_event,
        count=found.count,
    )
    work.session.flush()
    return found


def is_told_of_protected(reader: StaffUser) -> bool:
    """Return whether a person is told who asked for protected households: the auditor alone."""
    return Role(reader.role) is Role.AUDITOR


def _watches(reader: StaffUser, one: _Event) -> bool:
    """Return whether a person watches over the person of an event.

    Auditors watch over everybody, supervisors over their own team and, at the contractor, over
    those it hired, but not over who asked for protected households.
    """
    if Role(reader.role) is Role.AUDITOR:
        return True
    if one.action == ASKED:
        return False
    teams = {reader.organization}
    if reader.organization == Organization.CONTRACTOR.value:
        teams.add(Organization.SUBCONTRACTOR.value)
    return one.role in TEAM and one.organization in teams


def _kind(event: _Event) -> str:
    if event.action == UNUSUAL:
        return str(event.detail.get("what", ""))
    return UnusualUse.ASKED if event.action == ASKED else UnusualUse.PROTECTED_OPENED


def _incident(
    group: _Group, seen: dict[tuple[int, str, str], tuple[int, str, datetime]]
) -> Incident:
    person = group.events[0]
    ids = [event.id for event in group.events]
    calls = {int(event.detail["call"]) for event in group.events if event.detail.get("call")}
    up_to, by, at = seen.get((person.actor_id, group.kind, group.day.isoformat()), (0, "", None))
    current = up_to >= max(ids)
    times = [event.at for event in group.events]
    return Incident(
        last_event=max(ids),
        staff_id=person.actor_id,
        name=person.display_name,
        role=person.role,
        kind=group.kind,
        day=group.day,
        first_at=min(times),
        last_at=max(times),
        count=len(ids),
        call_ids=tuple(sorted(calls)),
        seen_by=by if current else None,
        seen_at=at if current else None,
    )


def _seen(events: Iterable[_Event]) -> dict[tuple[int, str, str], tuple[int, str, datetime]]:
    """Return for each incident the event up to which it was seen, by whom and when."""
    found: dict[tuple[int, str, str], tuple[int, str, datetime]] = {}
    for event in events:
        key = (event.subject_id or 0, str(event.detail["kind"]), str(event.detail["day"]))
        mark = (int(event.detail["up_to"]), event.display_name, event.at)
        found[key] = max(found.get(key, mark), mark)
    return found
