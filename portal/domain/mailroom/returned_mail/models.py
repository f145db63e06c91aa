"""The table of returned mail: which item is in which box, until when, and who destroyed it."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.foundation.base import Base, primary_key, state_column


class ReturnedItem(Base):
    """One returned item in our storage; ``keep_until`` is its last day there (JST).

    ``action`` is the next step (``actions.NextAction``), as decided when it was received.
    """

    __tablename__ = "returned_item"
    __table_args__ = (
        Index("ix_returned_item_shelf", "state", "box", "id"),
        CheckConstraint(
            "destroyed_by IS NULL OR destroyed_by <> destruction_proposed_by", name="four_eyes"
        ),
    )

    id: Mapped[int] = primary_key()
    shipment_id: Mapped[int] = mapped_column(ForeignKey("shipment.id"), unique=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"), index=True)
    state: Mapped[str] = state_column("kept")
    reason: Mapped[str] = mapped_column(String(20))
    action: Mapped[str] = mapped_column(String(20))
    box: Mapped[str] = mapped_column(String(20))
    received_on: Mapped[date]
    keep_until: Mapped[date]
    received_by: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"))
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    destruction_proposed_by: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"))
    destroyed_by: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"))
    destroyed_at: Mapped[datetime | None]
