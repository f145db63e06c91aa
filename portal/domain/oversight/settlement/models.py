"""Closed settlements with their lines: frozen, signed, and without any personal data."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.foundation.base import Base, primary_key


class Settlement(Base):
    """One closed settlement.

    ``figures`` are the sums at closing; ``signature`` (Ed25519) is over ``checksum`` (SHA-256,
    hex). The public key is kept so that the ward can check the signature after all keys have been
    destroyed.
    """

    __tablename__ = "settlement"

    id: Mapped[int] = primary_key()
    approval_id: Mapped[int] = mapped_column(ForeignKey("approval.id"), unique=True)
    program: Mapped[str] = mapped_column(String(500))
    statement_day: Mapped[date]
    figures: Mapped[dict[str, Any]] = mapped_column(JSON)
    checksum: Mapped[str] = mapped_column(String(64))
    signature: Mapped[bytes] = mapped_column(LargeBinary(64))
    public_key: Mapped[bytes] = mapped_column(LargeBinary(32))
    closed_at: Mapped[datetime]


class SettlementLine(Base):
    """One child in its final state; the four sums of yen add up to ``amount_yen``."""

    __tablename__ = "settlement_line"
    __table_args__ = (
        CheckConstraint(
            "used_yen + lapsed_yen + alternative_yen + unspent_yen = amount_yen", name="adds_up"
        ),
        CheckConstraint(
            "used_yen >= 0 AND lapsed_yen >= 0 AND alternative_yen >= 0 AND unspent_yen >= 0",
            name="not_negative",
        ),
    )

    settlement_id: Mapped[int] = mapped_column(ForeignKey("settlement.id"), primary_key=True)
    entitlement_id: Mapped[int] = mapped_column(ForeignKey("entitlement.id"), primary_key=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"))
    state: Mapped[str] = mapped_column(String(32))
    amount_yen: Mapped[int]
    used_yen: Mapped[int]
    lapsed_yen: Mapped[int]
    alternative_yen: Mapped[int]
    unspent_yen: Mapped[int]
