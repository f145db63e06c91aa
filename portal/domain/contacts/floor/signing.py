"""Who may tell of calls: each event is signed with a shared secret, over its name and its time.

The guide ``telephone-system.md`` says the same to whoever sets a telephone system up.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s

TOLERANCE = timedelta(minutes=5)
"""How far the time of a signature may be from ours, before or after."""
SHORTEST_SECRET = 32
"""Characters."""
KEY_NAME = re.compile(r"[a-z0-9-]{1,20}")
EVENT_NAME = re.compile(r"[A-Za-z0-9._:-]{1,100}")
SECONDS = re.compile(r"[0-9]{1,12}")
_NO_SECRET = "0" * SHORTEST_SECRET


class Refusal(StrEnum):
    """Why an event was not taken in; for the log, never for the sender."""

    SIGNATURE = "signature"
    """No such key, or not signed with it."""
    TIME = "time"
    """Signed, but too long ago or in the future."""


class RefusedError(Exception):
    """An event is not from a telephone system that we know, or not of now."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Signed:
    """An event as it came: the four headers as text, and the body byte for byte."""

    key: str
    time: str
    event: str
    signature: str
    body: bytes = field(repr=False)


def signature_of(secret: str, time: str, event: str, body: bytes) -> str:
    """Return the signature of an event: HMAC-SHA-256 in hexadecimal.

    ``time`` is the signing instant in whole seconds since 1970, ``event`` the event's name.
    """
    told = f"{time}.{event}.".encode() + body
    return hmac.new(secret.encode(), told, hashlib.sha256).hexdigest()


def check(signed: Signed, secrets: Mapping[str, str], now: datetime) -> None:
    """Check who sent an event and when; ``secrets`` by the names of their keys.

    An unknown key takes the same work as a wrong signature.

    Raises:
        RefusedError: it is not to be taken in.
    """
    known = secrets.get(signed.key)
    made = signature_of(known or _NO_SECRET, signed.time, signed.event, signed.body)
    right = hmac.compare_digest(made.encode(), signed.signature.encode())
    if known is None or not right or not EVENT_NAME.fullmatch(signed.event):
        raise RefusedError(Refusal.SIGNATURE)
    if not SECONDS.fullmatch(signed.time):
        raise RefusedError(Refusal.TIME)
    if abs(now - datetime.fromtimestamp(int(signed.time), UTC)) > TOLERANCE:
        raise RefusedError(Refusal.TIME)


def read_keys(words: Sequence[str]) -> Mapping[str, str]:
    """Return the secrets of ``NAME:SECRET`` words by the names of their keys.

    Two keys are there while one is exchanged for another.

    Raises:
        InputError: a word of another form, a secret that is too short, or a name that comes twice.
    """
    found: dict[str, str] = {}
    for word in words:
        name, _colon, secret = word.partition(":")
        if not KEY_NAME.fullmatch(name) or len(secret) < SHORTEST_SECRET or name in found:
            raise InputError(
                _s(
                    "PORTAL_TELEPHONE_KEYS は「名前:秘密」の形で書いてください。名前は英小文字・"
                    "数字・ハイフンで、秘密は%(n)d文字以上です。同じ名前は一度だけです。"
                )
                % {"n": SHORTEST_SECRET}
            )
        found[name] = secret
    return found
