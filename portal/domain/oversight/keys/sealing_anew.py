"""Seal with the newest master key what one before it sealed, a few rows at a time.

Data keys are wrapped anew, so what they sealed stays as it is. Killed anywhere, it is begun again:
what is done opens with the newest key and is passed over. A row that somebody changes meanwhile is
left to the next pass.
"""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

from msgspec import Struct
from sqlalchemy import Connection, CursorResult, RowMapping, Table, func, select, update

from portal.domain.foundation.errors import IntegrityFaultError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.vault import (
    DATA_KEY_CONTEXT,
    Vault,
    opening_for_nobody,
    seal,
    sealed_anew,
    unseal,
)
from portal.domain.foundation.work import Transaction

AT_ONCE, MOST_PASSES = 500, 5
WRAPPED = "wrapped_key"
DIRECT: Mapping[tuple[str, str], str] = {
    ("approval", "sealed"): "print_text:{subject_id}",
    ("credential", "login_sealed"): "{login_digest:raw}",
    ("deployment", "key_check"): "deployment",
    ("file_transfer", "reason_sealed"): "file_transfer:{id}",
    ("floor_call", "sealed"): "floor_call:{id}",
    ("issuer_difference", "note_sealed"): "issuer_difference:{id}",
    ("otp_authenticator", "sealed"): "otp:{credential_id}:{kind}",
    ("outbox_message", "masked_sealed"): "outbox-masked:{dedupe_key}",
    ("outbox_message", "sealed"): "outbox:{dedupe_key}",
    ("passkey", "sealed"): "passkey:{credential_id}",
    ("print_text", "sealed"): "print_text:{household_id}",
    ("staff_key", "sealed"): "staff_key:{staff_id}",
    ("staff_mailbox", "sealed"): "staff_mailbox:{staff_id}",
    ("staff_user", "totp_sealed"): "staff_totp:{login}",
}
"""What the master key itself seals, with its context: ``{column}``, or the bytes of a column."""
BOUND: Mapping[tuple[str, str], tuple[str, str]] = {
    ("fax_reply", "wrapped_key"): ("sealed", "fax-reply:{case_id}:{wrapped_key:8}"),
}
"""What a data key sealed for the very bytes of its wrapping: it is sealed anew together with it."""
_PART = re.compile(r"\{([a-z_]+)(:raw|:8)?\}")


@dataclass(frozen=True, slots=True)
class Place:
    """A column that the master key sealed."""

    table: Table
    column: str
    context: str

    @property
    def name(self) -> str:
        """Table and column."""
        return f"{self.table.name}.{self.column}"

    @property
    def bound(self) -> tuple[str, str] | None:
        """Column and context of what a data key sealed for the bytes of its wrapping, if any."""
        return BOUND.get((self.table.name, self.column))

    def context_of(self, row: RowMapping) -> bytes:
        """Return what binds a row to its place."""
        if raw := re.fullmatch(r"\{([a-z_]+):raw\}", self.context):
            return bytes(row[raw[1]])
        return _filled(self.context, dict(row))


class Passed(Struct, frozen=True):
    """What one pass over all places found."""

    rows: int = 0
    sealed_anew: int = 0


Progress = Callable[[str, int], None]
"""Learns a place and how many of its rows were looked at."""


def places(tables: Mapping[str, Table]) -> list[Place]:
    """Return all places of these tables, of tables that hold many rows last."""
    found = [Place(tables[table], column, context) for (table, column), context in DIRECT.items()]
    return found + [
        Place(table, WRAPPED, DATA_KEY_CONTEXT.decode())
        for _name, table in sorted(tables.items())
        if WRAPPED in table.c
    ]


def seal_all_anew(
    write: Transaction, vault: Vault, at: list[Place], progress: Progress, *, pause: float = 0
) -> Passed:
    """Go over all rows until a whole pass finds none that an earlier key sealed.

    Between two passes it waits so many seconds, until running programs have learned of the key. A
    machine that goes on with the earlier key would never let it end: after some passes it does.

    Raises:
        IntegrityFaultError: no key opens a row; the rows before it are done.
    """
    done = rows = 0
    for number in range(MOST_PASSES):
        time.sleep(pause if number else 0)
        passed = _pass(write, vault, at, progress)
        done, rows = done + passed.sealed_anew, passed.rows
        if not passed.sealed_anew:
            break
    return Passed(rows, done)


