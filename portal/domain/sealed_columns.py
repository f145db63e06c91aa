"""Whose key opens each sealed column, and what binds each of its rows to its place.

Written in ``sealed_columns.toml``, not taken from the code that seals: old rows are opened by what
is written there, and the ward's verifier of a disposal tries every key by it.
"""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from msgspec import Struct

WRITTEN = Path(__file__).with_suffix(".toml")
_PART = re.compile(r"\{([a-z_.]+)(?::(raw|\d+))?\}")
_OF_KEY = "key."


class SealedColumn(Struct, frozen=True):
    """How one sealed column opens, or the rows of one action of the audit.

    Attributes:
        key: ``kek``; ``own`` (the row's wrapped key); ``cookie`` (a browser had it); or the way to
            the row that has the key, ``column>table`` again and again; "" where ``where`` finds it.
        context: What binds a row to its place.
        table: The table of the row with the key, where no column leads to it.
        where: Its columns by ours, or by a value in ``detail``.
    """

    key: str
    context: str
    table: str
    where: Mapping[str, str]


class SealedColumns(Struct, frozen=True):
    """All that is written.

    Attributes:
        columns: By ``table.column``, and by the action of the audit's event ("" for all others).
        in_text: Columns of text with ciphertext in it, with the words of which HMAC makes its key.
    """

    columns: Mapping[str, Mapping[str, SealedColumn]]
    in_text: Mapping[str, tuple[str, ...]]


@cache
def sealed_columns() -> SealedColumns:
    """Return how each sealed column opens."""
    written = tomllib.loads(WRITTEN.read_text("utf-8"))
    return SealedColumns(
        {name: _by_action(rule) for name, rule in written["sealed"].items()},
        {name: tuple(words) for name, words in written["in_text"].items()},
    )


def _by_action(rule: Mapping[str, Any]) -> dict[str, SealedColumn]:
    by_action = {"": rule} if "context" in rule else rule
    return {
        action: SealedColumn(
            one.get("key", ""), one["context"], one.get("table", ""), one.get("where", {})
        )
        for action, one in by_action.items()
    }


def context_of(template: str, row: Mapping[str, Any], key_row: Mapping[str, Any]) -> bytes:
    """Fill in a context: ``{column}``, ``{column:raw}``, ``{column:8}``, ``{key.column}``.

    Raises:
        KeyError: a row has no such column.
    """
    parts = _PART.split(template)
    said = parts[0].encode()
    for name, form, text in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        of_key = name.startswith(_OF_KEY)
        value = key_row[name.removeprefix(_OF_KEY)] if of_key else row[name]
        if isinstance(value, bytes):
            said += value if form == "raw" else value[: int(form or len(value))].hex().encode()
        else:
            said += str(value).encode()
        said += text.encode()
    return said
