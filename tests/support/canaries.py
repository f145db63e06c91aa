"""Canary people over the whole run, and canaries of every kind in one test.

Whatever any test logs, and whatever PostgreSQL logs, must not name the people. A ``Nest`` holds all
that one test put in, people's data and secrets, and says which of them some bytes contain.
"""

import base64
import json
import logging
import os
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

CANARIES = ("鶉野", "瑠璃子", "翡翠", "珊瑚", "ウズラノ", "カナリヤ荘", "1983-11-27")
SHORT, PLAIN, TELLING, AROUND = 8, 6, 8, 60
"""Characters of ASCII that may be part of another word; bytes that chance does not make, of UTF-8
and of other forms; bytes that are shown on both sides of what was found."""
EMPTY = re.compile(rb"\0{64,}")
"""Room that nothing was written to: most of a journal."""


class Listener(logging.Handler):
    """Reads every log record of the run and keeps where a canary was heard."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage() + (str(record.exc_info[1]) if record.exc_info else "")
        self.heard += [
            f"{record.name}: {record.pathname}:{record.lineno}"
            for canary in CANARIES
            if canary in text
        ]


@pytest.fixture(scope="session", autouse=True)
def no_canary_in_any_log() -> Iterator[None]:
    """Fail the run when a log names a canary."""
    listener = Listener()
    logging.getLogger().addHandler(listener)
    yield
    logging.getLogger().removeHandler(listener)
    places = list(listener.heard)
    log = os.environ.get("PORTAL_TEST_POSTGRES_LOG")
    if log and Path(log).is_file():
        text = Path(log).read_text("utf-8", "replace")
        places += [f"PostgreSQL log: {canary[:1]}…" for canary in CANARIES if canary in text]
    assert not places, "personal data in a log: " + ", ".join(sorted(set(places))[:10])


def forms(word: str) -> set[bytes]:
    """Return what a word looks like in files: in text, addresses, JSON, SQL and mail."""
    plain = word.encode()
    found = {plain, quote(word).encode(), quote_plus(word).encode(), plain.hex().encode()}
    found |= {json.dumps(word)[1:-1].encode(), word.encode("utf-16-le"), word.encode("utf-16-be")}
    found |= {word.encode("cp932", "ignore")} if not word.isascii() else set()
    found |= {base64.b64encode(b"." * at + plain)[4 if at else 0 : -4] for at in range(3)}
    return {form for form in found if len(form) >= (PLAIN if form == plain else TELLING)}


class Nest:
    """All canaries of a test, by kind."""

    def __init__(self) -> None:
        self.kinds: dict[str, set[str]] = {}

    def add(self, kind: str, *words: str) -> None:
        """Put words in; empty ones are a fault of the test."""
        assert all(words), kind
        self.kinds.setdefault(kind, set()).update(words)

    def heard(self, content: bytes, *allowed: str) -> list[str]:
        """Return the kinds with a word in the content, but for those that may be there."""
        return sorted(self.places(content, *allowed))

    def places(self, content: bytes, *allowed: str) -> dict[str, bytes]:
        """Return the same kinds, each with what stands around one of its words."""
        content = EMPTY.sub(b"\0", content)
        found = {}
        for kind, words in self.kinds.items():
            at = max((_place(word, content) for word in words), default=-1)
            if kind not in allowed and at >= 0:
                found[kind] = content[max(0, at - AROUND) : at + AROUND]
        return found


def _place(word: str, content: bytes) -> int:
    if word.isascii() and word.isalnum() and len(word) <= SHORT:
        apart = rb"(?<![0-9A-Za-z.])" + re.escape(word.encode()) + rb"(?![0-9A-Za-z])"
        found = re.search(apart, content)
        return found.start() if found else -1
    return max((content.find(form) for form in forms(word)), default=-1)
