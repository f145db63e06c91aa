"""A dump as tables: what ``pg_dump`` or SQLite wrote, in a SQLite file that is gone afterwards."""

import re
import sqlite3
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import IO

from portal.domain.foundation.errors import InputError
from portal.platform.backups.postgres_programs import newest_program

COPY = re.compile(rb'COPY (?:"?\w+"?\.)?"?(\w+)"? \((.+)\) FROM stdin;')
END = b"\\."
NULL = b"\\N"
BYTES = re.compile(rb"\\\\x((?:[0-9a-f]{2})*)")
ESCAPED = re.compile(rb"\\(.)", re.DOTALL)
MEANT = {b"t": b"\t", b"n": b"\n", b"r": b"\r", b"b": b"\b", b"f": b"\f", b"v": b"\v"}
SQLITE_DUMP = (b"PRAGMA foreign_keys=OFF;", b"BEGIN TRANSACTION;")
Value = str | bytes | None


def tables_of_custom(dump: Path, target: Path) -> int:
    """Write the rows of ``pg_dump -Fc`` or ``-Ft`` as tables, and return how many tables there are.

    Needs ``pg_restore``, but no server.

    Raises:
        InputError: ``pg_restore`` is missing, or cannot read the file.
    """
    command = [newest_program("pg_restore"), "--data-only", "--file=-", str(dump)]
    with subprocess.Popen(  # noqa: S603  (a program that we found by its name)
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL
    ) as process:
        assert process.stdout is not None  # noqa: S101  (it is a pipe)
        found = tables_of_text(process.stdout, target)
        assert process.stderr is not None  # noqa: S101  (it is a pipe)
        said = process.stderr.read().decode("utf-8", "replace").strip().splitlines() or [""]
    if process.returncode != 0:
        raise InputError(said[0][:200])
    return found


def tables_of_text(lines: IO[bytes], target: Path) -> int:
    """Write the rows of a dump in SQL text as tables, and return how many tables there are."""
    names = set()
    with closing(sqlite3.connect(target)) as connection, connection:
        for line in lines:
            if match := COPY.fullmatch(line.rstrip(b"\r\n")):
                names.add(match[1])
                columns = [one.strip(b'" ').decode() for one in match[2].split(b",")]
                _fill(connection, match[1].decode(), columns, _rows(lines))
    return len(names)


def tables_of_sqlite_text(dump: Path, target: Path) -> None:
    """Carry out what ``.dump`` of SQLite wrote, where it can reach nothing but the new file.

    Raises:
        sqlite3.Error: it is another kind of file.
        UnicodeDecodeError: likewise.
    """
    script = dump.read_text("utf-8")
    with closing(sqlite3.connect(target)) as connection:
        connection.set_authorizer(_not_outside)
        connection.executescript(script)


def _not_outside(action: int, *_about: object) -> int:
    outside = {sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_CREATE_VTABLE}
    return sqlite3.SQLITE_DENY if action in outside else sqlite3.SQLITE_OK


def _fill(
    connection: sqlite3.Connection, table: str, columns: list[str], rows: Iterable[list[Value]]
) -> None:
    names = ", ".join(f'"{name}"' for name in columns)
    connection.execute(f'CREATE TABLE IF NOT EXISTS "{table}" ({names})')
    marks = ", ".join("?" * len(columns))
    statement = f'INSERT INTO "{table}" ({names}) VALUES ({marks})'  # noqa: S608  (names of the dump, read as words)
    connection.executemany(statement, (row for row in rows if len(row) == len(columns)))
    if "id" in columns:
        connection.execute(f'CREATE INDEX IF NOT EXISTS "{table}_id" ON "{table}" (id)')


def _rows(lines: IO[bytes]) -> Iterator[list[Value]]:
    for line in lines:
        written = line.rstrip(b"\r\n")
        if written == END:
            return
        yield [_value(one) for one in written.split(b"\t")]


def _value(written: bytes) -> Value:
    if written == NULL:
        return None
    if match := BYTES.fullmatch(written):
        return bytes.fromhex(match[1].decode())
    plain = ESCAPED.sub(lambda match: MEANT.get(match[1], match[1]), written)
    return plain.decode("utf-8", "replace")
