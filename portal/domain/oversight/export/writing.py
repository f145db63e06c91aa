"""Writing an export's files with their SHA-256, so that no spreadsheet executes a cell."""

import csv
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from portal.domain.foundation.cells import as_cell
from portal.domain.foundation.disk import digest_of


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A file of the export: its path, SHA-256, size in bytes, and number of rows if it has any."""

    path: str
    sha256: str
    size: int
    rows: int | None = None


@dataclass(slots=True)
class Folder:
    """The folder in which an export is written; ``files`` lists the complete ones."""

    root: Path
    files: list[WrittenFile] = field(default_factory=list)

    def put(self, path: str, content: bytes, rows: int | None = None) -> None:
        """Write one file."""
        target = self._place(path)
        target.write_bytes(content)
        self.files.append(
            WrittenFile(path, hashlib.sha256(content).hexdigest(), len(content), rows)
        )

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
        sheet, objects = self._place(f"{path}.csv"), self._place(f"{path}.json")
        with (
            sheet.open("w", encoding="utf-8-sig", newline="") as table,
            objects.open("w", encoding="utf-8") as listing,
        ):
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
        for file in (sheet, objects):
            self.files.append(_measured(self.root, file, count))
        return count

    def _place(self, path: str) -> Path:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists():  # two things under one name: one of them would be lost
            raise FileExistsError(str(target))
        return target


def _measured(root: Path, file: Path, rows: int) -> WrittenFile:
    return WrittenFile(str(file.relative_to(root)), digest_of(file), file.stat().st_size, rows)


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
