"""Bulk inserts that bypass the ORM: COPY on PostgreSQL, one prepared statement on SQLite."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import msgspec
import psycopg
from msgspec import Struct
from sqlalchemy import JSON, BigInteger, Boolean, ColumnElement, LargeBinary
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from portal.domain.foundation.base import Base, UtcDateTime


class Columns(Struct, frozen=True):
    """The named columns of a table, in the order of the values of a row."""

    table: type[Base]
    names: tuple[str, ...]

    @property
    def into(self) -> str:
        """The table with its columns in SQL; only names of our own, never typed text."""
        return f"{self.table.__tablename__} ({', '.join(self.names)})"

    @property
    def of_table(self) -> list[ColumnElement[Any]]:
        """The columns themselves."""
        return [self.table.__table__.c[name] for name in self.names]


def insert_rows(session: Session, columns: Columns, rows: Iterable[tuple[Any, ...]]) -> None:
    """Insert rows of plain values into the named columns.

    Values are integers, texts, bytes, booleans, instants, and JSON values.
    """
    rows = list(rows)
    if not rows:
        return
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        _copy(connection.connection.driver_connection, columns, rows)
        return
    writers = {
        place: _json_text if isinstance(column.type, JSON) else _instant
        for place, column in enumerate(columns.of_table)
        if isinstance(column.type, JSON | UtcDateTime)
    }
    if writers:
        rows = [_written(row, writers) for row in rows]
    marks = ", ".join("?" * len(columns.names))
    connection.exec_driver_sql(
        f"INSERT INTO {columns.into} VALUES ({marks})",  # noqa: S608  (our own names)
        rows,
    )


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


def _copy(connection: Any, columns: Columns, rows: Iterable[tuple[Any, ...]]) -> None:
    try:
        with (
            connection.cursor() as cursor,
            cursor.copy(f"COPY {columns.into} FROM STDIN (FORMAT BINARY)") as copy,
        ):
            copy.set_types([_oid(column.type) for column in columns.of_table])
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


def _json_text(value: object) -> str:
    return msgspec.json.encode(value).decode()


@lru_cache(maxsize=8)
def _instant(value: datetime) -> str:
    """Return an instant as SQLAlchemy stores it on SQLite."""
    return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
