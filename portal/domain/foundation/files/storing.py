"""Store a file piece by piece, hand it out piece by piece, and shred it.

Each piece is a transaction of its own, so that a large file neither needs memory nor keeps others
waiting. Until ``finish`` nobody can take the file; what a killed writer left is swept.
"""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import IntegrityFaultError, NotFoundError
from portal.domain.foundation.files.models import SealedFile, SealedPiece
from portal.domain.foundation.files.states import SEALED_FILE, FileState
from portal.domain.foundation.texts import _s
from portal.domain.foundation.vault import seal, unseal
from portal.domain.foundation.work import Transaction, Work, WorkSource

SUBJECT = "sealed_file"
PIECE_BYTES = 1024 * 1024
REMOVED_AT_ONCE = 16
"""How many pieces are deleted in one transaction: on SQLite it keeps all other writers waiting."""
GIVEN_UP_AFTER = timedelta(days=1)
"""After so long nobody writes on an unfinished file any more."""


class SealedWriter:
    """A file-like target: what is written is sealed and stored, a piece at a time.

    Attributes:
        file_id: The key of the file.
        size: How many bytes were written.
        error: Why the last piece could not be stored, if so.
    """

    def __init__(self, source: WorkSource, name: str) -> None:
        self._source = source
        self._key, wrapped = source.vault.new_data_key()
        self._waiting = bytearray()
        self._digest = hashlib.sha256()
        self._pieces = 0
        self.size = 0
        self.error: Exception | None = None
        with source.writing() as work:
            row = SealedFile(name=name, wrapped_key=wrapped, created_at=work.now)
            work.session.add(row)
            work.session.flush()
            self.file_id = row.id

    def write(self, data: bytes) -> int:
        """Take bytes; an error such as a full disk is kept as ``error``."""
        self._digest.update(data)
        self.size += len(data)
        self._waiting += data
        try:
            while len(self._waiting) >= PIECE_BYTES:
                self._store(bytes(self._waiting[:PIECE_BYTES]))
                del self._waiting[:PIECE_BYTES]
        except Exception as error:
            self.error = error
            raise
        return len(data)

    def flush(self) -> None:
        """Do nothing: a piece is stored when it is full, the last one by ``end``."""

    def end(self) -> None:
        """Store what is left."""
        if self._waiting:
            self._store(bytes(self._waiting))
            self._waiting.clear()

    def finish(self, work: Work) -> str:
        """Mark the file as whole, in the transaction that makes it known to others.

        Returns the SHA-256 of everything in hexadecimal digits.
        """
        row = _locked(work.session, self.file_id)
        row.state = SEALED_FILE.next(row.state, "finish")
        sha256 = self._digest.hexdigest()
        row.pieces, row.size, row.sha256 = self._pieces, self.size, sha256
        work.session.flush()
        return sha256

    def _store(self, data: bytes) -> None:
        self._pieces += 1
        sealed = seal(self._key, data, piece_context(self.file_id, self._pieces))
        with self._source.write() as session:
            session.add(
                SealedPiece(sealed_file_id=self.file_id, number=self._pieces, sealed=sealed)
            )


def piece_context(file_id: int, number: int) -> bytes:
    """Return the context that binds a piece to its place."""
    return f"sealed_file:{file_id}:{number}".encode()


def open_pieces(work: Work, file_id: int, read: Transaction) -> Iterator[bytes]:
    """Return the pieces of a whole file in order, each read in a transaction of its own.

    Raises:
        NotFoundError: it was shredded, or never finished.
        IntegrityFaultError: a piece is missing, or (while it is read) was changed or moved.
    """
    row = work.session.get(SealedFile, file_id)
    if row is None or row.state != FileState.WHOLE or row.wrapped_key is None:
        raise NotFoundError(_s("このファイルは、もう残っていません。"))
    key, count = work.vault.unwrap(row.wrapped_key), row.pieces
    return _opened(read, key, file_id, count)


def _opened(read: Transaction, key: bytes, file_id: int, count: int) -> Iterator[bytes]:
    for number in range(1, count + 1):
        with read() as session:
            sealed = session.scalar(
                select(SealedPiece.sealed).where(
                    SealedPiece.sealed_file_id == file_id, SealedPiece.number == number
                )
            )
        if sealed is None:
            raise IntegrityFaultError(_s("保存したファイルの一部がありません。"))
        yield unseal(key, sealed, piece_context(file_id, number))


def shred(work: Work, file_id: int) -> None:
    """Forget the key of a file, so that nobody can open it; a job removes its pieces.

    A file that is shredded already stays as it is.
    """
    row = _locked(work.session, file_id)
    if row.state == FileState.SHREDDED:
        return
    row.state = SEALED_FILE.next(row.state, "shred")
    row.wrapped_key, row.shredded_at = None, work.now
    record(work, "sealed_file.shredded", SUBJECT, row.id, size=row.size)
    work.session.flush()


def shred_given_up(work: Work) -> None:
    """Shred what killed writers left."""
    for file_id in work.session.scalars(
        select(SealedFile.id).where(
            SealedFile.state == FileState.WRITING,
            SealedFile.created_at < work.now - GIVEN_UP_AFTER,
        )
    ).all():
        shred(work, file_id)


def shredded_pieces(session: Session, most: int) -> Sequence[int]:
    """Return the keys of pieces that nobody can open any more, at most so many."""
    return session.scalars(
        select(SealedPiece.id)
        .join(SealedFile, SealedFile.id == SealedPiece.sealed_file_id)
        .where(SealedFile.state == FileState.SHREDDED)
        .order_by(SealedPiece.id)
        .limit(most)
    ).all()


def remove_pieces(work: Work, pieces: Sequence[int]) -> None:
    """Remove pieces of shredded files."""
    work.session.execute(delete(SealedPiece).where(SealedPiece.id.in_(pieces)))


def _locked(session: Session, file_id: int) -> SealedFile:
    return session.scalars(
        select(SealedFile)
        .where(SealedFile.id == file_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
