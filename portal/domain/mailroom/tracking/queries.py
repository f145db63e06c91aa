"""Read the post's files, and the events that officers must check."""

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.mailroom.tracking.dismissed import is_dismissed
from portal.domain.mailroom.tracking.models import TrackingEvent, TrackingFile
from portal.domain.mailroom.tracking.words import Status

PAGE = 20


def files(session: Session, limit: int = PAGE) -> Sequence[TrackingFile]:
    """Return the files, newest first."""
    return list(session.scalars(select(TrackingFile).order_by(TrackingFile.id.desc()).limit(limit)))


def file_by_id(session: Session, file_id: int) -> TrackingFile:
    """Return one file. Raises NotFoundError."""
    row = session.get(TrackingFile, file_id)
    if row is None:
        raise NotFoundError(_s("このファイルは見つかりませんでした。"))
    return row


def events_of(session: Session, shipment_id: int) -> Sequence[TrackingEvent]:
    """Return the post's events of one shipment, in the order in which they happened."""
    statement = select(TrackingEvent).where(TrackingEvent.shipment_id == shipment_id)
    return list(
        session.scalars(
            statement.order_by(
                TrackingEvent.happened_on, TrackingEvent.happened_at, TrackingEvent.id
            )
        )
    )


def events_to_check(session: Session, limit: int = PAGE) -> Sequence[TrackingEvent]:
    """Return the events that officers must check, newest first.

    They have an unknown number or word, an impossible step, or are investigated by the post; those
    of a number that was put aside are not among them.
    """
    statement = select(TrackingEvent).where(
        ~is_dismissed(),
        or_(
            TrackingEvent.shipment_id.is_(None),
            TrackingEvent.conflict.is_(True),
            TrackingEvent.status.in_((Status.UNKNOWN.value, Status.INVESTIGATING.value)),
        ),
    )
    return list(session.scalars(statement.order_by(TrackingEvent.id.desc()).limit(limit)))
