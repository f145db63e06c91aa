"""What a browser carries sealed from one page to the next: nobody else can read or make it."""

import base64
import binascii
import hmac
import json
from typing import Any

from portal.domain.foundation.errors import IntegrityFaultError
from portal.domain.foundation.key_ring import opening_keys, sealing_key
from portal.domain.foundation.vault import Vault, seal_json, unseal_json


def carry(vault: Vault, content: dict[str, Any], context: str) -> str:
    """Seal what a browser carries, for one use; text for a cookie."""
    key = _key(sealing_key(vault.token), context)
    return base64.urlsafe_b64encode(seal_json(key, content, context)).decode()


def carried(vault: Vault, sealed: str, context: str) -> dict[str, Any] | None:
    """Return what was sealed for this use; None if it was not."""
    for token in opening_keys(vault.token):
        try:
            opened = unseal_json(_key(token, context), base64.urlsafe_b64decode(sealed), context)
        except (IntegrityFaultError, binascii.Error, ValueError, json.JSONDecodeError):
            continue
        return dict(opened)
    return None


def _key(token: bytes, context: str) -> bytes:
    return hmac.digest(token, context.encode(), "sha256")
