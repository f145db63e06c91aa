"""How sensitive every column is and how it is stored, and the page of the guides that says so.

The classes stand in ``sensitivity.toml`` beside this file. What is personal or secret is stored as
ciphertext or as a digest; what is not, is named there with its reason.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Self

from sqlalchemy import Column, LargeBinary, MetaData

WRITTEN = Path(__file__).with_suffix(".toml")


class Sensitivity(StrEnum):
    """What a column tells somebody who may not know it."""

    PUBLIC = "public"
    """Nothing: anybody may read it, on a page or on a form."""
    INTERNAL = "internal"
    """How the work goes; of a household only under a number that means nothing elsewhere."""
    PERSONAL = "personal"
    """Who somebody is, where they live, how they are reached, or what is particular to them."""
    SECRET = "secret"  # noqa: S105  (the name of a class)
    """It lets somebody in, opens other columns, or is worth money."""

    @property
    def is_protected(self) -> bool:
        """Whether it may not be stored in clear without a reason."""
        return self in {Sensitivity.PERSONAL, Sensitivity.SECRET}


class Stored(StrEnum):
    """How a column is stored."""

    SEALED = "sealed"
    """Ciphertext: only a key outside the database opens it."""
    DIGEST = "digest"
    """What was made of a value with a key or by hashing: nobody makes the value of it again."""
    CLEAR = "clear"


@dataclass(frozen=True, slots=True)
class Classes:
    """The written classes.

    Attributes:
        tables: By table the columns of each class.
        clear: Why a personal or secret column is in clear, by ``table.column``.
        digests: How a digest is made whose type does not show that it is one.
    """

    tables: Mapping[str, Mapping[Sensitivity, tuple[str, ...]]] = field(repr=False)
    clear: Mapping[str, str] = field(repr=False)
    digests: Mapping[str, str] = field(repr=False)

    @classmethod
    def read(cls, text: str) -> Self:
        """Read the classes from their file's text.

        Raises:
            ValueError: a class that does not exist.
        """
        written = tomllib.loads(text)
        tables = {
            table: {Sensitivity(name): tuple(names.split()) for name, names in classes.items()}
            for table, classes in written["tables"].items()
        }
        return cls(tables, written["clear"], written["digests"])

    def of(self, table: str, column: str) -> Sensitivity | None:
        """Return the class of a column; None if it has none."""
        for sensitivity, columns in self.tables.get(table, {}).items():
            if column in columns:
                return sensitivity
        return None

    def stored(self, column: Column[object]) -> Stored:
        """Return how a column is stored: bytes are ciphertext if their length is not fixed."""
        if _name(column) in self.digests:
            return Stored.DIGEST
        is_public = self.of(column.table.name, column.name) is Sensitivity.PUBLIC
        if is_public or not isinstance(column.type, LargeBinary):
            return Stored.CLEAR
        return Stored.SEALED if column.type.length is None else Stored.DIGEST

    def faults(self, metadata: MetaData) -> Iterator[str]:
        """Yield what is wrong with the classes of these tables, a sentence each."""
        columns = {_name(column): column for column in _columns(metadata)}
        yield from self._unclassified(columns)
        for name, column in columns.items():
            sensitivity = self.of(column.table.name, column.name)
            in_clear = self.stored(column) is Stored.CLEAR
            wanted = sensitivity is not None and sensitivity.is_protected and in_clear
            if wanted and not self.clear.get(name):
                yield f"{name} is {sensitivity} and stored in clear: seal it, or say why in [clear]"
            if name in self.clear and not wanted:
                yield f"{name} stands in [clear], but is not a personal or secret column in clear"
        for name in sorted({*self.clear, *self.digests} - set(columns)):
            yield f"{name} is listed, but there is no such column"

    def _unclassified(self, columns: Mapping[str, Column[object]]) -> Iterator[str]:
        named = [
            f"{table}.{name}"
            for table, classes in self.tables.items()
            for names in classes.values()
            for name in names
        ]
        for name in columns:
            if (times := named.count(name)) != 1:
                yield f"{name} has {times} classes instead of one"
        for name in sorted(set(named) - set(columns)):
            yield f"{name} has a class, but there is no such column"


@cache
def written_classes() -> Classes:
    """Return the classes as they are written."""
    return Classes.read(WRITTEN.read_text("utf-8"))


def as_markdown(classes: Classes, metadata: MetaData) -> str:
    """Return the page of the guides that tells the ward what is stored how."""
    parts = [_HEAD, _counts(classes, metadata)]
    for sensitivity in (Sensitivity.SECRET, Sensitivity.PERSONAL):
        for stored in (Stored.SEALED, Stored.DIGEST):
            rows = _rows(classes, metadata, sensitivity, stored)
            parts.append(f"## {sensitivity.capitalize()}, {_SAID[stored]}\n\n{_table(rows)}")
    reasons = [
        f"| {name} | {classes.of(*name.split('.'))} | {reason} |"
        for name, reason in sorted(classes.clear.items())
    ]
    parts.append(
        "\n".join(["## In clear, and why", "", "| column | class | why |", _RULE, *reasons])
    )
    made = [f"| {name} | {how} |" for name, how in sorted(classes.digests.items())]
    parts.append(
        "\n".join(["## How digests are made", "", "| column | how |", _RULE_OF_TWO, *made])
    )
    for sensitivity in (Sensitivity.PUBLIC, Sensitivity.INTERNAL):
        rows = _rows(classes, metadata, sensitivity)
        parts.append(f"## {sensitivity.capitalize()}\n\n{_table(rows)}")
    return "\n\n".join(parts) + "\n"


_HEAD = """# What is stored, and how

