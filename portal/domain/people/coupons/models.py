"""Tables of coupon batches, coupons, the issuer's statements and their differences."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.foundation.base import Base, primary_key, state_column
from portal.domain.people.coupons.states import COUPON, DIFFERENCE

LIVE = "state IN ('assigned','revealed','suspended','stop_requested','part_used','exchanged')"


class CouponBatch(Base):
    """One file of the issuer.

    The ends are exclusive instants; ``wrapped_key`` is the data key of its codes.
    """

    __tablename__ = "coupon_batch"

    id: Mapped[int] = primary_key()
    profile: Mapped[str] = mapped_column(String(60))
    order_ref: Mapped[str] = mapped_column(String(60), unique=True)
    file_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    count: Mapped[int]
    total_yen: Mapped[int]
    stop: Mapped[str] = mapped_column(String(8))
    sandbox: Mapped[bool] = mapped_column(default=False)
    exchange_end: Mapped[datetime]
    use_end: Mapped[datetime]
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    loaded_at: Mapped[datetime]


class Coupon(Base):
    """One code.

    ``sealed`` holds management number, URL, code and PIN; ``qr_sealed`` what its QR says, and
    from the first showing on the PNG of it. ``used_yen`` and ``issuer_status`` are what the issuer
    reported as of the end of ``issuer_as_of`` (JST), whatever our own state is. The partial unique
    index rules out two live coupons of one entitlement.
    """

    __tablename__ = "coupon"
    __table_args__ = (
        Index(
            "uq_coupon_live_entitlement",
            "entitlement_id",
            unique=True,
            postgresql_where=text(LIVE),
            sqlite_where=text(LIVE),
        ),
        CheckConstraint("(state = 'stock') = (entitlement_id IS NULL)", name="stock_is_free"),
        CheckConstraint("used_yen >= 0 AND used_yen <= face_yen", name="used_within_face"),
        Index("ix_coupon_stock", "state", "id"),
    )

    id: Mapped[int] = primary_key()
    batch_id: Mapped[int] = mapped_column(ForeignKey("coupon_batch.id"), index=True)
    management_digest: Mapped[bytes] = mapped_column(LargeBinary(16), unique=True)
    code_digest: Mapped[bytes] = mapped_column(LargeBinary(16), unique=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    qr_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    face_yen: Mapped[int]
    state: Mapped[str] = state_column(COUPON.initial)
    state_before: Mapped[str | None] = mapped_column(String(32))
    entitlement_id: Mapped[int | None] = mapped_column(ForeignKey("entitlement.id"), index=True)
    assigned_at: Mapped[datetime | None]
    revealed_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]
    used_yen: Mapped[int] = mapped_column(default=0, server_default="0")
    issuer_status: Mapped[str | None] = mapped_column(String(12))
    issuer_as_of: Mapped[date | None]


class IssuerStatement(Base):
    """A file in which the issuer reports the status of codes at the end of ``as_of`` (JST)."""

    __tablename__ = "issuer_statement"

    id: Mapped[int] = primary_key()
    profile: Mapped[str] = mapped_column(String(60))
    as_of: Mapped[date]
    file_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    rows: Mapped[int]
    used_yen: Mapped[int]
    counts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    imported_at: Mapped[datetime]


class StatementDifference(Base):
    """A disagreement between the issuer's statement and our records.

    ``line`` is that of the file, 0 for a code that it does not name; no number and no code is
    stored here. ``yen`` is what is at stake: the face value of a missing code, what is left of one
    that ended early, what the sum leaves out.
    """

    __tablename__ = "issuer_difference"
    __table_args__ = (Index("ix_issuer_difference_coupon", "coupon_id", "state"),)

    id: Mapped[int] = primary_key()
    statement_id: Mapped[int] = mapped_column(ForeignKey("issuer_statement.id"), index=True)
    coupon_id: Mapped[int | None] = mapped_column(ForeignKey("coupon.id"))
    line: Mapped[int]
    kind: Mapped[str] = mapped_column(String(30))
    ours: Mapped[str] = mapped_column(String(20), default="")
    theirs: Mapped[str] = mapped_column(String(20), default="")
    used_yen: Mapped[int] = mapped_column(default=0)
    yen: Mapped[int] = mapped_column(default=0, server_default="0")
    state: Mapped[str] = state_column(DIFFERENCE.initial)
    note_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    settled_by: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"))
    settled_at: Mapped[datetime | None]
