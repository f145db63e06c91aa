"""What reaches a database, as the driver sends it: also what goes past SQLAlchemy."""

import re
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.pq import Trace
from sqlalchemy import event

from portal.platform.database import Database

SENT = re.compile(r'^F\t\d+\t(Query|Parse|Bind)\t (?:"([^"]*)" )?"([^"\n]*)', re.MULTILINE)
"""A line of libpq's trace: a text alone, a statement's name and its text, or its name again."""
PREPARED = "SELECT name, statement FROM pg_prepared_statements"


@contextmanager
def sent_to(database: Database) -> Iterator[list[str]]:
    """Note the first line of each statement that reaches a database in the block.

    BEGIN, COMMIT and ROLLBACK are among them. They are in the list when the block has ended.
    """
    noted: list[str] = []
    lines: set[Any] = set()
    prepared: dict[str, str] = {}
    with tempfile.TemporaryFile() as file:

        def note(text: str) -> None:
            first = text.partition("\n")[0].partition(" VALUES ")[0]
            # each row of many is told, and what a trigger does; the rest never leaves the process
            if first not in noted[-1:] and not first.startswith(("PRAGMA", "SELECT strftime")):
                noted.append(first)

        def watch(line: Any, _record: object, _proxy: object) -> None:
            if line in lines:
                return
            lines.add(line)
            if isinstance(line, sqlite3.Connection):
                line.set_trace_callback(note)
            else:
                prepared.update(line.execute(PREPARED).fetchall())
                line.commit()
                line.pgconn.trace(file.fileno())
                line.pgconn.set_trace_flags(Trace.SUPPRESS_TIMESTAMPS)

        event.listen(database.engine, "checkout", watch)
        try:
            yield noted
        finally:
            event.remove(database.engine, "checkout", watch)
            for line in lines:
                _leave(line)
            file.seek(0)
            noted += _read(file.read().decode(), prepared)


def _leave(line: sqlite3.Connection | psycopg.Connection[Any]) -> None:
    if isinstance(line, sqlite3.Connection):
        line.set_trace_callback(None)
    elif not line.closed:
        line.pgconn.untrace()


def _read(trace: str, texts: dict[str, str]) -> Iterator[str]:
    for kind, name, text in SENT.findall(trace):
        if kind == "Query":
            yield text
        elif kind == "Parse":
            texts[name] = text
        else:  # bound by its name, which is the second one
            yield texts[text].partition("\n")[0]
