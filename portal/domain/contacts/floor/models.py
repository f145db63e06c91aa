"""Tables of the floor: events and calls of the telephone system, seats, plans."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.contacts.floor.states import FLOOR_CALL
from portal.domain.foundation.base import Base, primary_key, state_column

TAKEN = "left_at IS NULL"


class FloorCall(Base):
    """One call of the telephone system; ``name_digest`` is a keyed digest of its name there.

    ``sealed`` is the caller's mobile number; None: withheld, or no mobile number. ``extension`` is
    the seat at which it rang last.
    """

    __tablename__ = "floor_call"
    __table_args__ = (Index("ix_floor_call_extension", "extension", "state"),)

    id: Mapped[int] = primary_key()
    name_digest: Mapped[bytes] = mapped_column(LargeBinary(16), unique=True)
    state: Mapped[str] = state_column(FLOOR_CALL.initial)
    arrived_at: Mapped[datetime] = mapped_column(index=True)
    rang_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    extension: Mapped[str] = mapped_column(String(10), default="")
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)


class FloorEvent(Base):
    """One event as it was taken in; a second one of the same name is refused.

    ``event_digest`` is a keyed digest of its name, ``signed_by`` the name of the key. ``at`` is
    when it happened by the telephone system, ``taken_at`` when it was told.
    """

    __tablename__ = "floor_event"

    id: Mapped[int] = primary_key()
    event_digest: Mapped[bytes] = mapped_column(LargeBinary(16), unique=True)
    signed_by: Mapped[str] = mapped_column(String(20))
    floor_call_id: Mapped[int] = mapped_column(ForeignKey("floor_call.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]
    taken_at: Mapped[datetime] = mapped_column(index=True)


class FloorSeat(Base):
    """A time that somebody sat at a seat; nobody sits at two, and no seat has two people."""

    __tablename__ = "floor_seat"
    __table_args__ = tuple(
        Index(
            f"uq_floor_seat_{column}",
            column,
            unique=True,
            postgresql_where=text(TAKEN),
            sqlite_where=text(TAKEN),
        )
        for column in ("extension", "staff_id")
    )

    id: Mapped[int] = primary_key()
    extension: Mapped[str] = mapped_column(String(10))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff_user.id"))
    taken_at: Mapped[datetime] = mapped_column(index=True)
    left_at: Mapped[datetime | None]


class FloorPlan(Base):
    """Planned seats and expected calls of a half hour, from ``from_day`` (JST) to the next plan.

    ``half_hour`` as in ``telephony.models.CallCount``.
    """

    __tablename__ = "floor_plan"
    __table_args__ = (
        Unique("from_day", "half_hour", name="uq_floor_plan_half"),
        CheckConstraint("half_hour BETWEEN 0 AND 47", name="half_hour"),
        CheckConstraint("seats >= 0 AND calls >= 0", name="not_negative"),
    )

    id: Mapped[int] = primary_key()
    from_day: Mapped[date]
    half_hour: Mapped[int]
    seats: Mapped[int]
    calls: Mapped[int]
    planned_by: Mapped[int] = mapped_column(ForeignKey("staff_user.id"))
    planned_at: Mapped[datetime]
