"""Everything that happened to a household, newest first: events, letters, coupons (never a code)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.audit.models import AuditEvent
from portal.domain.coupons.models import Coupon
from portal.domain.entitlements.models import Entitlement
from portal.domain.households.models import Household
from portal.domain.letters.models import Letter
from portal.domain.recipients.placing import CAME, LEFT
from portal.domain.recipients.queries import Hidden, hidden_from_contractors
from portal.domain.staff.models import StaffUser

LIMIT = 200


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened; ``action`` is stable, the site has words for it. ``who`` is a staff name or empty."""

    at: datetime
    action: str
    actor_role: str
    who: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


def timeline(
    session: Session, household_id: int, limit: int = LIMIT, *, of_ward: bool = False
) -> list[Moment]:
    """Return what happened to a household, newest first; where its children went is told to the ward alone."""
    events = list(
        session.scalars(
            select(AuditEvent)
            .where(AuditEvent.household_id == household_id)
            .order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
            .limit(limit)
        )
    )
    if not of_ward:
        hidden = hidden_from_contractors(session, household_id)
        events = [event for event in events if not _is_hidden(event, hidden)]
    names = _names(session, {e.actor_id for e in events if e.actor_id is not None and e.actor_role in STAFF})
    # Printing and handing over are written for many letters at once: their numbers come from the letters.
    letters = _letters(session, household_id)
    moments = [
        Moment(
            e.at,
            e.action,
            e.actor_role,
            names.get(e.actor_id or 0, "") if e.actor_role in STAFF else "",
            letters.pop((e.at, e.action), e.detail),
        )
        for e in events
    ]
    moments += [Moment(at, action, "system", detail=detail) for (at, action), detail in letters.items()]
    moments += _imported(session, household_id) + _assigned(session, household_id)
    return sorted(moments, key=lambda m: m.at, reverse=True)[:limit]


def _is_hidden(event: AuditEvent, hidden: Hidden) -> bool:
    if event.action in {LEFT, CAME}:
        return True
    period = hidden.get((event.subject, event.subject_id or 0))
    return period is not None and period[0] <= event.at and (period[1] is None or event.at <= period[1])


STAFF = frozenset({"agent", "supervisor", "officer", "ward_officer", "auditor", "administrator"})


def _names(session: Session, ids: set[int]) -> dict[int, str]:
    if not ids:
        return {}
    rows = session.execute(select(StaffUser.id, StaffUser.display_name).where(StaffUser.id.in_(ids)))
    return {key: value for key, value in rows}  # noqa: C416  (dict() of rows does not type)


def _imported(session: Session, household_id: int) -> list[Moment]:
    # Importing is one event for the whole extract, so the household's own instant stands in for it.
    found = session.get(Household, household_id)
    return [Moment(found.created_at, "household.imported", "system")] if found is not None else []


def _letters(session: Session, household_id: int) -> dict[tuple[datetime, str], dict[str, Any]]:
    found = {}
    for letter in session.scalars(select(Letter).where(Letter.household_id == household_id)):
        detail = {"number": letter.number, "kind": letter.kind}
        for at, action in (
            (letter.printed_at, "letter.printed"), (letter.handed_over_at, "letter.handed_over"),
        ):  # fmt: skip
            if at is not None:
                found[at, action] = detail
    return found


def _assigned(session: Session, household_id: int) -> list[Moment]:
    # Assigning is one event for all households, so the coupon's own instant stands in for it.
    rows = session.scalars(
        select(Coupon.assigned_at)
        .join(Entitlement, Entitlement.id == Coupon.entitlement_id)
        .where(Entitlement.household_id == household_id, Coupon.assigned_at.is_not(None))
    )
    counts: dict[datetime, int] = {}
    for at in rows:
        if at is not None:
            counts[at] = counts.get(at, 0) + 1
    return [Moment(at, "coupon.assigned", "system", detail={"count": n}) for at, n in counts.items()]
