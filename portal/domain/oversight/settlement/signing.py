"""The checksum of a closed settlement and its signature.

Anybody can check the signature with the public key alone.
"""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from portal.domain.foundation.key_ring import sealing_key
from portal.domain.foundation.vault import Vault

PURPOSE = b"settlement signature v1"


class Checksum:
    """SHA-256 over the lines in the order of their keys, then over the sums."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def add(self, cells: Iterable[int | str]) -> None:
        """Add one line."""
        self._hash.update((",".join(str(cell) for cell in cells) + "\n").encode())

    def finish(self, figures: dict[str, Any]) -> str:
        """Add the sums and return the checksum in hex."""
        text = json.dumps(figures, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        self._hash.update(text.encode())
        return self._hash.hexdigest()


def sign(vault: Vault, checksum: str) -> tuple[bytes, bytes]:
    """Sign a checksum and return signature and public key.

    The private key is derived, never stored.
    """
    seed = HKDF(SHA256(), 32, salt=None, info=PURPOSE).derive(sealing_key(vault.token))
    key = Ed25519PrivateKey.from_private_bytes(seed)
    return key.sign(checksum.encode()), key.public_key().public_bytes(
        Encoding.Raw, PublicFormat.Raw
    )


def is_signed(checksum: str, signature: bytes, public_key: bytes) -> bool:
    """Return whether the signature is valid for the checksum."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, checksum.encode())
    except (InvalidSignature, ValueError):
        return False
    return True
