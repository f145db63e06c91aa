"""Tables of the ward's documents: versions with their content, and what was printed from them."""

from datetime import date, datetime

from sqlalchemy import (
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
from portal.domain.letters.documents.kinds import DocumentKind, UsedFor
from portal.domain.letters.documents.states import DOCUMENT, DocumentState

LIVING = "state IN ('proposed', 'approved')"


class DocumentVersion(Base):
    """One version of one kind of document, with its original bytes; nothing personal is in them.

    ``label``: the version's name for people. ``specimen``: a PDF that shows the texts on paper,
    with invented people. ``sha256`` is the content's: the same content has one living version.
    """

    __tablename__ = "document_version"
    __table_args__ = (
        UniqueConstraint("kind", "number"),
        Index(
            "uq_document_version_living",
            "kind",
            "sha256",
            unique=True,
            postgresql_where=text(LIVING),
            sqlite_where=text(LIVING),
        ),
        CheckConstraint(
            "state <> 'approved' OR (instruction_no IS NOT NULL AND instruction_on IS NOT NULL)",
            name="approval_instructed",
        ),
    )

    id: Mapped[int] = primary_key()
    kind: Mapped[str] = mapped_column(String(30))
    number: Mapped[int]
    label: Mapped[str] = mapped_column(String(60))
    file_name: Mapped[str] = mapped_column(String(120))
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    specimen: Mapped[bytes | None] = mapped_column(LargeBinary)
    state: Mapped[str] = state_column(DOCUMENT.initial)
    proposed_by: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"))
    proposed_at: Mapped[datetime]
    instruction_no: Mapped[str | None] = mapped_column(String(40))
    instruction_on: Mapped[date | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"))
    decided_at: Mapped[datetime | None]

    @property
    def kind_name(self) -> str:
        """The label of its kind, for staff."""
        return label_of(DocumentKind, self.kind)

    @property
    def state_name(self) -> str:
        """The label of its state, for staff."""
        return label_of(DocumentState, self.state)

    @property
    def is_undecided(self) -> bool:
        """Whether the version waits for the ward's decision."""
        return self.state == DocumentState.PROPOSED

    @property
    def is_approved(self) -> bool:
        """Whether the ward approved the version."""
        return self.state == DocumentState.APPROVED

    @property
    def has_specimen(self) -> bool:
        """Whether its texts can be shown on paper."""
        return self.kind in {DocumentKind.LETTER, DocumentKind.ADVANCE}


class DocumentUse(Base):
    """One use of a version: ``subject`` (a ``UsedFor``) and ``subject_id`` name what was made."""

    __tablename__ = "document_use"
    __table_args__ = (UniqueConstraint("version_id", "subject", "subject_id"),)

    id: Mapped[int] = primary_key()
    version_id: Mapped[int] = mapped_column(ForeignKey("document_version.id"))
    subject: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[int] = mapped_column(BigId)
    used_at: Mapped[datetime]

    @property
    def subject_name(self) -> str:
        """The label of what was made, for staff."""
        return label_of(UsedFor, self.subject)
