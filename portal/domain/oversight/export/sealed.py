"""The export as one encrypted file for the ward's key, without a plain byte on any disk.

Its files are sealed as they are written, then packed and encrypted from there, and shredded.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pyrage
from msgspec import Struct

from portal.domain.foundation.errors import InputError
from portal.domain.foundation.files.storing import SealedWriter, open_pieces, shred
from portal.domain.foundation.sealed_tar import END, encrypt_into, member, padding
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work, WorkSource
from portal.domain.oversight.export.handing_over import Handed, fill, hand_over, instruction_of
from portal.domain.oversight.export.writing import Output, Sink


class SealedExport(Struct, frozen=True):
    """A finished export: the key of its sealed file, its number of files, its manifest's SHA-256.

    ``left_out`` is the number of protected households that are not part of it.
    """

    file_id: int
    files: int
    manifest_sha256: str
    left_out: int


@dataclass(slots=True)
class SealedFolder(Output):
    """Sealed files in the database; ``keys`` are theirs, by path."""

    source: WorkSource = field(kw_only=True)
    keys: dict[str, int] = field(default_factory=dict)

    @contextmanager
    def new_file(self, path: str) -> Iterator[Sink]:
        """Open a sealed file."""
        if path in self.keys:
            raise FileExistsError(path)
        writer = SealedWriter(self.source, "export_part")
        self.keys[path] = writer.file_id
        yield writer
        writer.end()
        with self.source.writing() as work:
            writer.finish(work)

    def as_tar(self, mtime: int) -> Iterator[bytes]:
        """Yield all complete files as a tar."""
        for one in self.files:
            yield member(one.path, one.size, mtime)
            with self.source.reading() as work:
                pieces = open_pieces(work, self.keys[one.path], self.source.read)
            yield from pieces
            yield padding(one.size)
        yield END

    def shred(self) -> None:
        """Forget the keys of all files, complete or not."""
        with self.source.writing() as work:
            for file_id in self.keys.values():
                shred(work, file_id)


def check_key(typed: str) -> str:
    """Return a public key of the ward (``age1…``). Raises InputError (code ``key``)."""
    key = typed.strip()
    try:
        pyrage.x25519.Recipient.from_str(key)
    except pyrage.RecipientError:
        raise InputError(
            _s("区の公開鍵を「age1」で始まる62文字で書いてください。"), code="key"
        ) from None
    return key


def export_sealed(
    source: WorkSource,
    key: str,
    instruction: str,
    end: Callable[[Work, SealedExport], None],
) -> SealedExport:
    """Write everything that the ward owns into one sealed file, encrypted for the ward's key.

    As ``export_all`` leaves protected households out. ``end`` is called in the transaction that
    records the export.

    Raises:
        NotAllowedError: the actor does not belong to the ward.
        InputError: the key or the instruction's number cannot be.
    """
    number, recipient = instruction_of(source.actor, instruction), check_key(key)
    folder = SealedFolder(source=source)
    try:
        digest, extent = fill(source, folder, number)
        packed = SealedWriter(source, "export")
        with source.reading() as work:
            mtime = int(work.now.timestamp())
        encrypt_into(packed, folder.as_tar(mtime), [recipient])
        packed.end()
        done = SealedExport(packed.file_id, len(folder.files), digest, extent.left_out)
        with source.writing() as work:
            place = _s("職員サイトの「日々の作業」")
            name = f"export-{packed.file_id}.tar.age"
            hand_over(work, Handed(name, place, done.files, digest, extent))
            packed.finish(work)
            end(work, done)
    finally:
        folder.shred()
    return done