def still_under_earlier(connection: Connection, vault: Vault, at: list[Place]) -> dict[str, int]:
    """Return by place how many rows only a key before the newest opens."""
    found: dict[str, int] = {}
    for place in at:
        for row in _rows(connection, place):
            if _anew(vault, place, row) is not None:
                found[place.name] = found.get(place.name, 0) + 1
    return found


def _pass(write: Transaction, vault: Vault, at: list[Place], progress: Progress) -> Passed:
    rows = changed = 0
    for place in at:
        last: object = None
        seen = 0
        while True:
            with write() as session:
                batch = _batch(session.connection(), place, last)
                changed += _seal_batch(session.connection(), vault, place, batch)
            if not batch:
                break
            last, seen = batch[-1][_key(place).name], seen + len(batch)
            progress(place.name, seen)
        rows += seen
    return Passed(rows, changed)


def _seal_batch(connection: Connection, vault: Vault, place: Place, batch: list[RowMapping]) -> int:
    with opening_for_nobody(), _open_ledger(connection, place.table):
        return sum(_seal_row(connection, vault, place, row) for row in batch)


@contextmanager
def _open_ledger(connection: Connection, table: Table) -> Iterator[None]:
    """Take away the triggers with which SQLite keeps rows, until the end of the block.

    All in one transaction, so nobody ever sees the table without them. PostgreSQL has rights
    instead.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    triggers = connection.exec_driver_sql(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?",
        (table.name,),
    ).all()
    for name, _text in triggers:
        connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
    yield
    for _name, text in triggers:
        connection.exec_driver_sql(text)


def _seal_row(connection: Connection, vault: Vault, place: Place, row: RowMapping) -> bool:
    anew = _anew(vault, place, row)
    if anew is None:
        return False
    key = _key(place)
    changed = {place.column: anew} | _bound(vault, place, row, anew)
    statement = (
        update(place.table)
        .where(key == row[key.name], *(place.table.c[name] == row[name] for name in changed))
        .values(changed)
        .execution_options(preserve_rowcount=True)
    )
    return cast("CursorResult[Any]", connection.execute(statement)).rowcount == 1


def _bound(vault: Vault, place: Place, row: RowMapping, wrapped: bytes) -> dict[str, bytes]:
    if place.bound is None:
        return {}
    column, context = place.bound
    before, after = (
        _filled(context, dict(row) | {WRAPPED: one}) for one in (row[WRAPPED], wrapped)
    )
    key = vault.unwrap(row[WRAPPED])
    return {column: seal(key, unseal(key, row[column], before), after)}


def _filled(context: str, row: Mapping[str, Any]) -> bytes:
    def said(part: re.Match[str]) -> str:
        value = row[part[1]]
        return bytes(value)[:8].hex() if part[2] == ":8" else str(value)

    return _PART.sub(said, context).encode()


def _anew(vault: Vault, place: Place, row: RowMapping) -> bytes | None:
    try:
        return sealed_anew(vault.kek, bytes(row[place.column]), place.context_of(row))
    except IntegrityFaultError:
        raise IntegrityFaultError(
            _s(
                "%(place)s の %(key)s 番を、どの鍵でも開けません。前の鍵を鍵フォルダーに"
                "戻してから、もう一度実行してください。ここまでは済んでいます。"
            )
            % {"place": place.name, "key": row[_key(place).name]}
        ) from None


def _rows(connection: Connection, place: Place) -> Iterator[RowMapping]:
    last: object = None
    while batch := _batch(connection, place, last):
        yield from batch
        last = batch[-1][_key(place).name]


def _batch(connection: Connection, place: Place, after: object) -> list[RowMapping]:
    key, held = _key(place), place.table.c[place.column]
    names = {part for part, _form in _PART.findall(place.context)} | {key.name, place.column}
    if place.bound is not None:
        column, context = place.bound
        names |= {column, *(part for part, _form in _PART.findall(context))}
    statement = select(*(place.table.c[name] for name in sorted(names)))
    statement = statement.where(held.is_not(None), func.length(held) > 0).order_by(key)
    if after is not None:
        statement = statement.where(key > after)
    return list(connection.execute(statement.limit(AT_ONCE)).mappings())


def _key(place: Place) -> Any:
    (key,) = place.table.primary_key
    return key
