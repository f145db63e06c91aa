"""The timeline of a household, newest first: events, letters, coupons (never a code)."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, Row, and_, bindparam, select
from sqlalchemy.orm import Session

from portal.domain.desk.casework.counter_channel import WARD_ONLY
from portal.domain.foundation.actors import Role
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.letters.letters.models import Letter
from portal.domain.people.households.models import Household
from portal.domain.people.pauses import services as pauses
from portal.domain.people.staff.models import StaffUser
from portal.domain.people.staff.permissions import STAFF_ROLES
from portal.domain.requests.recipients.placing import CAME, LEFT
from portal.domain.requests.recipients.queries import Hidden, hidden_from_contractors

LIMIT = 200


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One entry; ``action`` is a stable code whose label the site has.

    ``who`` is a staff name or empty.
    """

    at: datetime
    action: str
    actor_role: str
    who: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


STAFF = tuple(sorted(role.value for role in STAFF_ROLES))
"""The roles of people with an account, as events have them."""


# built once: building a statement takes as long as running it
EVENTS = (
    select(
        AuditEvent.at,
        AuditEvent.action,
        AuditEvent.actor_role,
        AuditEvent.subject,
        AuditEvent.subject_id,
        AuditEvent.detail,
        StaffUser.display_name,
    )
    .outerjoin(
        StaffUser, and_(StaffUser.id == AuditEvent.actor_id, AuditEvent.actor_role.in_(STAFF))
    )
    .where(AuditEvent.household_id == bindparam("household_id"))
    .order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
    .limit(bindparam("most", type_=Integer()))
)


@dataclass(frozen=True, slots=True)
class TimelineFacts:
    """What the page of a household knows already, from which its timeline is made.

    Attributes:
        household: The household.
        letters: Its letters.
        assigned: The instants (UTC) at which its coupons were assigned.
        has_changes: False if no child of it ever got another recipient.
        limit: The maximum number of entries.
    """

    household: Household
    letters: Iterable[Letter]
    assigned: Iterable[datetime]
    has_changes: bool = True
    limit: int = LIMIT


def timeline(
    session: Session, facts: TimelineFacts, *, of_ward: bool = False
) -> list[TimelineEntry]:
    """Return the timeline of a household, newest first.

    The new homes of its children are visible to the ward only.
    """
    household = facts.household
    events = session.execute(EVENTS, {"household_id": household.id, "most": facts.limit}).all()
    if not of_ward:
        hidden = hidden_from_contractors(session, household.id) if facts.has_changes else {}
        events = [event for event in events if not _is_hidden(event, hidden)]
    entries = _entries(events, _letters(facts.letters))
    # Importing is one event for the whole extract, so the instant of the household's row is shown.
    entries.append(TimelineEntry(household.created_at, "household.imported", Role.SYSTEM.value))
    entries += _assigned(facts.assigned)
    return sorted(entries, key=lambda one: one.at, reverse=True)[: facts.limit]


def _entries(
    events: Iterable[Row[Any]], paper: dict[tuple[datetime, str], dict[str, Any]]
) -> list[TimelineEntry]:
    """Return the entries of events and letters.

    Printing and handing over are logged for many letters at once, so their numbers come from the
    letters.
    """
    entries = [
        TimelineEntry(
            event.at,
            event.action,
            event.actor_role,
            event.display_name or "",
            paper.pop((event.at, event.action), event.detail),
        )
        for event in events
    ]
    entries += [
        TimelineEntry(at, action, Role.SYSTEM.value, detail=detail)
        for (at, action), detail in paper.items()
    ]
    return entries


def _is_hidden(event: Row[Any], hidden: Hidden) -> bool:
    if event.action in {LEFT, CAME} | WARD_ONLY | pauses.WARD_ONLY:
        return True
    period = hidden.get((event.subject, event.subject_id or 0))
    return (
        period is not None
        and period[0] <= event.at
        and (period[1] is None or event.at <= period[1])
    )


def _letters(letters: Iterable[Letter]) -> dict[tuple[datetime, str], dict[str, Any]]:
    found = {}
    for letter in letters:
        detail = {"number": letter.number, "kind": letter.kind}
        for at, action in (
            (letter.printed_at, "letter.printed"),
            (letter.handed_over_at, "letter.handed_over"),
        ):
            if at is not None:
                found[at, action] = detail
    return found


def _assigned(instants: Iterable[datetime]) -> list[TimelineEntry]:
    # Assigning is one event for all households, so the instants of the coupons are shown.
    return [
        TimelineEntry(at, "coupon.assigned", Role.SYSTEM.value, detail={"count": n})
        for at, n in Counter(instants).items()
    ]
