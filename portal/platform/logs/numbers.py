"""The number of a request: on its error page, in its answer's header, in each of its log lines.

People say it on the telephone, so ours are twelve digits in groups of four.
"""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

HEADER = b"x-request-id"
WELL_FORMED = re.compile(rb"[0-9A-Za-z][0-9A-Za-z-]{7,63}")
"""What is taken over from a proxy: no space and no line break, short enough to be read out."""
_current: ContextVar[str] = ContextVar("request_number", default="")


def new_number() -> str:
    """Return a random number, ``4821-0093-7712``."""
    digits = f"{secrets.randbelow(10**12):012}"
    return f"{digits[:4]}-{digits[4:8]}-{digits[8:]}"


def taken_over(offered: bytes) -> str:
    """Return the number that a trusted proxy gave; empty where it is not well-formed."""
    return offered.decode("ascii") if WELL_FORMED.fullmatch(offered) else ""


def current_number() -> str:
    """Return the number of the request that is being handled here; empty outside of one."""
    return _current.get()


@contextmanager
def numbered(number: str) -> Iterator[None]:
    """Give each line that is logged in the block the number of its request."""
    token = _current.set(number)
    try:
        yield
    finally:
        _current.reset(token)
