"""Take families out of a database with all that is theirs, as if they had never been.

What is theirs is found by the references of the tables, so that a new table is in it by itself.
What somebody else made with them stays: a call that was taken, a batch of letters.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy import ColumnElement, Connection, Engine, Table, and_, delete, select, text, update

import portal.domain.tables  # noqa: F401  (the tables are known to the metadata by it)
from portal.domain.foundation.base import Base

STAYING = frozenset({("call_record", "fax_case_id"), ("stock_piece", "parcel_id")})
"""References of rows that stay without what they named."""
OF_NAME = {
    "household": "household_id",
    "credential": "credential_id",
    "otp_authenticator": "authenticator_id",
}
"""Columns that name a row without a reference of the database."""
Gone = Mapping[str, set[int]]
"""Keys that are there no more, by table."""


def forget(engine: Engine, households: Iterable[int]) -> Gone:
    """Delete families and what is theirs; returns all that is gone."""
    gone: dict[str, set[int]] = defaultdict(set)
    with unwatched(engine) as connection:
        waiting = [("household", set(households))]
        while waiting:
            table, keys = waiting.pop()
            new = keys - gone[table]
            gone[table] |= new
            if new:
                waiting += _taken(connection, table, new)
        for table, keys in gone.items():
            rows = Base.metadata.tables[table]
            connection.execute(delete(rows).where(rows.c.id.in_(keys)))
    return gone


def _taken(connection: Connection, named: str, keys: set[int]) -> Iterator[tuple[str, set[int]]]:
    """Yield the rows that name one of these; rows without a key of their own go at once."""
    for table in Base.metadata.tables.values():
        for column, naming in _naming(table, named, keys):
            if (table.name, column) in STAYING:
                connection.execute(update(table).where(naming).values({column: None}))
            elif "id" in table.c:
                yield table.name, set(connection.scalars(select(table.c.id).where(naming)))
            else:
                connection.execute(delete(table).where(naming))


def _naming(table: Table, named: str, keys: set[int]) -> Iterator[tuple[str, ColumnElement[bool]]]:
    """Yield the columns by which a table names these, with what selects the rows."""
    for column in table.columns:
        references = {reference.column.table.name for reference in column.foreign_keys}
        by_name = not references and column.name == OF_NAME.get(named)
        if named in references or by_name:
            yield column.name, column.in_(keys)
    if {"subject", "subject_id"} <= set(table.c.keys()):
        yield "subject_id", and_(table.c.subject_id.in_(keys), table.c.subject == named)


@contextmanager
def unwatched(engine: Engine) -> Iterator[Connection]:
    """A transaction in which no trigger keeps a ledger, and references are checked at its end."""
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            yield connection
            return
        connection.execute(text("PRAGMA defer_foreign_keys = ON"))
        written = select(text("name"), text("sql")).select_from(text("sqlite_master"))
        triggers = connection.execute(written.where(text("type = 'trigger'"))).all()
        for name, _sql in triggers:
            connection.execute(text(f"DROP TRIGGER {name}"))
        yield connection
        for _name, sql in triggers:
            connection.execute(text(sql))
