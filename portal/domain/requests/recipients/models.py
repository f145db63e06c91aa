"""Tables of recipients: changes by child, additions, and letters handed over at the counter."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, false, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.foundation.base import Base, primary_key, state_column


class RecipientChange(Base):
    """One child whose entitlement moves to another recipient, who is sealed in the request.

    The request is of the kind ``recipient_change``: what the review queue counts relies on it.
    """

    __tablename__ = "recipient_change"
    __table_args__ = (
        Index(
            "uq_recipient_change_open",
            "entitlement_id",
            unique=True,
            postgresql_where=text("state IN ('submitted','awaiting_stop')"),
            sqlite_where=text("state IN ('submitted','awaiting_stop')"),
        ),
    )

    id: Mapped[int] = primary_key()
    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"), index=True)
    entitlement_id: Mapped[int] = mapped_column(ForeignKey("entitlement.id"))
    from_household_id: Mapped[int] = mapped_column(ForeignKey("household.id"), index=True)
    ordinal: Mapped[int]
    state: Mapped[str] = state_column("submitted")
    hid_coupon: Mapped[bool] = mapped_column(default=False, server_default=false())
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class RecipientAddition(Base):
    """One child that became entitled by the ward's instruction, and the request for it."""

    __tablename__ = "recipient_addition"

    id: Mapped[int] = primary_key()
    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"), index=True)
    entitlement_id: Mapped[int] = mapped_column(ForeignKey("entitlement.id"), unique=True)
    created_at: Mapped[datetime]


class CounterHandOver(Base):
    """A letter that was handed over at the counter against a signed receipt: it is delivered.

    ``checked`` names the kind of document that was looked at, never its number.
    """

    __tablename__ = "counter_hand_over"

    id: Mapped[int] = primary_key()
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id"), unique=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"), index=True)
    checked: Mapped[str] = mapped_column(String(20))
    receipt_scan_id: Mapped[int | None] = mapped_column(ForeignKey("scan.id"))
    handed_by: Mapped[int] = mapped_column(ForeignKey("staff_user.id"))
    handed_at: Mapped[datetime]
