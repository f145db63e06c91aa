"""Openings that wait for their review, as each reviewer may know them.

The contractor's supervisors and officers review what the contractor's and its subcontractors'
people opened; the ward's officers and its auditor review everything. A household that only the ward
may know of is named to nobody else.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session

from portal.domain.desk.openings.models import HouseholdOpening
from portal.domain.desk.openings.states import OpeningState
from portal.domain.foundation.actors import Organization
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.people.households.looks import VIEWED
from portal.domain.people.households.models import Household
from portal.domain.people.staff.models import StaffUser
from portal.domain.people.staff.permissions import STAFF_ROLES

PAGE = 20
OPENED = "household.opened"
_OUTSIDE_THE_WARD = (Organization.CONTRACTOR.value, Organization.SUBCONTRACTOR.value)


class Reviewer(Struct, frozen=True):
    """Who reviews.

    Attributes:
        staff_id: Their account.
        organization: Where they belong.
        knows_protected: Whether they may know households that only the ward may know of.
        reads_words: Whether they may read what was written; the auditor counts and compares.
    """

    staff_id: int
    organization: Organization
    knows_protected: bool
    reads_words: bool


class OpeningRow(Struct, frozen=True):
    """An opening with its household and the person who opened it."""

    opening: HouseholdOpening
    household: Household
    person: StaffUser


def _theirs(reviewer: Reviewer) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if reviewer.organization is not Organization.WARD:
        own = (
            _OUTSIDE_THE_WARD
            if reviewer.organization is Organization.CONTRACTOR
            else (reviewer.organization.value,)
        )
        wanted.append(StaffUser.organization.in_(own))
    if not reviewer.knows_protected and reviewer.reads_words:
        wanted.append(Household.protected.is_(False))
    return wanted


def _rows(reviewer: Reviewer) -> Select[HouseholdOpening, Household, StaffUser]:
    return (
        select(HouseholdOpening, Household, StaffUser)
        .join(Household, Household.id == HouseholdOpening.household_id)
        .join(StaffUser, StaffUser.id == HouseholdOpening.staff_id)
        .where(*_theirs(reviewer))
    )


def may_review(session: Session, reviewer: Reviewer, opening_id: int) -> bool:
    """Tell whether an opening is this person's to know, their own included."""
    wanted = _rows(reviewer).where(HouseholdOpening.id == opening_id)
    return session.execute(wanted).first() is not None


def listed(
    session: Session,
    reviewer: Reviewer,
    *,
    every: bool,
    before: int = 0,
    limit: int = PAGE,
    of_others: bool = False,
) -> list[OpeningRow]:
    """Return the openings that wait, the first due first; or all, the newest first.

    ``of_others``: only those that this person may review.
    """
    wanted = _rows(reviewer).limit(limit)
    if every:
        wanted = wanted.order_by(HouseholdOpening.id.desc())
        if before:
            wanted = wanted.where(HouseholdOpening.id < before)
    else:
        wanted = wanted.where(HouseholdOpening.state == OpeningState.WAITING)
        if of_others:
            wanted = wanted.where(HouseholdOpening.staff_id != reviewer.staff_id)
        wanted = wanted.order_by(HouseholdOpening.due_at, HouseholdOpening.id)
    return [OpeningRow(*row) for row in session.execute(wanted)]


class OpenCount(Struct, frozen=True):
    """How many openings wait for this person's review, and how many of them are late."""

    waiting: int
    late: int


def open_count(session: Session, reviewer: Reviewer, now: datetime) -> OpenCount:
    """Count what waits for a review by this person; their own are somebody else's."""
    late = func.count().filter(HouseholdOpening.due_at < now)
    wanted = (
        select(func.count(), late)
        .select_from(HouseholdOpening)
        .join(Household, Household.id == HouseholdOpening.household_id)
        .join(StaffUser, StaffUser.id == HouseholdOpening.staff_id)
        .where(
            HouseholdOpening.state == OpeningState.WAITING,
            HouseholdOpening.staff_id != reviewer.staff_id,
            *_theirs(reviewer),
        )
    )
    return OpenCount(*session.execute(wanted).one())


def late_count(session: Session, now: datetime) -> int:
    """Count the openings that nobody has reviewed within their day, for readers of every role.

    Without those of households that are protected now: beside a supervisor's list, one more would
    tell whoever opened a family that it is protected since. The ward counts them (``open_count``).
    """
    wanted = (
        select(func.count())
        .select_from(HouseholdOpening)
        .join(Household, Household.id == HouseholdOpening.household_id)
        .where(
            HouseholdOpening.state == OpeningState.WAITING,
            HouseholdOpening.due_at < now,
            Household.protected.is_(False),
        )
    )
    return session.scalar(wanted) or 0


def what_followed(
    session: Session, rows: Iterable[HouseholdOpening]
) -> Mapping[int, Sequence[str]]:
    """Return for each opening what the person then did with the household while it was open.

    These are actions of the audit, in order and each once. A resident's are none of theirs: keys of
    accounts and of staff may be equal.
    """
    followed: dict[int, list[str]] = {row.id: [] for row in rows}
    found = session.execute(
        select(HouseholdOpening.id, AuditEvent.action)
        .join(
            AuditEvent,
            and_(
                AuditEvent.household_id == HouseholdOpening.household_id,
                AuditEvent.actor_id == HouseholdOpening.staff_id,
                AuditEvent.at >= HouseholdOpening.opened_at,
                AuditEvent.at <= HouseholdOpening.ends_at,
            ),
        )
        .where(
            HouseholdOpening.id.in_(followed),
            AuditEvent.actor_role.in_(STAFF_ROLES),
            AuditEvent.action.not_in((OPENED, VIEWED)),
        )
        .group_by(HouseholdOpening.id, AuditEvent.action)
        .order_by(HouseholdOpening.id, func.min(AuditEvent.id))
    )
    for key, action in found:
        followed[key].append(action)
    return followed
