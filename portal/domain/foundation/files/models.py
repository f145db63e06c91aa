"""Tables of sealed files and their pieces."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.foundation.base import Base, primary_key, state_column
from portal.domain.foundation.files.states import SEALED_FILE


class SealedFile(Base):
    """One file: its key, and once it is whole its size in bytes and its SHA-256.

    A shredded file has no key any more.
    """

    __tablename__ = "sealed_file"

    id: Mapped[int] = primary_key()
    name: Mapped[str] = mapped_column(String(120))
    state: Mapped[str] = state_column(SEALED_FILE.initial)
    wrapped_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    pieces: Mapped[int] = mapped_column(default=0)
    size: Mapped[int] = mapped_column(default=0)
    sha256: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime]
    shredded_at: Mapped[datetime | None]


class SealedPiece(Base):
    """One piece of a file, from 1, sealed for its place under the file's key."""

    __tablename__ = "sealed_piece"
    __table_args__ = (UniqueConstraint("sealed_file_id", "number"),)

    id: Mapped[int] = primary_key()
    sealed_file_id: Mapped[int] = mapped_column(ForeignKey("sealed_file.id"))
    number: Mapped[int]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
