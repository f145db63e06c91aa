"""Opens sealed rows by their written description, using only the program's cipher."""

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, RowMapping, Table, select

from portal.domain.foundation.vault import Vault, unseal
from portal.domain.sealed_columns import WRITTEN, context_of
from portal.domain.sensitivity import Stored, written_classes

NAMES = Path(__file__).resolve().parents[2] / "functional" / "migrations" / "stored_names.toml"
Row = RowMapping | dict[str, Any]


@cache
def stored_names() -> dict[str, Any]:
    """Return the written list of everything that stands in rows, the sealed columns with it."""
    sealed = tomllib.loads(WRITTEN.read_text("utf-8"))["sealed"]
    return tomllib.loads(NAMES.read_text("utf-8")) | {"sealed": sealed}


def sealed_columns(metadata: MetaData) -> list[str]:
    """Return all columns of ciphertext but the wrapped keys, as ``table.column``."""
    classes = written_classes()
    return sorted(
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if classes.stored(column) is Stored.SEALED and column.name != "wrapped_key"
    )


class Opener:
    """Opens every sealed column of a database."""

    def __init__(self, connection: Connection, vault: Vault, metadata: MetaData) -> None:
        self.connection, self.vault, self.tables = connection, vault, metadata.tables
        self.listed = stored_names()["sealed"]

    def open_all(self, name: str) -> int:
        """Open every row of ``table.column`` and return how many there are.

        Raises:
            IntegrityFaultError: a row cannot be opened by the described key and context.
        """
        table, column = name.split(".")
        found = 0
        for row in self._rows(self.tables[table], column):
            self.open(name, row)
            found += 1
        return found

    def open(self, name: str, row: Row) -> bytes:
        """Open one row."""
        rule = self.listed[name]
        if "context" not in rule:
            rule = rule[row["action"]]
        key_row = self._found(row, rule) if "where" in rule else self._key_row(row, rule["key"])
        key = self.vault.kek if key_row is None else self.vault.unwrap(key_row["wrapped_key"])
        return unseal(
            key,
            row[name.split(".")[1]],
            context_of(rule["context"], dict(row), dict(key_row or {})),
        )

    def _rows(self, table: Table, column: str) -> Iterator[Row]:
        held = table.c[column]
        yield from self.connection.execute(select(table).where(held.is_not(None))).mappings()

    def _found(self, row: Row, rule: dict[str, Any]) -> Row:
        target = self.tables[rule["table"]]
        values = dict(row) | {f"detail.{name}": value for name, value in row["detail"].items()}
        wanted = [target.c[theirs] == values[ours] for theirs, ours in rule["where"].items()]
        return self.connection.execute(select(target).where(*wanted)).mappings().one()

    def _key_row(self, row: Row, way: str) -> Row | None:
        if way == "kek":
            return None
        for step in [] if way == "own" else way.split("."):
            column, table = step.split(">")
            target = self.tables[table]
            statement = select(target).where(target.c.id == row[column])
            row = self.connection.execute(statement).mappings().one()
        return row


def open_everything(engine: Engine, vault: Vault, metadata: MetaData) -> dict[str, int]:
    """Open every sealed row of a database, and return how many each column has."""
    with engine.connect() as connection:
        opener = Opener(connection, vault, metadata)
        return {name: opener.open_all(name) for name in sealed_columns(metadata)}
