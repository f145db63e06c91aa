"""Bulk inserts: COPY on PostgreSQL, one prepared statement on SQLite.

Both go past the ORM's bookkeeping.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice
from typing import Any, TypeVar

import psycopg
from sqlalchemy import JSON, BigInteger, Boolean, LargeBinary
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from portal.domain.foundation.base import Base, UtcDateTime

T = TypeVar("T")
_JSON_TEXT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def insert_rows(
    session: Session, table: type[Base], names: Sequence[str], rows: Iterable[tuple[Any, ...]]
) -> None:
    """Insert rows of plain values into the named columns.

    Values are whole numbers, texts, bytes, booleans, instants, and JSON values.
    """
    rows = list(rows)
    if not rows:
        return
    columns = [table.__table__.c[name] for name in names]
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        _copy(
            connection.connection.driver_connection,
            table.__tablename__,
            names,
            [_oid(c.type) for c in columns],
            rows,
        )
        return
    writers = {
        place: _JSON_TEXT if isinstance(column.type, JSON) else _instant
        for place, column in enumerate(columns)
        if isinstance(column.type, JSON | UtcDateTime)
    }
    if writers:
        rows = [_written(row, writers) for row in rows]
    marks = ", ".join("?" * len(names))
    connection.exec_driver_sql(
        f"INSERT INTO {table.__tablename__} ({', '.join(names)}) VALUES ({marks})",  # noqa: S608  (our own names)
        rows,
    )


def chunks(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield lists of up to ``size`` items."""
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk


def _oid(kind: object) -> str:
    if isinstance(kind, BigInteger):
        return "int8"
    if isinstance(kind, Boolean):
        return "bool"
    if isinstance(kind, LargeBinary):
        return "bytea"
    if isinstance(kind, UtcDateTime):
        return "timestamptz"
    return "json" if isinstance(kind, JSON) else "text"


def _copy(
    connection: Any,
    table: str,
    names: Sequence[str],
    types: Sequence[str],
    rows: Iterable[tuple[Any, ...]],
) -> None:
    try:
        with (
            connection.cursor() as cursor,
            cursor.copy(f"COPY {table} ({', '.join(names)}) FROM STDIN (FORMAT BINARY)") as copy,
        ):
            copy.set_types(types)
            for row in rows:
                copy.write_row(row)
    except psycopg.OperationalError as error:
        # callers know SQLAlchemy's errors; the driver's own text may quote a row
        raise OperationalError("COPY", None, error, hide_parameters=True) from None


def _written(row: tuple[Any, ...], writers: Mapping[int, Callable[[Any], str]]) -> tuple[Any, ...]:
    values = list(row)
    for place, write in writers.items():
        values[place] = write(values[place])
    return tuple(values)


@lru_cache(maxsize=8)
def _instant(value: datetime) -> str:
    """Return an instant as SQLAlchemy stores it on SQLite."""
    return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
