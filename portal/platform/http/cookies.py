"""Cookies and form tokens: names, flags, and tokens bound to the session."""

import secrets

from litestar.datastructures import Cookie

from portal.domain.foundation.vault import Vault

SESSION, VISIT, DEVICE = "sid", "visit", "device"
LIFE_ON_THE_WAY = 60 * 60
"""Seconds that the session id of a sign-in that is not whole yet is kept; idle ones end earlier."""
ENDED = "ended"
"""The id of a session that has ended, for the next sign-in of the same account."""


def make(prefix: str, name: str, value: str, *, max_age: int | None = None) -> Cookie:
    """Return a cookie for this site only, unreadable for scripts."""
    return Cookie(
        key=prefix + name,
        value=value,
        max_age=max_age,
        path="/",
        secure=prefix.startswith("__Host-"),
        httponly=True,
        samesite="lax",
    )


def gone(prefix: str, name: str) -> Cookie:
    """Return a cookie that removes itself."""
    return make(prefix, name, "", max_age=0)


def new_visit() -> str:
    """Return a random id for a visitor without a session, to bind forms to the browser."""
    return secrets.token_urlsafe(18)


def form_token(vault: Vault, bound_to: str) -> str:
    """Return a form token bound to a session or visit.

    It is masked anew each time, so that the size of a compressed page reveals nothing of it.
    """
    mask = secrets.token_bytes(16)
    digest = bytes.fromhex(vault.sign("form", bound_to))
    return mask.hex() + bytes(a ^ b for a, b in zip(mask, digest, strict=True)).hex()


def form_token_fits(vault: Vault, bound_to: str, token: str) -> bool:
    """Tell whether a form token was made for this session or visit."""
    try:
        raw = bytes.fromhex(token)
    except ValueError:
        return False
    if len(raw) != 32 or not bound_to:
        return False
    digest = bytes(a ^ b for a, b in zip(raw[:16], raw[16:], strict=True))
    return vault.has_signed("form", bound_to, digest.hex())
