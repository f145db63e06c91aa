"""Tables of the registers' entries and of the dated self-checks."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.foundation.base import Base, primary_key, state_column
from portal.domain.oversight.registers.states import ENTRY


class RegisterEntry(Base):
    """One entry: ``day`` is when it happened, ``until`` the last day (JST) for which it counts.

    ``sealed`` holds the party and the note, because they can name people. ``staff_id`` is the
    account of the person whose pledge or training it is. ``decision_no`` and ``decision_on`` are
    the ward's: its confirmation or rejection, or its consultation after a suspension.
    ``result`` is a ``kinds.Result``. ``follows_id`` is the rejected entry that this one repairs.
    """

    __tablename__ = "register_entry"
    __table_args__ = (
        CheckConstraint(
            "state <> 'confirmed' OR (decision_no IS NOT NULL AND decision_on IS NOT NULL)",
            name="decision_named",
        ),
        Index("ix_register_entry_kind", "kind", "day"),
    )

    id: Mapped[int] = primary_key()
    kind: Mapped[str] = mapped_column(String(20))
    day: Mapped[date]
    until: Mapped[date | None]
    number: Mapped[str | None] = mapped_column(String(60))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"), index=True)
    result: Mapped[str | None] = mapped_column(String(10))
    follows_id: Mapped[int | None] = mapped_column(ForeignKey("register_entry.id"), index=True)
    state: Mapped[str] = state_column(ENTRY.initial)
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    entered_by: Mapped[int] = mapped_column(ForeignKey("staff_user.id"))
    entered_at: Mapped[datetime]
    decision_no: Mapped[str | None] = mapped_column(String(40))
    decision_on: Mapped[date | None]
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"))
    changed_at: Mapped[datetime | None]


class RegisterFile(Base):
    """The document of an entry, sealed under a key of its own; loaded only on access."""

    __tablename__ = "register_file"

    entry_id: Mapped[int] = mapped_column(ForeignKey("register_entry.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)


class SelfCheck(Base):
    """A self-check as it was made, never changed; ``made_by`` is None where a program made it.

    ``wanting`` counts what is to be mended. ``sealed`` holds the sentences and the note.
    """

    __tablename__ = "self_check"
    __table_args__ = (Index("ix_self_check_subject", "subject", "made_at"),)

    id: Mapped[int] = primary_key()
    subject: Mapped[str] = mapped_column(String(20))
    made_at: Mapped[datetime]
    made_by: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"))
    wanting: Mapped[int]
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
