"""Numbers that no mail of the program has: an officer puts each aside once, with a reason.

Read wherever events are listed for people, so that a later file with the number asks nobody again.
"""

from collections.abc import Sequence
from datetime import date

from msgspec import Struct
from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from portal.domain.foundation.texts import Labeled, _s
from portal.domain.mailroom.tracking.models import DismissedNumber, TrackingEvent

PAGE = 20


class NumberReason(Labeled):
    """Why a number is put aside, as staff read it."""

    OTHER_MAIL = "other_mail", lambda: _s("この事業の郵便ではない")
    TRIAL = "trial", lambda: _s("試しに出した郵便")
    WRONG_NUMBER = "wrong_number", lambda: _s("郵便局が番号をまちがえた")


class UnknownNumber(Struct, frozen=True):
    """A number that no mail has and nobody put aside: how many events, and the last day (JST)."""

    tracking_no: str
    events: int
    last_on: date


def is_dismissed() -> ColumnElement[bool]:
    """Return the condition that an event is of a number that was put aside.

    An event that belongs to mail by now is not: whoever put its number aside was wrong.
    """
    aside = TrackingEvent.tracking_no.in_(select(DismissedNumber.tracking_no))
    return and_(TrackingEvent.shipment_id.is_(None), aside)


def is_unmatched() -> ColumnElement[bool]:
    """Return the condition that no mail has the number of an event, and nobody put it aside."""
    return and_(TrackingEvent.shipment_id.is_(None), ~is_dismissed())


def unknown_numbers(session: Session, limit: int = PAGE) -> Sequence[UnknownNumber]:
    """Return the numbers that no mail has and nobody put aside, the latest events first."""
    last = func.max(TrackingEvent.happened_on)
    rows = session.execute(
        select(TrackingEvent.tracking_no, func.count(), last)
        .where(is_unmatched())
        .group_by(TrackingEvent.tracking_no)
        .order_by(last.desc(), TrackingEvent.tracking_no)
        .limit(limit)
    )
    return [UnknownNumber(number, int(count), on) for number, count, on in rows]


def dismissed_numbers(session: Session, limit: int = PAGE) -> Sequence[DismissedNumber]:
    """Return the numbers that were put aside, newest first."""
    statement = select(DismissedNumber).order_by(DismissedNumber.id.desc())
    return session.scalars(statement.limit(limit)).all()
