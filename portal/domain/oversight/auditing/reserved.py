"""What of a family's records the ward alone decides to tell: one rule for every extract."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.contacts.escalations.kinds import EscalationKind
from portal.domain.contacts.escalations.models import Escalation
from portal.domain.foundation.texts import Labeled, _s
from portal.domain.letters.letters.models import Letter
from portal.domain.mailroom.roster.checks.codes import W01_PROTECTED
from portal.domain.people.households.models import Hold, Household
from portal.domain.people.pauses.models import SendingPause
from portal.domain.requests.requests.kinds import OF_RESIDENTS, RequestKind
from portal.domain.requests.requests.models import Request

Subject = tuple[str, int | None]
"""What an event is about: the name of a table or of a state machine, and the key of its row."""


class Reserved(Labeled):
    """What stands in an extract only by the ward's decision."""

    PROTECTION = "protection", lambda: _s("支援措置")
    RECIPIENTS = "recipients", lambda: _s("支給先の変更")
    INCIDENTS = "incidents", lambda: _s("事故")


_OF_QUESTION = {
    EscalationKind.PROTECTION: Reserved.PROTECTION,
    EscalationKind.CHANGE_OF_RECIPIENT: Reserved.RECIPIENTS,
    EscalationKind.ACCIDENT: Reserved.INCIDENTS,
}


def of_question(row: Escalation) -> Reserved | None:
    """Return by which decision alone a question to the ward is told; None if by none."""
    return _OF_QUESTION.get(EscalationKind(row.kind))


def of_request(row: Request) -> Reserved | None:
    """Return by which decision alone a request is told: all but a family's own ones."""
    if row.ward_only:
        return Reserved.PROTECTION
    return None if RequestKind(row.kind) in OF_RESIDENTS else Reserved.RECIPIENTS


def of_letter(row: Letter) -> Reserved | None:
    """Return by which decision alone a letter is told: one that is handed over at the counter."""
    return Reserved.PROTECTION if row.counter else None


Period = tuple[datetime, datetime | None]
"""From when until when (UTC; None: still)."""


def protected_periods(session: Session, household: Household) -> Sequence[Period]:
    """Return when a family was under protection, or nothing was sent while the ward looked at it.

    A family that is served at the counter has no hold, but is protected as long as its row says so.
    """
    holds = session.execute(
        select(Hold.created_at, Hold.released_at)
        .where(Hold.household_id == household.id, Hold.code == W01_PROTECTED)
        .order_by(Hold.id)
    ).all()
    pauses = session.execute(
        select(SendingPause.begun_at, SendingPause.ended_at).where(
            SendingPause.household_id == household.id
        )
    ).all()
    found = [(begun, ended) for begun, ended in (*holds, *pauses)]
    if household.protected:
        found.append((holds[-1].created_at if holds else household.created_at, None))
    return found


def lasting(periods: Collection[Period], at: datetime) -> bool:
    """Return whether one of the periods lasted at an instant."""
    return any(begun <= at and (ended is None or at <= ended) for begun, ended in periods)


def reserved_subjects(
    session: Session, subjects: Collection[Subject]
) -> Mapping[Subject, Reserved]:
    """Return which subjects of events are reserved, and for what."""

    def keys(name: str) -> list[int | None]:
        return [key for subject, key in subjects if subject == name]

    questions = session.scalars(select(Escalation).where(Escalation.id.in_(keys("escalation"))))
    requests = session.scalars(select(Request).where(Request.id.in_(keys("request"))))
    letters = session.scalars(select(Letter).where(Letter.id.in_(keys("letter"))))
    found: dict[Subject, Reserved | None] = {}
    found |= {("escalation", row.id): of_question(row) for row in questions}
    found |= {("request", row.id): of_request(row) for row in requests}
    found |= {("letter", row.id): of_letter(row) for row in letters}
    return {subject: one for subject, one in found.items() if one is not None}
