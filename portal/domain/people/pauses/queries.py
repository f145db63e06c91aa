"""Read pauses: whether something may go out now, and what the ward has to decide."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from portal.domain.people.pauses.models import SendingPause
from portal.domain.people.pauses.states import PauseState


def is_paused(
    household_id: ColumnElement[int] | ColumnElement[int | None],
) -> ColumnElement[bool]:
    """Return the SQL condition that nothing goes out to a household now."""
    return (
        select(SendingPause.id)
        .where(SendingPause.household_id == household_id, SendingPause.state == PauseState.ON)
        .exists()
    )


def paused_among(session: Session, keys: Collection[int]) -> set[int]:
    """Return the keys of those of these households to which nothing goes out now."""
    return set(
        session.scalars(
            select(SendingPause.household_id).where(
                SendingPause.household_id.in_(keys), SendingPause.state == PauseState.ON
            )
        )
    )


def pause_of(session: Session, escalation_id: int) -> SendingPause | None:
    """Return the latest pause that was begun with a question to the ward; None if there is none."""
    return session.scalar(
        select(SendingPause)
        .where(SendingPause.escalation_id == escalation_id)
        .order_by(SendingPause.id.desc())
        .limit(1)
    )


def paused_questions() -> Select[int]:
    """Select the keys of the questions to the ward with which a pause began that is still on."""
    return select(SendingPause.escalation_id).where(SendingPause.state == PauseState.ON)


def number_on(session: Session) -> int:
    """Return to how many households nothing goes out now; for the ward alone."""
    statement = select(func.count(SendingPause.id)).where(SendingPause.state == PauseState.ON)
    return session.scalar(statement) or 0


def run_out(session: Session, now: datetime) -> Sequence[int]:
    """Return the keys of pauses whose end has passed (UTC), the first first."""
    return session.scalars(
        select(SendingPause.id)
        .where(SendingPause.state == PauseState.ON, SendingPause.ends_at <= now)
        .order_by(SendingPause.ends_at, SendingPause.id)
    ).all()
