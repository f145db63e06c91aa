"""Tables of calls, of the households opened in them, and of the verification of callers."""

from datetime import date, datetime

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.contacts.calls.kinds import Direction
from portal.domain.contacts.calls.states import CallState
from portal.domain.foundation.base import Base, BigId, primary_key, state_column

NOT_ENDED = "state <> 'ended'"


class Call(Base):
    """One contact with one person.

    ``sealed`` (subject in words, a call-back number) is under a key of the row's own. The partial
    unique index makes two open calls of one person impossible. ``day`` is the JST date of
    ``started_at``: reports count by it. ``fax_case_id``, ``task_id`` (a call-back) and ``sheet_id``
    (a call that was written down) name what the contact is about if it is not a conversation;
    ``subject`` holds the same for version 0.1.0. ``written_down``: entered later from the reception
    form (clause 6(6)②), with the true times. ``notable``: the sealed texts include one meant for
    the month's report.
    """

    __tablename__ = "call_record"
    __table_args__ = (
        Index("ix_call_record_agent_state", "agent_id", "state"),
        Index(
            "uq_call_record_open",
            "agent_id",
            unique=True,
            postgresql_where=text(NOT_ENDED),
            sqlite_where=text(NOT_ENDED),
        ),
        Index(
            "ix_call_record_written_down",
            "id",
            postgresql_where=text("written_down"),
            sqlite_where=text("written_down"),
        ),
    )

    id: Mapped[int] = primary_key()
    receipt_no: Mapped[str] = mapped_column(String(20), unique=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("staff_user.id"))
    state: Mapped[str] = state_column("talking")
    channel: Mapped[str] = mapped_column(String(10))
    direction: Mapped[str] = mapped_column(String(10))
    line: Mapped[str] = mapped_column(String(20), default="")
    language: Mapped[str] = mapped_column(String(10))
    fax_case_id: Mapped[int | None] = mapped_column(ForeignKey("fax_case.id"), index=True)
    task_id: Mapped[int | None] = mapped_column(ForeignKey("task.id"), index=True)
    sheet_id: Mapped[int | None] = mapped_column(ForeignKey("call_record.id"), index=True)
    subject: Mapped[str | None] = mapped_column(String(40), index=True)
    day: Mapped[date] = mapped_column(index=True)
    started_at: Mapped[datetime]
    talk_ended_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    closed_by_rule: Mapped[bool] = mapped_column(default=False)
    written_down: Mapped[bool] = mapped_column(default=False)
    category: Mapped[str | None] = mapped_column(String(20))
    subcategory: Mapped[str | None] = mapped_column(String(30))
    result: Mapped[str | None] = mapped_column(String(20))
    interpreter_minutes: Mapped[int | None]
    three_way_minutes: Mapped[int | None]
    relay_service: Mapped[bool] = mapped_column(default=False)
    complaint: Mapped[bool] = mapped_column(default=False)
    shared_with_ward: Mapped[bool] = mapped_column(default=False)
    notable: Mapped[bool] = mapped_column(default=False)
    wrapped_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)

    @property
    def has_ended(self) -> bool:
        """Whether the contact and its after-call record are finished."""
        return self.state == CallState.ENDED

    @property
    def is_outbound(self) -> bool:
        """Whether we called."""
        return self.direction == Direction.OUTBOUND


class CallHousehold(Base):
    """A household opened in a call; ``level`` is a value of ``calls.levels.Level``.

    ``matched`` lists the items that matched (never their values). A call back is requested in one
    call (``call_back_asked_at``), its number is shown in the next (``dialed_at``), and
    ``called_back`` records that somebody answered at the enrolled number.
    """

    __tablename__ = "call_household"
    __table_args__ = (UniqueConstraint("call_id", "household_id"),)

    id: Mapped[int] = primary_key()
    call_id: Mapped[int] = mapped_column(ForeignKey("call_record.id"), index=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"), index=True)
    level: Mapped[int] = mapped_column(default=0)
    relation: Mapped[str | None] = mapped_column(String(20))
    matched: Mapped[list[str]] = mapped_column(JSON, default=list)
    called_back: Mapped[bool] = mapped_column(default=False)
    call_back_asked_at: Mapped[datetime | None] = mapped_column(index=True)
    dialed_at: Mapped[datetime | None]
    opened_at: Mapped[datetime]
    verified_at: Mapped[datetime | None]


class VerificationRelease(Base):
    """Somebody lifted the closure of a household to callers, for ``reason`` (a code).

    Failures of that JST ``day`` up to the try with the key ``up_to`` count no more. A day has at
    most one.
    """

    __tablename__ = "verification_release"
    __table_args__ = (UniqueConstraint("household_id", "day"),)

    id: Mapped[int] = primary_key()
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"))
    day: Mapped[date]
    up_to: Mapped[int] = mapped_column(BigId)
    reason: Mapped[str] = mapped_column(String(20))
    released_by: Mapped[int] = mapped_column(ForeignKey("staff_user.id"))
    released_at: Mapped[datetime]


class VerificationAttempt(Base):
    """One try to verify a caller.

    Five failures on one JST ``day`` close the household to callers until the next day, or until
    somebody lifts that (``VerificationRelease``).
    """

    __tablename__ = "call_verification"
    __table_args__ = (Index("ix_call_verification_household_day", "household_id", "day"),)

    id: Mapped[int] = primary_key()
    call_id: Mapped[int] = mapped_column(ForeignKey("call_record.id"), index=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"))
    day: Mapped[date]
    at: Mapped[datetime]
    passed: Mapped[bool]
    matched: Mapped[list[str]] = mapped_column(JSON, default=list)
    asked: Mapped[list[str]] = mapped_column(JSON, default=list)