For the ward's and the contractor's officers of data protection. Made by
`./run portal sensitivity --write`; the tests compare it with the tables, fail for a column that has
no class, and open every sealed column with its key.

| class | what it tells somebody who may not know it |
| --- | --- |
| secret | it lets somebody in, opens other columns, or is worth money |
| personal | who somebody is, where they live, how they are reached, or what is particular to them |
| internal | how the work goes; of a household only under a number that means nothing elsewhere |
| public | nothing: anybody may read it, on a page or on a form |

Sealed is AES-256-GCM under a key that is not in the database. A digest is made with such a key, or
is an Argon2id hash or that of a random number: what it was made of cannot be read from it."""
_RULE = "| --- | --- | --- |"
_RULE_OF_TWO = "| --- | --- |"
_SAID = {Stored.SEALED: "sealed", Stored.DIGEST: "as a digest", Stored.CLEAR: "in clear"}


def _counts(classes: Classes, metadata: MetaData) -> str:
    kinds = [
        (classes.of(column.table.name, column.name), classes.stored(column))
        for column in _columns(metadata)
    ]
    lines = [f"{len(kinds)} columns in {len(metadata.tables)} tables:", ""]
    lines += ["| class | sealed | digest | in clear |", "| --- | --- | --- | --- |"]
    for sensitivity in reversed(Sensitivity):
        counts = " | ".join(str(kinds.count((sensitivity, stored))) for stored in Stored)
        lines.append(f"| {sensitivity} | {counts} |")
    return "\n".join(lines)


def _rows(
    classes: Classes, metadata: MetaData, sensitivity: Sensitivity, stored: Stored | None = None
) -> dict[str, list[str]]:
    rows: dict[str, list[str]] = {}
    for column in _columns(metadata):
        if classes.of(column.table.name, column.name) is sensitivity and (
            stored is None or classes.stored(column) is stored
        ):
            rows.setdefault(column.table.name, []).append(column.name)
    return rows


def _table(rows: Mapping[str, list[str]]) -> str:
    lines = [f"| {table} | {', '.join(columns)} |" for table, columns in sorted(rows.items())]
    return "\n".join(["| table | columns |", _RULE_OF_TWO, *lines])


def _columns(metadata: MetaData) -> Iterator[Column[object]]:
    for table in metadata.tables.values():
        yield from table.columns


def _name(column: Column[object]) -> str:
    return f"{column.table.name}.{column.name}"
