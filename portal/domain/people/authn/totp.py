"""Codes of an authenticator app (TOTP, RFC 6238); a step is refused once it was used."""

import base64
import hmac
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


def totp_step(
    secret: str, digits: str, now: datetime, last_step: int | None
) -> tuple[CodeAnswer, int | None]:
    """Check an app's code, allowing one step of drift; return the answer and the matched time step.

    A step at or before the last accepted one counts as used.
    """
    key = base64.b32decode(secret)
    current = int(now.timestamp()) // TOTP_SECONDS
    answer = CodeAnswer.WRONG
    matched: int | None = None
    for step in (current - 1, current, current + 1):
        if same(_app_code(key, step).encode(), digits.encode()):
            matched = step
    if matched is not None:
        used = last_step is not None and matched <= last_step
        answer = CodeAnswer.USED if used else CodeAnswer.RIGHT
    return answer, matched if answer is CodeAnswer.RIGHT else last_step


def _app_code(key: bytes, step: int) -> str:
    """Return the code that an app shows for a time step (RFC 4226 §5.3).

    A library would decode the secret anew for each step.
    """
    digest = hmac.digest(key, step.to_bytes(8, "big"), "sha1")
    start = digest[-1] & 0x0F
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"
