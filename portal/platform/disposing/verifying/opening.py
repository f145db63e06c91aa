"""Whether a key opens a sealed value, also one whose place nobody knows."""

import codecs
import json

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from portal.domain.foundation.errors import IntegrityFaultError
from portal.domain.foundation.vault import (
    ALGORITHMS,
    DATA_KEY_CONTEXT,
    NONCE_BYTES,
    TAG_BYTES,
    unseal,
)

BEGINNING = 4096
"""Bytes of a value that are looked at to see whether they say anything."""
FEWEST_OF_JSON, FEWEST_OF_TEXT = 8, 20
"""Random bytes this long read as JSON, or as text, once in a hundred million."""
FILES = (b"%PDF-", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"\xff\xd8\xff\xe1", b"PK\x03\x04")
SHORTEST = NONCE_BYTES + TAG_BYTES + 1


def data_key_of(key: bytes, wrapped: bytes) -> bytes | None:
    """Return the data key that a key wrapped; None if another did."""
    try:
        return unseal(key, wrapped, DATA_KEY_CONTEXT)
    except IntegrityFaultError:
        return None


def opens(key: bytes, sealed: bytes, context: bytes | None) -> bool:
    """Tell whether a key opens a value: in its place, or read as who does not ask for the place.

    A context and a tag stop nobody who has the key, so a value that says something without them
    counts as opened.
    """
    if context is not None:
        try:
            unseal(key, sealed, context)
        except IntegrityFaultError:
            pass
        else:
            return True
    return len(sealed) >= SHORTEST and says_something(_unchecked(key, sealed))


def says_something(plain: bytes) -> bool:
    """Tell whether bytes are text, JSON or a file that people open, not noise."""
    if plain.startswith(FILES):
        return True
    whole = len(plain) <= BEGINNING
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(plain[:BEGINNING], final=whole)
    except UnicodeDecodeError:
        return False
    if not all(one.isprintable() or one in "\r\n\t\f" for one in text):
        return False
    if len(plain) >= FEWEST_OF_TEXT:
        return True
    try:
        json.loads(text)
    except ValueError:
        return False
    return len(plain) >= FEWEST_OF_JSON


def _unchecked(key: bytes, sealed: bytes) -> bytes:
    """Return the beginning of what a key makes of a value; noise if it is another key."""
    mark = next(mark for mark in ALGORITHMS if sealed.startswith(mark))
    body = sealed[len(mark) :]
    nonce, made = body[:NONCE_BYTES], body[NONCE_BYTES:-TAG_BYTES][: BEGINNING + 1]
    if ALGORITHMS[mark] is AESGCM:
        begun = nonce + (2).to_bytes(4)
        return Cipher(algorithms.AES(key), modes.CTR(begun)).decryptor().update(made)
    begun = (1).to_bytes(4, "little") + nonce
    return Cipher(algorithms.ChaCha20(key, begun), mode=None).decryptor().update(made)
