"""Tables of paper alternatives: items per child, parcels, and the stock ledger."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.foundation.base import Base, BigId, primary_key, state_column

LIVE = "state IN ('submitted','awaiting_stop','approved','packed','posted','returned','lost')"


class AlternativeItem(Base):
    """One child's paper alternative.

    ``pieces`` of a product at ``piece_yen`` yen each make up ``amount_yen``. ``coupon_owed`` marks
    an alternative that was withdrawn while the issuer was stopping the coupon: the child gets a new
    code as soon as the issuer has confirmed.
    """

    __tablename__ = "alternative_item"
    __table_args__ = (
        Index(
            "uq_alternative_live",
            "entitlement_id",
            unique=True,
            postgresql_where=text(LIVE),
            sqlite_where=text(LIVE),
        ),
        CheckConstraint("pieces > 0 AND pieces * piece_yen = amount_yen", name="adds_up"),
    )

    id: Mapped[int] = primary_key()
    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"), index=True)
    entitlement_id: Mapped[int] = mapped_column(ForeignKey("entitlement.id"), index=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"), index=True)
    ordinal: Mapped[int]
    product: Mapped[str] = mapped_column(String(40))
    amount_yen: Mapped[int]
    piece_yen: Mapped[int]
    pieces: Mapped[int]
    state: Mapped[str] = state_column("submitted")
    parcel_id: Mapped[int | None] = mapped_column(ForeignKey("alternative_parcel.id"), index=True)
    coupon_owed: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]


class AlternativeParcel(Base):
    """Pieces for children of one request: counted by one person, confirmed by another, then sent.

    ``shipment_id`` is the last posting, which refers to the earlier ones.
    """

    __tablename__ = "alternative_parcel"
    __table_args__ = (
        CheckConstraint("confirmed_by IS NULL OR confirmed_by <> counted_by", name="two_people"),
        CheckConstraint("pieces > 0 AND amount_yen > 0", name="not_empty"),
    )

    id: Mapped[int] = primary_key()
    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"), index=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"), index=True)
    state: Mapped[str] = state_column("counted")
    pieces: Mapped[int]
    amount_yen: Mapped[int]
    mail_class: Mapped[str] = mapped_column(String(20))
    counted_by: Mapped[int] = mapped_column(ForeignKey("staff_user.id"))
    counted_at: Mapped[datetime]
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"))
    confirmed_at: Mapped[datetime | None]
    shipment_id: Mapped[int | None] = mapped_column(ForeignKey("shipment.id"), unique=True)


class StockBalance(Base):
    """How many pieces of a product are on hand, and how many of them are reserved.

    Its row is the lock of the ledger.
    """

    __tablename__ = "stock_balance"
    __table_args__ = (
        CheckConstraint("reserved >= 0 AND on_hand >= reserved", name="not_negative"),
    )

    product: Mapped[str] = mapped_column(String(40), primary_key=True)
    on_hand: Mapped[int] = mapped_column(default=0)
    reserved: Mapped[int] = mapped_column(default=0)


class StockRange(Base):
    """Pieces of one delivery note with consecutive serial numbers, both ends included."""

    __tablename__ = "stock_range"

    id: Mapped[int] = primary_key()
    product: Mapped[str] = mapped_column(String(40), index=True)
    first_serial: Mapped[str] = mapped_column(String(30))
    last_serial: Mapped[str] = mapped_column(String(30))
    count: Mapped[int]
    piece_yen: Mapped[int]
    delivery_note: Mapped[str] = mapped_column(String(40))
    received_by: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"))
    received_at: Mapped[datetime]


class StockPiece(Base):
    """One card with its serial number and its state."""

    __tablename__ = "stock_piece"
    __table_args__ = (UniqueConstraint("product", "serial"),)

    id: Mapped[int] = primary_key()
    range_id: Mapped[int] = mapped_column(ForeignKey("stock_range.id"), index=True)
    product: Mapped[str] = mapped_column(String(40))
    serial: Mapped[str] = mapped_column(String(30))
    state: Mapped[str] = state_column("in_stock")
    parcel_id: Mapped[int | None] = mapped_column(ForeignKey("alternative_parcel.id"), index=True)


class StockMovement(Base):
    """One line of the ledger, never changed: what it added to pieces on hand and reserved ones."""

    __tablename__ = "stock_movement"

    id: Mapped[int] = primary_key()
    at: Mapped[datetime]
    product: Mapped[str] = mapped_column(String(40), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    on_hand: Mapped[int]
    reserved: Mapped[int]
    subject_id: Mapped[int | None] = mapped_column(BigId)
    actor_id: Mapped[int | None] = mapped_column(BigId)
    reason: Mapped[str] = mapped_column(String(100), default="")


class StockReservation(Base):
    """Pieces reserved for one child's alternative, or awaited in the order of ``id``.

    Written under the lock of the ledger.
    """

    __tablename__ = "stock_reservation"

    id: Mapped[int] = primary_key()
    item_id: Mapped[int] = mapped_column(ForeignKey("alternative_item.id"), unique=True)
    product: Mapped[str] = mapped_column(String(40), index=True)
    pieces: Mapped[int]
    state: Mapped[str] = state_column("waiting")
    at: Mapped[datetime]


class StockCount(Base):
    """A stocktaking: one person's count against the book, settled when a second one confirms."""

    __tablename__ = "stock_count"

    id: Mapped[int] = primary_key()
    product: Mapped[str] = mapped_column(String(40), index=True)
    counted: Mapped[int]
    book: Mapped[int]
    missing: Mapped[list[str]] = mapped_column(JSON, default=list)
    found: Mapped[list[str]] = mapped_column(JSON, default=list)
    damaged: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(String(100), default="")
    approval_id: Mapped[int | None] = mapped_column(ForeignKey("approval.id"))
    counted_by: Mapped[int] = mapped_column(ForeignKey("staff_user.id"))
    counted_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
