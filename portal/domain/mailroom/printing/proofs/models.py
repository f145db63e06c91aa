"""Tables of proofs: counts and pictures of a run, for the second person who decides."""

from datetime import datetime
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
from portal.domain.foundation.texts import label_of
from portal.domain.mailroom.printing.proofs.states import PROOF, ProofState

LIVE_PROOF = "state IN ('made', 'approved', 'refused')"


class PrintProof(Base):
    """The proof of a run: counts, and pictures of some of its letters.

    ``build_sha256`` identifies the files as they were built, and a decision is about exactly these;
    ``shared`` are the digests of the files that all letters share, the back and the forms, by file
    name. ``seed`` drew the random letters. ``pieces`` counts letters by the number of pieces in
    their envelope, ``enclosures`` the enclosed pieces by kind, ``left_out`` households by reason.
    ``sealed`` is the reason of a refusal, under the same key as the pictures.
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

    @property
    def is_undecided(self) -> bool:
        """Whether the proof waits for the decision of a second person."""
        return self.state == ProofState.MADE

    @property
    def is_approved(self) -> bool:
        """Whether the proof was approved."""
        return self.state == ProofState.APPROVED

    @property
    def is_refused(self) -> bool:
        """Whether the proof was refused."""
        return self.state == ProofState.REFUSED

    @property
    def state_name(self) -> str:
        """The label of its state, for staff."""
        return label_of(ProofState, self.state)


class PrintProofPage(Base):
    """One letter of a proof: why it was chosen (``places``), and its picture (``sealed``).

    The picture is without ID, password and sign-in code, and is removed when the run is handed over
    or discarded.
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
