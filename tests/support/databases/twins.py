"""Two worlds in one SQLite database, one after the other, and where their answers differ.

Whatever is done in a world is undone after it, so that the next begins where this one began; what
a browser holds stays.
"""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import takewhile
from typing import Any

import httpx

from portal.platform.database import Database

CHANGING = re.compile(
    r'name="form_(?:token|key)" value="[^"]*"|<strong class="mono">[^<]*|'
    r'<span class="mono">[0-9a-f-]{8,}</span>'
)
"""What differs between two answers to the same question: tokens, and the request's number."""


@contextmanager
def undone(database: Database) -> Iterator[None]:
    """Take back what the block writes, also what it committed."""
    with sqlite3.connect(":memory:") as kept:
        _copy(database, kept, back=False)
        try:
            yield
        finally:
            _copy(database, kept, back=True)
    kept.close()


def _copy(database: Database, kept: sqlite3.Connection, *, back: bool) -> None:
    with database.engine.connect() as connection:
        there: Any = connection.connection.driver_connection
        source, target = (kept, there) if back else (there, kept)
        source.backup(target)


def steady(answer: httpx.Response) -> tuple[int, str, str]:
    """Status, way on, and body of an answer, without what every answer has of its own."""
    kind = answer.headers.get("content-type", "")
    told = CHANGING.sub("", answer.text) if "html" in kind else repr(answer.content)
    return answer.status_code, answer.headers.get("location", ""), told


def differing(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """Return where two worlds differ: the addresses, each with its first different words."""
    found = []
    for path, here in one.items():
        if here != other[path]:
            worlds = (re.split(r"\\n|\n", str(world)) for world in (here, other[path]))
            pairs = zip(*worlds, strict=False)
            lines = next((pair for pair in pairs if pair[0] != pair[1]), ("", ""))
            alike = takewhile(lambda pair: pair[0] == pair[1], zip(*lines, strict=False))
            start = max(0, sum(1 for _pair in alike) - 60)
            found.append(f"{path}: {lines[0][start:][:300]} | {lines[1][start:][:300]}")
    return found
