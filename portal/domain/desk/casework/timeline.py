"""The timeline of a household, newest first: events, letters, coupons (never a code)."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from msgspec import Struct, field
from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    and_,
    bindparam,
    exists,
    func,
    not_,
    or_,
    select,
)
from sqlalchemy.orm import Session, aliased

from portal.domain.desk.casework.counter_channel import WARD_ONLY
from portal.domain.foundation.actors import Role
from portal.domain.foundation.approvals.models import Approval
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.letters.letters.models import Letter
from portal.domain.mailroom.roster.checks.codes import W01_PROTECTED
from portal.domain.mailroom.roster.holds.naming import RELEASE_HOLD
from portal.domain.mailroom.roster.imports.kinds import Kind
from portal.domain.people.households.models import Household
from portal.domain.people.households.protection import NAMED
from portal.domain.people.pauses import services as pauses
from portal.domain.people.staff.models import StaffUser
from portal.domain.people.staff.permissions import STAFF_ROLES
from portal.domain.requests.recipients.placing import CAME, LEFT
from portal.domain.requests.recipients.queries import hidden_from_contractors

LIMIT = 200
RECENT = 30
"""How many entries a page shows until the earlier ones are asked for."""


class TimelineEntry(Struct, frozen=True):
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


_OTHER = aliased(AuditEvent)
_RELEASES = select(Approval.id).where(
    Approval.kind == RELEASE_HOLD, Approval.detail["code"].as_string() == W01_PROTECTED
)
_OF_EXTRACT = tuple(f"roster.{k.value}" for k in (Kind.PROTECTION_SET, Kind.PROTECTION_CLEARED))
_OF_PROTECTION = or_(
    _OTHER.action.in_((NAMED, *_OF_EXTRACT)),
    *(_OTHER.detail[name].as_string() == W01_PROTECTED for name in ("code", "reason")),
    and_(_OTHER.subject == "approval", _OTHER.subject_id.in_(_RELEASES)),
)
# All that one transaction did has one instant: that coupons came back would tell of a protection.
TOLD_TO_CONTRACTORS = EVENTS.where(
    AuditEvent.action.not_in({LEFT, CAME} | WARD_ONLY | pauses.WARD_ONLY),
    ~exists(_OTHER.id).where(
        _OTHER.household_id == AuditEvent.household_id,
        _OTHER.at == AuditEvent.at,
        _OF_PROTECTION,
    ),
)
"""What is left for those who may not know of protection; hidden before ``most`` is counted."""


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
    statement = EVENTS if of_ward else TOLD_TO_CONTRACTORS
    if not of_ward and facts.has_changes:
        hidden = hidden_from_contractors(session, household.id)
        statement = statement.where(*(not_(_during(*one)) for one in hidden.items()))
    events = session.execute(statement, {"household_id": household.id, "most": facts.limit}).all()
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


def _during(
    subject: tuple[str, int], period: tuple[datetime, datetime | None]
) -> ColumnElement[bool]:
    """Return the condition for the events of a subject in its hidden period."""
    (name, key), (begin, end) = subject, period
    found = and_(
        func.coalesce(AuditEvent.subject, "") == name,
        func.coalesce(AuditEvent.subject_id, 0) == key,
        AuditEvent.at >= begin,
    )
    return found if end is None else and_(found, AuditEvent.at <= end)


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
