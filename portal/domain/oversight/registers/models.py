"""Tables of the registers' entries, the requests of persons, and the dated self-checks."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.foundation.base import Base, BigId, primary_key, state_column
from portal.domain.oversight.registers.states import ENTRY, PERSON_REQUEST


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


class PersonRequest(Base):
    """How far a request for disclosure, correction or stop is; its clock is its register entry.

    ``kind`` is a ``person_requests.Wanted``, ``outcome`` an ``Outcome``, ``measure`` a ``Measure``.
    ``household_id`` is None until two people have searched, and where they found nobody. ``sealed``
    holds the typed number, the order of an extract and the reason of a refusal; it goes with a
    disposal of the household. ``measure_ref`` is the key of what was done: a copy, an import, a
    print text, a hold, a disposed household.
    """

    __tablename__ = "person_request"
    __table_args__ = (
        CheckConstraint("searched_with IS NULL OR searched_with <> searched_by", name="two_search"),
        CheckConstraint("decided_by IS NULL OR decided_by <> proposed_by", name="four_eyes"),
    )

    id: Mapped[int] = primary_key()
    entry_id: Mapped[int] = mapped_column(ForeignKey("register_entry.id"), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = state_column(PERSON_REQUEST.initial)
    household_id: Mapped[int | None] = mapped_column(ForeignKey("household.id"), index=True)
    wrapped_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    searched_by: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"))
    searched_with: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"))
    searched_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(20))
    proposed_by: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"))
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"))
    decided_at: Mapped[datetime | None]
    decision_no: Mapped[str | None] = mapped_column(String(40))
    decision_on: Mapped[date | None]
    measure: Mapped[str | None] = mapped_column(String(20))
    measure_ref: Mapped[int | None] = mapped_column(BigId)
    done_by: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"))
    done_at: Mapped[datetime | None]
    told_by: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"))
    told_on: Mapped[date | None]
    changed_at: Mapped[datetime]


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
