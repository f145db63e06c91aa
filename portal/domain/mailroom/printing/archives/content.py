"""Write the contents of an archive as a tar.

It contains the files with their letters, the back, the forms, the manifest, the totals, and a
digest of each.
"""

import csv
import hashlib
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pypdfium2
from msgspec import Struct

from portal.domain.foundation import sealed_tar
from portal.domain.foundation.disk import digest_of
from portal.domain.mailroom.printing.runs.pages import READING
from portal.domain.mailroom.printing.runs.pipeline.files import file_gone, large_text_file
from portal.domain.mailroom.printing.runs.pipeline.manifest import enclosed_counts
from portal.domain.mailroom.printing.runs.writers.enclosures import shared_names

COLUMNS = ("letter_number", "children", "enclosures", "file", "page", "large_print")


class Sheet(Struct, frozen=True):
    """One letter in an archive, with its page in the file as it was printed.

    ``large`` is the language of a letter in large print, "" for the usual size.
    """

    number: str
    position: int
    children: int
    enclosures: int
    large: str = ""


@dataclass(slots=True)
class Chunk:
    """One file of the run: how many letters were printed in it, and which of them are sent."""

    file: str
    sha256: str
    printed: int
    kept: list[Sheet] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Plan:
    """The contents of an archive to be built, and the key to encrypt it to."""

    run_id: int
    folder: Path
    number: int
    subcontractor_id: int
    key: str
    instant: datetime
    chunks: Sequence[Chunk]
    enclosed: tuple[str, ...] = ()
    shared: Mapping[str, str] = field(default_factory=dict)
    """SHA-256 of the files that letters share, as checked in the proof, by file name."""

    @property
    def name(self) -> str:
        """Return the archive's file name."""
        return archive_file(self.run_id, self.number)

    @property
    def letters(self) -> int:
        """Return how many letters are sent."""
        return sum(len(chunk.kept) for chunk in self.chunks)

    @property
    def children(self) -> int:
        """Return how many children the letters are for."""
        return sum(sheet.children for chunk in self.chunks for sheet in chunk.kept)


def archive_file(run_id: int, number: int) -> str:
    """Return the name of a run's archive."""
    return f"letters-{run_id:03}-archive-{number}.tar.age"


def members_of(plan: Plan, progress: Callable[[int, int], None] | None = None) -> Iterator[bytes]:
    """Yield the tar piece by piece, and tell after each file how many letters are packed.

    It has every file with its letters, the back, the forms to enclose, the texts in large print,
    the manifest, and the digests of all of them.
    """
    mtime = int(plan.instant.timestamp())
    digests: list[tuple[str, str]] = []
    packed = 0
    for chunk in plan.chunks:
        path = plan.folder / chunk.file
        if len(chunk.kept) == chunk.printed:
            yield from _whole(path, chunk, mtime)
            digests.append((chunk.sha256, chunk.file))
        else:
            data = _only_sent_letters(path, chunk)
            yield from _bytes(chunk.file, data, mtime)
            digests.append((hashlib.sha256(data).hexdigest(), chunk.file))
        packed += len(chunk.kept)
        if progress is not None:
            progress(packed, plan.letters)
    large = sorted({sheet.large for chunk in plan.chunks for sheet in chunk.kept if sheet.large})
    for name in shared_names(plan.run_id, plan.enclosed, large):
        if not (plan.folder / name).is_file():
            if name in plan.shared:
                raise file_gone(name)
            continue
        data = (plan.folder / name).read_bytes()
        sha256 = hashlib.sha256(data).hexdigest()
        if plan.shared.get(name, sha256) != sha256:
            raise file_gone(name)
        yield from _bytes(name, data, mtime)
        digests.append((sha256, name))
    for name, data in _lists(plan, digests):
        yield from _bytes(name, data, mtime)
        digests.append((hashlib.sha256(data).hexdigest(), name))
    sums = "".join(f"{sha256}  {name}\n" for sha256, name in digests)
    yield from _bytes("SHA256SUMS", sums.encode(), mtime)
    yield sealed_tar.END


def _bytes(name: str, data: bytes, mtime: int) -> Iterator[bytes]:
    yield sealed_tar.member(name, len(data), mtime)
    yield data + sealed_tar.padding(len(data))


def _whole(path: Path, chunk: Chunk, mtime: int) -> Iterator[bytes]:
    if not path.is_file():
        raise file_gone(path.name)
    size, digest = path.stat().st_size, hashlib.sha256()
    yield sealed_tar.member(chunk.file, size, mtime)
    for piece in sealed_tar.pieces_of(path):
        digest.update(piece)
        yield piece
    if digest.hexdigest() != chunk.sha256:
        raise file_gone(path.name)
    yield sealed_tar.padding(size)


def _only_sent_letters(path: Path, chunk: Chunk) -> bytes:
    """Return a file with only the pages of the letters that are sent.

    The other pages are removed from the PDF, not just hidden.
    """
    if not path.is_file() or digest_of(path) != chunk.sha256:
        raise file_gone(path.name)
    file = io.BytesIO()
    with READING:
        whole, some = pypdfium2.PdfDocument(path), pypdfium2.PdfDocument.new()
        try:
            some.import_pages(whole, [sheet.position - 1 for sheet in chunk.kept])
            some.save(file)
        finally:
            some.close()
            whole.close()
    return file.getvalue()


def _lists(plan: Plan, digests: Sequence[tuple[str, str]]) -> Iterator[tuple[str, bytes]]:
    """Yield the manifest as CSV, every letter with its file and page, and the totals as JSON."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for chunk in plan.chunks:
        for page, sheet in enumerate(chunk.kept, 1):
            text = large_text_file(plan.run_id, sheet.large) if sheet.large else ""
            row = (sheet.number, sheet.children, sheet.enclosures, chunk.file, page, text)
            writer.writerow(row)
    pieces = [sheet.enclosures for chunk in plan.chunks for sheet in chunk.kept]
    counts = {chunk.file: len(chunk.kept) for chunk in plan.chunks}
    sums = {
        "run": plan.run_id,
        "archive": plan.number,
        "letters": plan.letters,
        "children": plan.children,
        "enclosures": sum(pieces),
        "enclosed": enclosed_counts(plan.enclosed, pieces),
        "files": [
            {"file": name, "sha256": sha256, "letters": counts.get(name, 0)}
            for sha256, name in digests
        ],
    }
    yield f"manifest-{plan.run_id:03}.csv", table.getvalue().encode()
    yield f"manifest-{plan.run_id:03}.json", (json.dumps(sums, indent=1) + "\n").encode()
