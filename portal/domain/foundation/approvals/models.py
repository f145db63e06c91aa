"""Proposals and their confirmation."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.foundation.approvals.states import APPROVAL
from portal.domain.foundation.base import Base, BigId, primary_key, state_column


class Approval(Base):
    """One proposal; nobody confirms their own.

    ``instruction_*`` is the ward's written order, if one is needed. ``instruction_scan_id`` is the
    stored scan of the order; without it the number alone is only what somebody typed.
    """

    __tablename__ = "approval"
    __table_args__ = (
        CheckConstraint("confirmed_by IS NULL OR confirmed_by <> proposed_by", name="four_eyes"),
        Index("ix_approval_subject", "subject", "subject_id"),
    )

    id: Mapped[int] = primary_key()
    kind: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(30))
    subject_id: Mapped[int | None] = mapped_column(BigId)
    state: Mapped[str] = state_column(APPROVAL.initial)
    proposed_by: Mapped[int] = mapped_column(ForeignKey("staff_user.id"))
    proposed_organization: Mapped[str] = mapped_column(String(20))
    proposed_at: Mapped[datetime]
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"))
    confirmed_organization: Mapped[str | None] = mapped_column(String(20))
    confirmed_at: Mapped[datetime | None]
    instruction_no: Mapped[str | None] = mapped_column(String(40))
    instruction_date: Mapped[date | None]
    instruction_scan_id: Mapped[int | None] = mapped_column(BigId)
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
