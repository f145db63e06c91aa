"""Declarative base, column types and naming rules that all tables share."""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, ClassVar, cast

from sqlalchemy import (
    BigInteger,
    Connection,
    CursorResult,
    DateTime,
    Dialect,
    Executable,
    Insert,
    Integer,
    MetaData,
    String,
    Table,
    TextClause,
    TypeDecorator,
    insert,
    text,
)
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    Session,
    make_transient_to_detached,
    mapped_column,
)
from sqlalchemy.orm.util import identity_key

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
Values = dict[str, object]


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware in Python, UTC in the database.

    SQLite stores no zone, so it is added on reading.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  (SQLAlchemy's signature)
        """Reject a naive instant: a missing zone is a bug that shows nine hours later."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant without a time zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  (SQLAlchemy's signature)
        """Add the zone to the instant."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


BigId = BigInteger().with_variant(Integer, "sqlite")
"""Key type: SQLite only numbers INTEGER keys by itself."""


class Base(DeclarativeBase):
    """Parent of all tables.

    Relationships are not used: services read what they need with explicit selects.
    """

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: UtcDateTime, str: String, int: BigId}


def table_of(kind: type[DeclarativeBase]) -> Table:
    """Return the plain table of a class.

    Statements on it are built once and cost half of those on the class.
    """
    return cast("Table", kind.__table__)


def insert_at_once(session: Session, row: Base) -> None:
    """Insert one new row by a plain statement, at half the cost of a flush.

    The session knows the row from then on. ``row`` has all values that are needed in this
    transaction: what a default fills in is read again when needed.
    """
    table = table_of(type(row))
    values = {name: value for name, value in vars(row).items() if name in table.c}
    made = cast("CursorResult[Any]", session.execute(_each(table), values))
    for column, value in zip(table.primary_key, made.inserted_primary_key or (), strict=True):
        setattr(row, column.key, value)
    make_transient_to_detached(row)
    session.add(row)


def insert_together(to: Session | Connection, kind: type[Base], rows: Sequence[Values]) -> None:
    """Insert rows that name the same columns; PostgreSQL gets all of them in one statement.

    No defaults are filled in.

    Raises:
        ValueError: an instant without a time zone.
    """
    table = table_of(kind)
    dialect = to.dialect if isinstance(to, Connection) else to.get_bind().dialect
    if dialect.name == "postgresql":
        to.execute(_together(table, *rows[0]), {"rows": _JSON_TEXT(rows)})
    else:
        to.execute(_each(table), rows)


@cache
def _together(table: Table, *names: str) -> TextClause:
    # as JSON: the driver sends a statement with many rows of values once for each of them, and
    # SQLAlchemy's own joining (by asking for the keys) costs a decline half an empty request more:
    # tests/bench/test_resident_forms.py
    listed = ", ".join(names)
    source = f"json_populate_recordset(NULL::{table.name}, CAST(:rows AS json))"
    return text(f"INSERT INTO {table.name} ({listed}) SELECT {listed} FROM {source}")  # noqa: S608  (names of our own)


@cache
def _each(table: Table) -> Insert:
    return insert(table)  # built once: building a statement takes as long as running it


def _as_json(value: object) -> str:
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    if isinstance(value, datetime) and value.tzinfo is None:
        raise ValueError("an instant without a time zone cannot be stored")
    return cast("date", value).isoformat()


_JSON_TEXT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_as_json).encode


def forget_changed(session: Session, kind: type[Base], keys: Iterable[int]) -> None:
    """Expire the session's objects of some rows, after a plain statement changed these rows."""
    for key in keys:
        known = session.identity_map.get(identity_key(kind, key))
        if known is not None:
            session.expire(known)


def locks_rows(statement: Executable) -> bool:
    """Return whether a statement reads rows and locks them."""
    return getattr(statement, "_for_update_arg", None) is not None  # no public name says so


def primary_key() -> Mapped[int]:
    """A surrogate key: a number that means nothing outside the database."""
    return mapped_column(BigId, primary_key=True, autoincrement=True)


def state_column(default: str) -> Mapped[str]:
    """A state of a slice's state machine, written only through that machine."""
    return mapped_column(String(32), default=default, index=True)


Now = Callable[[], datetime]


def refresh_statistics(session: Session, *tables: type[Base]) -> None:
    """Let PostgreSQL analyze tables that were just filled, in a transaction of its own.

    Until its background work has analyzed them, it takes them for empty and reads a whole table for
    each row of another. A table that somebody else analyzes at this instant is left out. SQLite
    needs none of this.
    """
    if session.get_bind().dialect.name == "postgresql":
        names = ", ".join(table.__tablename__ for table in tables)
        session.execute(text(f"ANALYZE (SKIP_LOCKED) {names}"))
