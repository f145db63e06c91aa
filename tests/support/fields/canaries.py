"""Canaries of every class of field: what stands in the sealed columns, and whether a text shows it.

A canary is a value that stands in one place alone, with the class of its field and its household.
"""

import hashlib
import json
import re
import unicodedata
from base64 import b64decode
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from html import unescape
from typing import Any

from sqlalchemy import Connection, LargeBinary, RowMapping, select

from portal.domain.desk.casework import masking
from portal.domain.foundation.errors import IntegrityFaultError
from portal.domain.foundation.vault import Vault
from portal.domain.people.notices import phones
from portal.domain.tables import metadata
from tests.support.databases.sealed_rows import Opener

SHORT, SHORT_NUMBER = 4, 7
"""Shorter values stand in too many places by chance."""
START = 12
"""Of longer texts the beginning counts: lists show no more."""
GAPS = re.compile(r"[\s\-‐–−()]+")
TAGS = re.compile(r"<[^>]*>")
ERAS = (("令和", date(2019, 5, 1)), ("平成", date(1989, 1, 8)), ("昭和", date(1926, 12, 25)))


@dataclass(frozen=True, slots=True)
class Canary:
    """A value of a class of fields; ``household`` is None if it belongs to none."""

    field: str
    text: str
    household: int | None = None


def plain(text: str) -> str:
    """Return a text without widths, spaces and hyphens."""
    return GAPS.sub("", unicodedata.normalize("NFKC", text))


def page_text(page: str) -> str:
    """Return all that a page of HTML holds: what is read on it, and what its source says."""
    text = unescape(page)
    return unicodedata.normalize("NFKC", "\n".join([unescape(TAGS.sub("", page)), text]))


def said_dates(born: date) -> Iterator[str]:
    """Yield how pages and papers write a date."""
    yield born.isoformat()
    yield f"{born.year}年{born.month}月{born.day}日"
    yield f"{born:%Y/%m/%d}"
    yield f"{born.year}/{born.month}/{born.day}"
    for era, first in ERAS:
        if born >= first:
            yield f"{era}{born.year - first.year + 1}年{born.month}月{born.day}日"
            return


def digest(data: bytes) -> str:
    """Return what stands for a picture among the canaries."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


class Canaries:
    """All canaries of a database, each value once."""

    def __init__(self) -> None:
        self.all: dict[str, Canary] = {}

    def add(self, field: str, text: str, household: int | None) -> None:
        """Put a value in; of one that stands in two classes neither counts."""
        kept = plain(text)
        if len(kept) > 2 * START and not kept.isascii():
            kept = kept[:START]
        if len(kept) < (SHORT_NUMBER if kept.isascii() else SHORT):
            return
        before = self.all.setdefault(kept, Canary(field, kept, household))
        if before.field != field:
            self.all[kept] = Canary("", kept, None)
        elif before.household != household:
            self.all[kept] = Canary(field, kept, None)

    def drop_examples(self, text: str) -> None:
        """Forget the numbers that the site's own words give as examples."""
        own = plain(text)
        self.all = {
            kept: one for kept, one in self.all.items() if not kept.isascii() or kept not in own
        }

    def seen(self, said: str) -> set[Canary]:
        """Return the canaries in a text, with whatever gaps it has; a number stands alone."""
        text = plain(said)
        beginnings = {text[place : place + SHORT] for place in range(len(text) - SHORT + 1)}
        return {
            canary
            for canary in self.all.values()
            if canary.field and canary.text[:SHORT] in beginnings and canary.text in text
            if not canary.text.isascii() or _alone(canary.text, said)
        }


def _alone(number: str, said: str) -> bool:
    spread = r"[\s\-]?".join(re.escape(character) for character in number)
    return re.search(rf"(?<![0-9A-Za-z]){spread}(?![0-9A-Za-z])", said) is not None


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield the texts in a JSON value, each with its path: ``.name``, ``[0]``, ``.parts[]``."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from leaves(inner, f"{path}.{name}")
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from leaves(inner, f"{path}[{place}]")
    elif isinstance(value, str) and value:
        yield path, value


def opened(
    connection: Connection, vault: Vault, name: str, *, passes_over: bool = False
) -> Iterator[tuple[RowMapping, bytes]]:
    """Yield the rows of a sealed column, each with what it holds.

    ``passes_over`` rows that tests sealed as no program does.
    """
    table, column = name.split(".")
    opener, held = Opener(connection, vault, metadata), metadata.tables[table].c[column]
    statement = select(metadata.tables[table]).where(held.is_not(None))
    for row in connection.execute(statement).mappings():
        try:
            content = opener.open(name, row)
        except (IntegrityFaultError, ValueError):
            if passes_over:
                continue
            raise
        yield row, content


def harvest(
    connection: Connection, vault: Vault, places: Mapping[str, str], *, passes_over: bool = False
) -> Canaries:
    """Collect what stands in places, each of a class: ``table.column`` and a path in its JSON."""
    found = Canaries()
    for name in sorted({".".join(re.split(r"[.\[]", place)[:2]) for place in places}):
        table, column = name.split(".")
        held = metadata.tables[table].c[column]
        if not isinstance(held.type, LargeBinary):
            for row in connection.execute(select(metadata.tables[table])).mappings():
                found.add(places[name], str(row[column] or ""), row.get("household_id"))
            continue
        for row, content in opened(connection, vault, name, passes_over=passes_over):
            household = row["id"] if table == "household" else row.get("household_id")
            for path, text in _texts(name, content):
                if field := _class_of(places, path):
                    with suppress(*([ValueError] if passes_over else [])):
                        _add(found, field, text, household)
    return found


def _texts(name: str, content: bytes) -> Iterator[tuple[str, str]]:
    try:
        value = json.loads(content)
    except ValueError:
        is_text = content.isascii()
        yield name, content.decode() if is_text else digest(content)
        return
    yield from leaves(value if isinstance(value, dict | list) else str(value), name)


def _class_of(places: Mapping[str, str], path: str) -> str | None:
    whole = re.sub(r"\[\d+\]", "[]", path)
    column = ".".join(path.split(".")[:2])
    return places.get(path) or places.get(whole) or places.get(column)


def _add(found: Canaries, field: str, text: str, household: int | None) -> None:
    if field == "scan" and not text.startswith("sha256:"):
        text = digest(b64decode(text))
    if field == "secret" and (text.startswith("+") or "@" in text):
        field = "channel"  # where one-time codes go is kept beside the seeds of apps
        kind = "email" if "@" in text else "sms"
        found.add("masked_channel", phones.mask_address(kind, text), household)
    if field == "birth_date":
        for said in said_dates(date.fromisoformat(text)):
            found.add(field, said, household)
        return
    found.add(field, text, household)
    if field in {"name", "kana"}:
        found.add("masked_name", masking.mask_name(text), household)
    if field in {"telephone", "channel"} and text.startswith("+81"):
        found.add(field, "0" + text.removeprefix("+81"), household)
