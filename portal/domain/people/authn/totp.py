"""Codes of an authenticator app (TOTP, RFC 6238); a step is refused once it was used."""

import base64
import hmac
from dataclasses import dataclass, field
from datetime import datetime

import pyotp

from portal.domain.foundation.vault import same
from portal.domain.people.authn.typed_code import DIGITS, CodeAnswer

TOTP_SECONDS = 30


def new_totp_secret() -> str:
    """Return a 160-bit base32 secret."""
    return pyotp.random_base32(32)


def totp_uri(secret: str, account: str, issuer: str) -> str:
    """Return the ``otpauth`` URI for an authenticator app."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=issuer)


@dataclass(frozen=True, slots=True)
class App:
    """An authenticator app: its base32 secret, and the last time step whose code was accepted."""

    secret: str = field(repr=False)
    last_step: int | None

    def check(self, digits: str, now: datetime) -> tuple[CodeAnswer, int | None]:
        """Check a code, allowing one step of drift; return the answer and the accepted time step.

        A step at or before the last accepted one counts as used.
        """
        key = base64.b32decode(self.secret)
        current = int(now.timestamp()) // TOTP_SECONDS
        matched: int | None = None
        for step in (current - 1, current, current + 1):
            if same(_app_code(key, step).encode(), digits.encode()):
                matched = step
        if matched is None:
            return CodeAnswer.WRONG, self.last_step
        used = self.last_step is not None and matched <= self.last_step
        return (CodeAnswer.USED, self.last_step) if used else (CodeAnswer.RIGHT, matched)


def _app_code(key: bytes, step: int) -> str:
    """Return the code that an app shows for a time step (RFC 4226 §5.3).

    A library would decode the secret anew for each step.
    """
    digest = hmac.digest(key, step.to_bytes(8, "big"), "sha1")
    start = digest[-1] & 0x0F
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"
