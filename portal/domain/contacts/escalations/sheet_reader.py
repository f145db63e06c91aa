"""A separate process that reads a workbook from outside.

It is started per file with narrow limits (decision 0007). Run as a script: the file comes on
standard input, the answer goes to standard output as JSON: ``rows``, each a list of texts with its
line, or ``refused`` with a code. It imports nothing of the project.
"""

import datetime as dt
import io
import json
import resource
import sys
import zipfile

import python_calamine

MEMORY = 1 << 30
CPU_SECONDS = 10
MOST_BYTES = 64 << 20
MOST_PARTS = 200
MOST_ROWS = 2_000
MOST_COLUMNS = 40
MOST_CHARACTERS = 4_000


class RefusedError(Exception):
    """The file is refused; the argument is a code."""


def read(data: bytes) -> dict[str, object]:
    """Return the rows of the first sheet as texts: (line from 1, cells)."""
    try:
        _check_size(data)
        with python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            return {"rows": _rows(book.get_sheet_by_index(0))}
    except RefusedError as refused:
        return {"refused": str(refused)}
    except Exception:  # noqa: BLE001  (whatever the library stumbles over, the file is no workbook)
        return {"refused": "kind"}


def _rows(sheet: python_calamine.CalamineSheet) -> list[list[object]]:
    last_row, last_column = sheet.end or (0, 0)
    if last_row >= MOST_ROWS or last_column >= MOST_COLUMNS:
        raise RefusedError("size")
    first = 1 + (sheet.start[0] if sheet.start else 0)
    return [[line, *map(_text, row)] for line, row in enumerate(sheet.iter_rows(), first)]


def _check_size(data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_BYTES:
            raise RefusedError("size")
        for part in parts:
            # the directory may lie; reading stops at the size that it declares, and finds the
            # checksum wrong
            with archive.open(part) as stream:
                while stream.read(1 << 20):
                    pass


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, dt.datetime | dt.date):
        return f"{cell:%Y-%m-%d}"
    text = str(cell)
    if len(text) > MOST_CHARACTERS:
        raise RefusedError("size")
    return text


def main() -> None:
    """Limit the process, read the file, and write the answer."""
    data = sys.stdin.buffer.read()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.stdout.write(json.dumps(read(data)))


if __name__ == "__main__":
    main()
