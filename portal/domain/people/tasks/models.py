"""The table of tasks for the staff."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.foundation.base import Base, BigId, primary_key, state_column
from portal.domain.people.tasks.states import TASK


class Task(Base):
    """A task; ``household_id`` is empty if the requester was not, or must not be, matched."""

    __tablename__ = "task"

    id: Mapped[int] = primary_key()
    kind: Mapped[str] = mapped_column(String(30), index=True)
    receipt_no: Mapped[str] = mapped_column(String(20), unique=True)
    household_id: Mapped[int | None] = mapped_column(BigId, index=True)
    state: Mapped[str] = state_column(TASK.initial)
    wrapped_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    done_by: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"))
