"""Tables of what leaves the house.

Proofs of runs, archives for the mail house, pull lists, planned dispatches.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.foundation.base import Base, BigId, primary_key, state_column
from portal.domain.mailroom.printing.states import ARCHIVE, DISPATCH, PROOF, RECALL

LIVE = "state IN ('built', 'sent')"
LIVE_PROOF = "state IN ('made', 'approved', 'refused')"


class PrintProof(Base):
    """What a second person looks at before a run may leave.

    Its counts and pictures of some of its letters.

    ``build_sha256`` stands for the files as they were built, and a decision counts for exactly
    these; ``shared`` are the digests of what all letters share, the back and the forms, by file
    name. ``seed`` is what the random letters were drawn with. ``pieces`` are letters by how many
    things lie in their envelope, ``enclosures`` how many of each kind lie beside letters,
    ``left_out`` households by reason. ``sealed`` is why it was refused, under the key that the
    pictures are under.
    """

    __tablename__ = "print_proof"
    __table_args__ = (
        UniqueConstraint("print_run_id", "number"),
        Index(
            "uq_print_proof_live",
            "print_run_id",
            unique=True,
            postgresql_where=text(LIVE_PROOF),
            sqlite_where=text(LIVE_PROOF),
        ),
        CheckConstraint("decided_by IS NULL OR decided_by <> made_by", name="four_eyes"),
    )

    id: Mapped[int] = primary_key()
    print_run_id: Mapped[int] = mapped_column(ForeignKey("print_run.id"))
    number: Mapped[int]
    state: Mapped[str] = state_column(PROOF.initial)
    build_sha256: Mapped[str] = mapped_column(String(64))
    shared: Mapped[dict[str, Any]] = mapped_column(JSON)
    seed: Mapped[int] = mapped_column(BigId)
    letters: Mapped[int]
    children: Mapped[int]
    amount_yen: Mapped[int]
    pieces: Mapped[dict[str, Any]] = mapped_column(JSON)
    enclosures: Mapped[dict[str, Any]] = mapped_column(JSON)
    left_out: Mapped[dict[str, Any]] = mapped_column(JSON)
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime]
    made_by: Mapped[int] = mapped_column(ForeignKey("staff_user.id"))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"))
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)


class PrintProofPage(Base):
    """One letter of a proof.

    Why it was chosen (``places``) and its picture without ID, password and their code.

    The picture goes when the run has left the house or was given up.
    """

    __tablename__ = "print_proof_page"
    __table_args__ = (
        CheckConstraint("(letter_id IS NULL) <> (bare_letter_id IS NULL)", name="one_letter"),
    )

    id: Mapped[int] = primary_key()
    print_proof_id: Mapped[int] = mapped_column(ForeignKey("print_proof.id"), index=True)
    letter_id: Mapped[int | None] = mapped_column(ForeignKey("letter.id"))
    bare_letter_id: Mapped[int | None] = mapped_column(ForeignKey("bare_letter.id"))
    places: Mapped[list[Any]] = mapped_column(JSON)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)


class PrintArchive(Base):
    """One encrypted archive of a run, for one mail house; ``file_name`` lies in the run's folder.

    ``letters`` are those inside; since letters only ever leave a run, an equal count later means
    the same letters.
    """

    __tablename__ = "print_archive"
    __table_args__ = (
        UniqueConstraint("print_run_id", "number"),
        Index(
            "uq_print_archive_live",
            "print_run_id",
            unique=True,
            postgresql_where=text(LIVE),
            sqlite_where=text(LIVE),
        ),
    )

    id: Mapped[int] = primary_key()
    print_run_id: Mapped[int] = mapped_column(ForeignKey("print_run.id"))
    number: Mapped[int]
    subcontractor_id: Mapped[int] = mapped_column(ForeignKey("subcontractor.id"))
    state: Mapped[str] = state_column(ARCHIVE.initial)
    file_name: Mapped[str] = mapped_column(String(120))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    letters: Mapped[int]
    children: Mapped[int]
    built_at: Mapped[datetime]
    built_by: Mapped[int] = mapped_column(ForeignKey("staff_user.id"))
    sent_file_id: Mapped[int | None] = mapped_column(ForeignKey("sent_file.id"))
    sent_at: Mapped[datetime | None]
    lost_at: Mapped[datetime | None]


class RecallList(Base):
    """One list of letters that the mail house is asked to take out; made whole, sent once."""

    __tablename__ = "pull_list"
    __table_args__ = (UniqueConstraint("print_run_id", "number"),)

    id: Mapped[int] = primary_key()
    print_run_id: Mapped[int] = mapped_column(ForeignKey("print_run.id"))
    number: Mapped[int]
    created_at: Mapped[datetime]
    created_by: Mapped[int] = mapped_column(ForeignKey("staff_user.id"))
    sent_at: Mapped[datetime | None]
    sent_file_id: Mapped[int | None] = mapped_column(ForeignKey("sent_file.id"))


class RecalledLetter(Base):
    """One letter of a pull list, why it must not go out (a code), and what the mail house answered."""

    __tablename__ = "pull_letter"
    __table_args__ = (
        CheckConstraint("(letter_id IS NULL) <> (bare_letter_id IS NULL)", name="one_letter"),
    )

    id: Mapped[int] = primary_key()
    pull_list_id: Mapped[int] = mapped_column(ForeignKey("pull_list.id"), index=True)
    letter_id: Mapped[int | None] = mapped_column(ForeignKey("letter.id"), unique=True)
    bare_letter_id: Mapped[int | None] = mapped_column(ForeignKey("bare_letter.id"), unique=True)
    reason: Mapped[str] = mapped_column(String(12))
    state: Mapped[str] = state_column(RECALL.initial)
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"))


class Dispatch(Base):
    """One planned posting.

    A day (JST), a post office, how many letters, of which towns, perhaps of which run.

    ``towns`` are names as people read them; ``sealed`` is a note of the staff under a key of its
    own.
    """

    __tablename__ = "dispatch"
    __table_args__ = (CheckConstraint("planned > 0", name="planned_positive"),)

    id: Mapped[int] = primary_key()
    day: Mapped[date] = mapped_column(index=True)
    post_office: Mapped[str] = mapped_column(String(60))
    planned: Mapped[int]
    towns: Mapped[list[Any]] = mapped_column(JSON)
    print_run_id: Mapped[int | None] = mapped_column(ForeignKey("print_run.id"))
    state: Mapped[str] = state_column(DISPATCH.initial)
    wrapped_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
