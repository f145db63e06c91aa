"""Writing an export's files with their SHA-256, so that no spreadsheet executes a cell."""

import codecs
import csv
import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from portal.domain.foundation.cells import as_cell


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A file of the export: its path, SHA-256, size in bytes, and number of rows if it has any."""

    path: str
    sha256: str
    size: int
    rows: int | None = None


class Sink(Protocol):
    """What takes the bytes of one file."""

    def write(self, data: bytes, /) -> int:
        """Take bytes."""


class _Measured:
    """Passes bytes on, and knows their digest and number; takes text as well."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._digest = hashlib.sha256()
        self._size = 0

    def write(self, text: str | bytes) -> int:
        data = text.encode() if isinstance(text, str) else text
        self._digest.update(data)
        self._size += len(data)
        return self._sink.write(data)

    def as_file(self, path: str, rows: int | None) -> WrittenFile:
        return WrittenFile(path, self._digest.hexdigest(), self._size, rows)


@dataclass(slots=True)
class Output(ABC):
    """Where an export is written; ``files`` lists the complete ones."""

    files: list[WrittenFile] = field(default_factory=list)

    @abstractmethod
    def new_file(self, path: str) -> AbstractContextManager[Sink]:
        """Open a new file; it is complete at the end of the block.

        Raises:
            FileExistsError: something else has this name.
        """

    def digest_of(self, path: str) -> str:
        """Return the SHA-256 of a complete file."""
        return next(one.sha256 for one in self.files if one.path == path)

    def put(self, path: str, content: bytes, rows: int | None = None) -> None:
        """Write one file."""
        with self.new_file(path) as sink:
            measured = _Measured(sink)
            measured.write(content)
        self.files.append(measured.as_file(path, rows))

    def put_json(self, path: str, value: object) -> None:
        """Write a value as JSON."""
        self.put(
            path, (json.dumps(value, ensure_ascii=False, indent=1, default=_plain) + "\n").encode()
        )

    def put_rows(self, path: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
        """Write rows as CSV and JSON, a few at a time, and return their number.

        ``path.csv`` is UTF-8 with BOM; ``path.json`` is a list of objects.
        """
        count = 0
        with self.new_file(f"{path}.csv") as one, self.new_file(f"{path}.json") as other:
            table, listing = _Measured(one), _Measured(other)
            table.write(codecs.BOM_UTF8)
            writer = csv.writer(table)
            writer.writerow(columns)
            listing.write("[")
            for row in rows:
                writer.writerow([plain_cell(value) for value in row])
                listing.write(",\n" if count else "\n")
                entry = dict(zip(columns, row, strict=True))
                listing.write(json.dumps(entry, ensure_ascii=False, default=_plain))
                count += 1
            listing.write("\n]\n")
        self.files.append(table.as_file(f"{path}.csv", count))
        self.files.append(listing.as_file(f"{path}.json", count))
        return count


class Folder(Output):
    """A folder on the disk, ``root``."""

    def __init__(self, root: Path) -> None:
        super().__init__()
        self.root = root

    @contextmanager
    def new_file(self, path: str) -> Iterator[Sink]:
        """Open a file in the folder."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as file:  # two things under one name: one of them would be lost
            yield file


def plain_cell(value: object) -> object:
    """Return a value as a cell that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False, default=_plain)
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return as_cell(value) if isinstance(value, str) else value


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, (datetime, date)) else str(value)
