"""Read incidents: the register, subjects, deadlines, reports, and the figures of a month."""

from datetime import datetime

from msgspec import Struct
from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.mailroom.incidents.clocks import Hand, Milestones, Pace, hands
from portal.domain.mailroom.incidents.kinds import ReportKind, StopResult, SubjectKind
from portal.domain.mailroom.incidents.models import (
    CouponFault,
    Incident,
    IncidentReport,
    IncidentSubject,
)
from portal.domain.mailroom.incidents.states import OPEN, FaultState, IncidentState, ReportState
from portal.domain.mailroom.listing import ListPage
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.households.models import Household


class DueClock(Struct, frozen=True):
    """A deadline of an open incident that is not met yet."""

    incident_id: int
    number: str
    kind: str
    hand: Hand


class Touched(Struct, frozen=True):
    """The figures of what an incident touches: subjects by kind and result, households, children.

    ``of_ward_alone`` is the number of protected households.
    """

    by_kind: dict[str, dict[str, int]]
    households: int
    of_ward_alone: int
    children: int


class MonthFigures(Struct, frozen=True):
    """The incidents and the numbers of coupon faults of a period, for the monthly reports."""

    incidents: list[Incident]
    faults_new: int
    faults_replaced: int
    faults_open: int


def incidents(session: Session, page: ListPage, *, state: str = "") -> list[Incident]:
    """Return a page of the incidents in a state, or of all open ones, the latest known first."""
    statement = select(Incident).where(
        Incident.state == state if state else Incident.state != IncidentState.CLOSED
    )
    ordered = statement.order_by(Incident.known_at.desc(), Incident.id.desc())
    return list(session.scalars(page.of(ordered)))


def state_counts(session: Session) -> dict[str, int]:
    """Return how many incidents are in each state."""
    rows = session.execute(select(Incident.state, func.count()).group_by(Incident.state))
    return {state: int(count) for state, count in rows}


def clocks_of(session: Session, row: Incident, now: datetime) -> list[Hand]:
    """Return the deadlines of an incident.

    A report meets its deadline when it is submitted to the ward, unless it is given back.
    """
    written = session.execute(
        select(IncidentReport.kind, func.min(IncidentReport.written_at))
        .where(
            IncidentReport.incident_id == row.id,
            IncidentReport.kind.in_((ReportKind.FIRST, ReportKind.FINAL)),
            IncidentReport.state != ReportState.GIVEN_BACK,
        )
        .group_by(IncidentReport.kind)
    )
    at = dict(written.all())
    # a final report contains everything that a first one would
    first_at = min(
        (
            found
            for found in (at.get(ReportKind.FIRST), at.get(ReportKind.FINAL))
            if found is not None
        ),
        default=None,
    )
    milestones = Milestones(
        row.known_at, row.malicious, row.ward_told_at, first_at, at.get(ReportKind.FINAL)
    )
    return hands(milestones, now)


def due_clocks(session: Session, now: datetime) -> list[DueClock]:
    """Return the deadlines not met yet of incidents that are not closed, the earliest first."""
    found = [
        DueClock(row.id, row.number, row.kind, hand)
        for row in session.scalars(
            select(Incident).where(Incident.state != IncidentState.CLOSED).order_by(Incident.id)
        )
        for hand in clocks_of(session, row, now)
        if hand.pace not in {Pace.DONE, Pace.LATE}
    ]
    return sorted(found, key=lambda due: (due.hand.ends_at, due.incident_id))


def touched(session: Session, incident_id: int) -> Touched:
    """Return the figures of an incident.

    A household counts once, whether by a letter, a code or itself.
    """
    mine = IncidentSubject.incident_id == incident_id
    by_kind: dict[str, dict[str, int]] = {}
    grouped = select(IncidentSubject.kind, IncidentSubject.result, func.count()).where(mine)
    for kind, result, count in session.execute(
        grouped.group_by(IncidentSubject.kind, IncidentSubject.result)
    ):
        by_kind.setdefault(kind, {})[result] = int(count)
    theirs = (
        select(IncidentSubject.household_id)
        .where(mine, IncidentSubject.household_id.is_not(None))
        .distinct()
    )
    households = session.scalar(select(func.count()).select_from(theirs.subquery())) or 0
    alone = session.scalar(
        select(func.count())
        .select_from(Household)
        .where(Household.id.in_(theirs), Household.protected.is_(True))
    )
    children = session.scalar(
        select(func.count()).select_from(Entitlement).where(Entitlement.household_id.in_(theirs))
    )
    return Touched(by_kind, households, alone or 0, children or 0)


class SubjectFilter(Struct, frozen=True):
    """Selects the subjects of one incident, all or of one kind."""

    incident_id: int
    kind: str = ""


def subjects(session: Session, wanted: SubjectFilter, page: ListPage) -> list[IncidentSubject]:
    """Return a page of the subjects of an incident, in the order of entry.

    Subjects of protected households are visible to the ward only.
    """
    statement = (
        select(IncidentSubject)
        .outerjoin(Household, Household.id == IncidentSubject.household_id)
        .where(IncidentSubject.incident_id == wanted.incident_id)
    )
    if wanted.kind:
        statement = statement.where(IncidentSubject.kind == wanted.kind)
    if not page.include_protected:
        statement = statement.where(
            or_(IncidentSubject.household_id.is_(None), Household.protected.is_(False))
        )
    return list(session.scalars(page.of(statement.order_by(IncidentSubject.id))))


def letters_to_recall() -> Select[int]:
    """Select the keys of letters of incidents that were handed over and must be recalled."""
    return select(IncidentSubject.subject_id).where(
        IncidentSubject.kind == SubjectKind.LETTER, IncidentSubject.result == StopResult.RECALL
    )


def household_count(session: Session, incident_id: int) -> int:
    """Return how many households were added from the audit log."""
    statement = select(func.count()).where(
        IncidentSubject.incident_id == incident_id, IncidentSubject.kind == SubjectKind.HOUSEHOLD
    )
    return session.scalar(statement) or 0


def month_figures(session: Session, start: datetime, end: datetime) -> MonthFigures:
    """Return the figures of what became known in a period (the end is exclusive)."""
    known = (
        select(Incident)
        .where(Incident.known_at >= start, Incident.known_at < end)
        .order_by(Incident.known_at)
    )
    new = session.scalar(
        select(func.count()).where(CouponFault.reported_at >= start, CouponFault.reported_at < end)
    )
    replaced = session.scalar(
        select(func.count()).where(
            CouponFault.state == FaultState.REPLACED,
            CouponFault.ended_at >= start,
            CouponFault.ended_at < end,
        )
    )
    still = session.scalar(
        select(func.count()).where(
            CouponFault.reported_at < end,
            or_(CouponFault.state.in_(OPEN), CouponFault.ended_at >= end),
        )
    )
    return MonthFigures(list(session.scalars(known)), new or 0, replaced or 0, still or 0)


def reports_of(session: Session, incident_id: int) -> list[IncidentReport]:
    """Return the reports about an incident, the newest first."""
    statement = select(IncidentReport).where(IncidentReport.incident_id == incident_id)
    return list(session.scalars(statement.order_by(IncidentReport.id.desc())))


def report_by_id(session: Session, report_id: int) -> IncidentReport:
    """Return one report. Raises NotFoundError."""
    found = session.get(IncidentReport, report_id)
    if found is None:
        raise NotFoundError(_s("この報告書は見つかりませんでした。"))
    return found
