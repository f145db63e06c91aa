"""The table of entitlements."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.foundation.base import Base, BigId, primary_key, state_column
from portal.domain.people.entitlements.states import ENTITLEMENT


class Entitlement(Base):
    """A child's right to ``amount_yen`` yen.

    The state is ``in_progress``, ``held`` or final (``domain.md`` §1.1). ``claimed_by`` names the
    kind of the one open request that may decide about it (``claims.py``).
    """

    __tablename__ = "entitlement"
    __table_args__ = (
        CheckConstraint("amount_yen > 0", name="amount_positive"),
        CheckConstraint("(claimed_by IS NULL) = (claim_id IS NULL)", name="claim_whole"),
    )

    id: Mapped[int] = primary_key()
    child_id: Mapped[int] = mapped_column(ForeignKey("child.id"), unique=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"), index=True)
    amount_yen: Mapped[int]
    state: Mapped[str] = state_column(ENTITLEMENT.initial)
    claimed_by: Mapped[str | None] = mapped_column(String(20))
    claim_id: Mapped[int | None] = mapped_column(BigId, index=True)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
