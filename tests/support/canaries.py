"""Canary people over the whole run.

Whatever any test logs, and whatever PostgreSQL logs, must not name them.
"""

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

CANARIES = ("鶉野", "瑠璃子", "翡翠", "珊瑚", "ウズラノ", "カナリヤ荘", "1983-11-27")


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
