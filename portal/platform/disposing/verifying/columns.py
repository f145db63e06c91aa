"""Every key on every sealed column of a copy, row by row, and what of it nobody sealed."""

import base64
import binascii
import hmac
import json
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from portal.domain.oversight.disposal.verdict import Trials
from portal.domain.sealed_columns import SealedColumn, context_of, sealed_columns
from portal.domain.sensitivity import written_classes
from portal.platform.disposing.verifying.held_keys import HeldKey
from portal.platform.disposing.verifying.opening import SHORTEST, data_key_of, opens, says_something

WRAPPED = "wrapped_key"
UNLISTED = 64
"""Bytes from which a value of a column that nobody knows is tried: longer than any digest."""
IN_TEXT = re.compile(r"[0-9A-Za-z+/_=-]{58,}")
Row = Mapping[str, Any]


class Columns:
    """Tries keys on the tables of a SQLite file.

    Data keys that a key opens are tried on what they may have sealed, so that the verdict says
    what somebody with that key reads.
    """

    def __init__(
        self, connection: sqlite3.Connection, keys: Sequence[HeldKey], trials: Trials
    ) -> None:
        connection.row_factory = sqlite3.Row
        self._connection, self._keys, self._trials = connection, keys, trials
        self._tables = _tables(connection)
        self._data_keys: dict[object, tuple[bytes, HeldKey]] = {}
        self._rules = sealed_columns()

    def try_all(self) -> None:
        """Try every key on every sealed value, the wrapped data keys first."""
        for table, columns in self._tables.items():
            if WRAPPED in columns:
                for row in self._rows(table):
                    self._try_wrapped(table, row)
        for table in self._tables:
            for row in self._rows(table):
                self._try_row(table, row)

    def _rows(self, table: str) -> Iterator[Row]:
        for row in self._connection.execute(f'SELECT * FROM "{table}"'):  # noqa: S608  (a table's own name)
            yield dict(row)

    def _try_wrapped(self, table: str, row: Row) -> None:
        wrapped = row[WRAPPED]
        if not isinstance(wrapped, bytes) or not wrapped:
            return
        by = None
        for held in self._keys:
            if (opened := data_key_of(held.key, wrapped)) is not None:
                by = held
                self._data_keys[wrapped] = opened, held
        self._trials.note(f"{table}.{WRAPPED}", by.number if by else None)

    def _try_row(self, table: str, row: Row) -> None:
        for column, value in row.items():
            name = f"{table}.{column}"
            if isinstance(value, bytes) and column != WRAPPED:
                if value and (name in self._rules.columns or _is_unknown(table, column, value)):
                    self._try_value(name, value, row)
            elif isinstance(value, str) and name in self._rules.in_text:
                self._try_text(name, value)

    def _try_value(self, name: str, value: bytes, row: Row) -> None:
        rule = self._rule(name, row)
        key_row, more = self._key_of(rule, row)
        context = _context(rule, row, key_row)
        by = next((held for held in self._keys if opens(held.key, value, context)), None)
        if by is None and more is not None and opens(more[0], value, context):
            by = more[1]
        readable = by is None and says_something(value)
        self._trials.note(name, by.number if by else None, readable=readable)

    def _try_text(self, name: str, text: str) -> None:
        words = self._rules.in_text[name]
        for written in IN_TEXT.findall(text):
            sealed = _bytes_of(written)
            if len(sealed) < SHORTEST:
                continue
            by = None
            for held in self._keys:
                made = [hmac.digest(held.key, word.encode(), "sha256") for word in words]
                if any(opens(key, sealed, None) for key in (held.key, *made)):
                    by = held
            self._trials.note(name, by.number if by else None)

    def _rule(self, name: str, row: Row) -> SealedColumn | None:
        by_action = self._rules.columns.get(name, {})
        return by_action.get("") or by_action.get(str(row.get("action")))

    def _key_of(
        self, rule: SealedColumn | None, row: Row
    ) -> tuple[Row | None, tuple[bytes, HeldKey] | None]:
        """Return the row that has the key of a value, and that key if one of ours opened it."""
        if rule is None or rule.key in {"kek", "cookie"}:
            return None, None
        if rule.key == "own":
            return row, self._data_keys.get(row.get(WRAPPED))
        if not self._data_keys and "{key." not in rule.context:
            return None, None
        found = self._target(rule, row)
        if found is None:
            return None, None
        return found, self._data_keys.get(found.get(WRAPPED))

    def _target(self, rule: SealedColumn, row: Row) -> Row | None:
        if rule.where:
            detail = _detail(row)
            wanted = {
                theirs: detail.get(ours.removeprefix("detail."))
                if ours.startswith("detail.")
                else row.get(ours)
                for theirs, ours in rule.where.items()
            }
            return self._one(rule.table, wanted)
        found = row
        for step in rule.key.split("."):
            column, table = step.split(">")
            next_row = self._one(table, {"id": found.get(column)})
            if next_row is None:
                return None
            found = next_row
        return found

    def _one(self, table: str, wanted: Mapping[str, object]) -> Row | None:
        if not {*wanted} <= self._tables.get(table, set()):
            return None
        where = " AND ".join(f'"{name}" = ?' for name in wanted)
        query = f'SELECT * FROM "{table}" WHERE {where}'  # noqa: S608  (names of our own)
        row = self._connection.execute(query, tuple(wanted.values())).fetchone()
        return dict(row) if row is not None else None


def _is_unknown(table: str, column: str, value: bytes) -> bool:
    """Tell whether a column is of another version of the program, and may hold ciphertext."""
    return len(value) >= UNLISTED and written_classes().of(table, column) is None


def _tables(connection: sqlite3.Connection) -> dict[str, set[str]]:
    names = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    ).fetchall()
    return {
        str(name): {one["name"] for one in connection.execute(f'PRAGMA table_info("{name}")')}
        for (name,) in names
    }


def _detail(row: Row) -> Mapping[str, Any]:
    try:
        found = json.loads(row["detail"])
    except (KeyError, TypeError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _context(rule: SealedColumn | None, row: Row, key_row: Row | None) -> bytes | None:
    if rule is None:
        return None
    try:
        return context_of(rule.context, row, key_row or {})
    except KeyError:
        return None


def _bytes_of(written: str) -> bytes:
    try:
        return bytes.fromhex(written)
    except ValueError:
        pass
    try:
        return base64.urlsafe_b64decode(written.replace("+", "-").replace("/", "_"))
    except (binascii.Error, ValueError):
        return b""
