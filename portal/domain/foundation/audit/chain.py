"""The hash chain over audit events: what exactly is hashed, byte for byte.

A hash covers what is *stored*, in a form that no database and no driver decides: each value with
its length, instants as whole microseconds of UTC, JSON with sorted keys (``security.md`` 7).
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from msgspec import Struct

START = bytes(32)
"""What stands in the place of the hash before the first event."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_TAG = b"portal audit link 1"
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode
Value = int | str | bytes | None


class StoredEvent(Protocol):
    """The columns of an event, as a statement on the plain table returns them."""

    id: int
    at: datetime
    actor_role: str
    actor_id: int | None
    channel: str
    action: str
    subject: str
    subject_id: int | None
    household_id: int | None
    detail: dict[str, Any]
    sealed: bytes | None


class Link(Struct, frozen=True):
    """The end of a chain: the number of its newest event and the hash up to it."""

    seq: int = 0
    hash: bytes = START


def next_link(before: Link, sealed_at: datetime, event: StoredEvent) -> Link:
    """Return the link that seals an event behind ``before``; ``sealed_at`` is in UTC."""
    seq = before.seq + 1
    values: tuple[Value, ...] = (
        seq,
        before.hash,
        microseconds(sealed_at),
        event.id,
        microseconds(event.at),
        event.actor_role,
        event.actor_id,
        event.channel,
        event.action,
        event.subject,
        event.subject_id,
        event.household_id,
        _JSON(event.detail),
        event.sealed,
    )
    return Link(seq, hashlib.sha256(canonical(_TAG, values)).digest())


def canonical(tag: bytes, values: Iterable[Value]) -> bytes:
    """Return values as bytes in which none can flow over into its neighbor.

    Each has a letter for its kind and its length in front.
    """
    parts = [len(tag).to_bytes(4), tag]
    for value in values:
        kind, data = _encoded(value)
        parts += (kind, len(data).to_bytes(4), data)
    return b"".join(parts)


def microseconds(instant: datetime) -> int:
    """Return an instant as whole microseconds since 1970 in UTC."""
    return (instant - _EPOCH) // _MICROSECOND


def _encoded(value: Value) -> tuple[bytes, bytes]:
    if value is None:
        return b"n", b""
    if isinstance(value, bytes):
        return b"b", bytes(value)
    if isinstance(value, str):
        return b"s", value.encode()
    return b"i", str(value).encode()
