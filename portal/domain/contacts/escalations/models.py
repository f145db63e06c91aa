"""Tables of questions to the ward, its answers and sheets, and of call-backs."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.contacts.escalations.kinds import URGENT
from portal.domain.contacts.escalations.states import AnswerSheetState, EscalationState
from portal.domain.foundation.base import Base, primary_key, state_column


class Escalation(Base):
    """One question to the ward.

    ``sealed`` (the question, a telephone number) is under a key of the row's own. ``due_on`` is the
    business day by which the ward answers. ``sheet_at``: when it last went out on a sheet (UTC).
    """

    __tablename__ = "escalation"
    __table_args__ = (Index("ix_escalation_state_due", "state", "due_on"),)

    id: Mapped[int] = primary_key()
    receipt_no: Mapped[str] = mapped_column(String(20), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = state_column("open")
    call_id: Mapped[int | None] = mapped_column(ForeignKey("call_record.id"), index=True)
    household_id: Mapped[int | None] = mapped_column(ForeignKey("household.id"), index=True)
    raised_by: Mapped[int] = mapped_column(ForeignKey("staff_user.id"), index=True)
    raised_at: Mapped[datetime] = mapped_column(index=True)
    due_on: Mapped[date]
    sheet_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)

    @property
    def is_open(self) -> bool:
        """Whether it waits for the ward's answer."""
        return self.state == EscalationState.OPEN

    @property
    def is_answered(self) -> bool:
        """Whether the ward has answered and the caller is to be informed."""
        return self.state == EscalationState.ANSWERED

    @property
    def is_urgent(self) -> bool:
        """Whether the ward is also called at once."""
        return self.kind in URGENT

    def is_overdue(self, today: date) -> bool:
        """Return whether the ward should have answered before today (JST)."""
        return self.is_open and self.due_on < today


class EscalationAnswer(Base):
    """An answer of the ward; a reopened question has more than one.

    ``instruction_no`` is in normal width, as ``queries.by_instruction`` searches it. ``source``:
    ``screen`` (an officer of the ward), ``paper`` (the ward's written answer, entered by somebody
    else, with its number or a scan) or ``sheet`` (the xlsx that the ward filled in).
    """

    __tablename__ = "escalation_answer"

    id: Mapped[int] = primary_key()
    escalation_id: Mapped[int] = mapped_column(ForeignKey("escalation.id"), index=True)
    source: Mapped[str] = mapped_column(String(10))
    instruction_no: Mapped[str | None] = mapped_column(String(40), index=True)
    instruction_date: Mapped[date | None]
    scan_id: Mapped[int | None] = mapped_column(ForeignKey("scan.id"))
    sheet_id: Mapped[int | None] = mapped_column(ForeignKey("escalation_sheet.id"))
    answered_by: Mapped[int] = mapped_column(ForeignKey("staff_user.id"))
    answered_at: Mapped[datetime]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class AnswerSheet(Base):
    """A filled-in sheet that came back.

    It is parsed when it is uploaded, and carried out once somebody has confirmed its effects.
    """

    __tablename__ = "escalation_sheet"

    id: Mapped[int] = primary_key()
    digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    state: Mapped[str] = state_column("read")
    rows: Mapped[int]
    uploaded_by: Mapped[int] = mapped_column(ForeignKey("staff_user.id"))
    uploaded_at: Mapped[datetime]
    applied_by: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"))
    applied_at: Mapped[datetime | None]
    applied: Mapped[int | None]
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)

    @property
    def is_waiting(self) -> bool:
        """Whether somebody is still to confirm or drop it."""
        return self.state == AnswerSheetState.READ


class CallBack(Base):
    """A call-back: the person who has claimed its task, and the number of unanswered tries.

    ``call_id`` is the call in which it was requested. A task that came another way has no row until
    somebody claims it. Writers lock the task's row first.
    """

    __tablename__ = "call_back"

    id: Mapped[int] = primary_key()
    task_id: Mapped[int] = mapped_column(ForeignKey("task.id"), unique=True)
    call_id: Mapped[int | None] = mapped_column(ForeignKey("call_record.id"), index=True)
    state: Mapped[str] = state_column("waiting")
    claimed_by: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"))
    claimed_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)


class CallBackTry(Base):
    """One call made for a call-back, and its outcome."""

    __tablename__ = "call_back_try"

    id: Mapped[int] = primary_key()
    task_id: Mapped[int] = mapped_column(ForeignKey("task.id"), index=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("call_record.id"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff_user.id"))
    at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(String(20))
