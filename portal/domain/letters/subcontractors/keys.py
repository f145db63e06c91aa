"""Public keys of subcontractors: age recipients (``age1…``), and a form to read out by phone."""

import hashlib

import pyrage

from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.typed import folded

SECRET_MARK = "AGE-SECRET-KEY"  # noqa: S105  (how every secret key begins)
GROUP = 4
GROUPS = 6


def read_key(text: str) -> str:
    """Return a typed or pasted public key.

    Raises:
        InputError: it is no public key, or it is a secret key.
    """
    found = "".join(folded(text).split())
    if SECRET_MARK in found.upper():
        raise InputError(
            _s(
                "これは秘密の鍵です。受け取らないので、相手に「age1」"
                "で始まる公開鍵を頼み、鍵を作り直してもらってください。"
            )
        )
    try:
        return str(pyrage.x25519.Recipient.from_str(found))
    except pyrage.RecipientError:
        raise InputError(
            _s("公開鍵として読めません。「age1」で始まる62文字を、そのまま貼り付けてください。")
        ) from None


def fingerprint(public_key: str) -> str:
    """Return the key's short form in groups of four characters, to be read out on the telephone."""
    digest = hashlib.sha256(public_key.encode()).hexdigest().upper()
    return "-".join(digest[at : at + GROUP] for at in range(0, GROUP * GROUPS, GROUP))
