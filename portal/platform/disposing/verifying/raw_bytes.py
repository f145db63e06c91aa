"""Bytes without tables: a piece of a disk, a torn page, a value that somebody saved in a file."""

import base64
import binascii
import re
from collections.abc import Iterator, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from portal.domain.foundation.key_ring import KEY_BYTES
from portal.domain.foundation.vault import DATA_KEY_CONTEXT, NONCE_BYTES, TAG_BYTES
from portal.platform.disposing.verifying.held_keys import HeldKey
from portal.platform.disposing.verifying.opening import SHORTEST, data_key_of, opens

WRAPPED = NONCE_BYTES + KEY_BYTES + TAG_BYTES
MOST = 64 * 1024 * 1024
"""Bytes of a file that are tried at every place: a million take a key a third of a second."""
AT_ONCE = 64 * 1024
BLOCK = 16
JSON = re.compile(rb'[\[{]["\[{][\x20-\x7e\x80-\xf4]{14}')
HEX = re.compile(rb"[0-9A-Fa-f]{%d,}" % (2 * SHORTEST))
BASE64 = re.compile(rb"[0-9A-Za-z+/_-]{40,}={0,2}")


def opened_in(content: bytes, keys: Sequence[HeldKey]) -> Iterator[HeldKey]:
    """Yield the keys that open something in these bytes.

    Tried are the whole, everything written in hexadecimal or base64, and, in what is no text, at
    every byte a wrapped data key and the beginning of a sealed record.
    """
    written = [content, *_written(content)] if keys else []
    is_text = _is_text(content)
    for held in keys:
        found = any(_opens(held.key, value) for value in written)
        if found or (not is_text and _at_any_place(held.key, content)):
            yield held


def _is_text(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _opens(key: bytes, value: bytes) -> bool:
    wrapped = len(value) == WRAPPED and data_key_of(key, value) is not None
    return wrapped or opens(key, value, None)


def _written(content: bytes) -> Iterator[bytes]:
    for match in HEX.finditer(content):
        yield bytes.fromhex(match[0].decode()[: len(match[0]) // 2 * 2])
    for match in BASE64.finditer(content):
        text = match[0].rstrip(b"=").translate(bytes.maketrans(b"+/", b"-_"))
        try:
            yield base64.urlsafe_b64decode(text + b"=" * (-len(text) % 4))
        except binascii.Error:
            continue


def _at_any_place(key: bytes, content: bytes) -> bool:
    return _record_at_any_place(key, content) or _wrapped_at_any_place(key, content)


def _wrapped_at_any_place(key: bytes, content: bytes) -> bool:
    cipher = AESGCM(key)
    for at in range(len(content) - WRAPPED + 1):
        nonce = content[at : at + NONCE_BYTES]
        try:
            cipher.decrypt(nonce, content[at + NONCE_BYTES : at + WRAPPED], DATA_KEY_CONTEXT)
        except InvalidTag:
            continue
        return True
    return False


def _record_at_any_place(key: bytes, content: bytes) -> bool:
    """Tell whether at some byte begins what the key turns into the beginning of a JSON record."""
    last = len(content) - NONCE_BYTES - BLOCK
    second = (2).to_bytes(4)
    for begin in range(0, last + 1, AT_ONCE):
        places = range(begin, min(begin + AT_ONCE, last + 1))
        counters = b"".join(content[at : at + NONCE_BYTES] + second for at in places)
        made = b"".join(content[at + NONCE_BYTES : at + NONCE_BYTES + BLOCK] for at in places)
        # each counter stands alone, so every place is one block
        stream = Cipher(algorithms.AES(key), modes.ECB()).encryptor().update(counters)  # noqa: S305  (what counter mode does)
        size = len(made)
        plain = (int.from_bytes(made) ^ int.from_bytes(stream)).to_bytes(size)
        if any(match.start() % BLOCK == 0 for match in JSON.finditer(plain)):
            return True
    return False
