"""The table of what was done for households in calls."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.foundation.base import Base, BigId, primary_key


class DeskAct(Base):
    """One act of the staff for a household on a caller's word, never changed afterwards.

    ``receipt_no`` is the number that was read out: that of the request or task that the act made
    (``subject``, ``subject_id``), else its own. Two acts may be one request, so a number can occur
    in several calls. ``level`` is what the call had reached (``calls.levels``), ``channel`` is the
    caller's.
    """

    __tablename__ = "desk_act"
    __table_args__ = (
        UniqueConstraint("call_id", "act", "receipt_no"),
        Index("ix_desk_act_subject", "subject", "subject_id"),
    )

    id: Mapped[int] = primary_key()
    call_id: Mapped[int] = mapped_column(ForeignKey("call_record.id"))
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"), index=True)
    act: Mapped[str] = mapped_column(String(20))
    level: Mapped[int]
    receipt_no: Mapped[str] = mapped_column(String(20))
    subject: Mapped[str] = mapped_column(String(30))
    subject_id: Mapped[int] = mapped_column(BigId)
    channel: Mapped[str] = mapped_column(String(10))
    done_by: Mapped[int] = mapped_column(ForeignKey("staff_user.id"))
    done_at: Mapped[datetime]
