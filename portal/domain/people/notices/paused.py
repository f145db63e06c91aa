"""Messages to households to which nothing goes out now: they wait for the end of the pause.

One-time codes do not wait: who asks for one has the page open, and would see that it does not come.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, not_, or_, select, update

from portal.domain.foundation.work import Work
from portal.domain.people.notices.events import DATED_EVENTS
from portal.domain.people.notices.models import OutboxMessage
from portal.domain.people.notices.states import MessageState
from portal.domain.people.pauses.models import SendingPause
from portal.domain.people.pauses.queries import is_paused
from portal.domain.people.pauses.states import PauseState

CODES = "code."
LIFE = timedelta(hours=48)
"""How long a message is tried after a pause; what names a last day gets no longer life."""
AGAIN = timedelta(minutes=1)
"""When a pause is looked at again whose end has passed, but is not recorded yet."""


def is_held_back() -> ColumnElement[bool]:
    """Return the condition that a message waits for the end of its household's pause."""
    household = OutboxMessage.household_id.expression
    return and_(not_(OutboxMessage.purpose.startswith(CODES)), is_paused(household))


def put_off(work: Work, household_id: int | None = None) -> None:
    """Let due messages of paused households wait, of one or of all; none is tried while it waits.

    Those of one household wait for a worker that is just claiming one; those of all pass it over.
    """
    one = household_id is not None
    due = _unsent(work.now) if one else and_(_unsent(work.now), _is_due(work.now))
    statement = (
        select(OutboxMessage, SendingPause.ends_at)
        .join(SendingPause, SendingPause.household_id == OutboxMessage.household_id)
        .where(
            due, SendingPause.state == PauseState.ON, not_(OutboxMessage.purpose.startswith(CODES))
        )
        .order_by(OutboxMessage.id)
        .with_for_update(of=OutboxMessage, skip_locked=not one)
        .execution_options(populate_existing=True)
    )
    if one:
        statement = statement.where(OutboxMessage.household_id == household_id)
    for row, ends_at in work.session.execute(statement).all():
        row.next_try_at = max(ends_at, work.now + AGAIN, row.next_try_at)
        if not row.purpose.endswith(tuple(f".{event}" for event in DATED_EVENTS)):
            row.expires_at = max(row.expires_at, row.next_try_at + LIFE)
    work.session.flush()


def move(work: Work, household_id: int, before: datetime, after: datetime) -> None:
    """Move what waits for the end of a pause from one instant to another (UTC)."""
    work.session.execute(
        update(OutboxMessage)
        .where(
            OutboxMessage.household_id == household_id,
            OutboxMessage.next_try_at == before,
            _unsent(work.now),
        )
        .values(next_try_at=after)
        .execution_options(synchronize_session=False)
    )


def _unsent(now: datetime) -> ColumnElement[bool]:
    return or_(
        OutboxMessage.state == MessageState.WAITING,
        and_(OutboxMessage.state == MessageState.SENDING, OutboxMessage.claimed_until <= now),
    )


def _is_due(now: datetime) -> ColumnElement[bool]:
    return and_(OutboxMessage.next_try_at <= now, OutboxMessage.expires_at > now)
