"""Whatever may be a key: in files that somebody kept, or typed from the sheets of paper."""

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from portal.domain.foundation.key_ring import KEY_BYTES
from portal.platform.backups.manifest import key_digest

WRITTEN = re.compile(rb"(?<![0-9A-Fa-f])[0-9A-Fa-f]{%d}(?![0-9A-Fa-f])" % (2 * KEY_BYTES))
BASE64 = re.compile(rb"(?<![0-9A-Za-z+/_-])[0-9A-Za-z+/_-]{43}=")
IDENTITY = re.compile(rb"AGE-SECRET-KEY-1[0-9A-Z]+")
SMALL = 1024 * 1024
"""Bytes up to which a file is searched for keys."""


@dataclass(frozen=True, slots=True)
class HeldKey:
    """A key that somebody still has, or what may be one.

    Attributes:
        key: The key.
        place: The file in which it stood, or the sheets of which it was made.
    """

    key: bytes = field(repr=False)
    place: str

    @property
    def number(self) -> str:
        """Its number as backups and the certificate name it: it says nothing else about it."""
        return key_digest(self.key)


def keys_in(places: Sequence[Path]) -> list[HeldKey]:
    """Return everything that may be a key in these files and folders.

    That is 64 hexadecimal digits, 32 bytes in base64, or a file of 32 bytes.
    """
    found: dict[bytes, HeldKey] = {}
    for path, content in _small_files(places):
        for key in _keys_of(content):
            found.setdefault(key, HeldKey(key, path.name))
    return list(found.values())


def identities_in(places: Sequence[Path]) -> list[str]:
    """Return the secret keys of backups that lie in these files and folders."""
    found = (
        match for _path, content in _small_files(places) for match in IDENTITY.findall(content)
    )
    return list(dict.fromkeys(one.decode() for one in found))


def keys_of_parts(parts: Mapping[str, bytes], place: str) -> list[HeldKey]:
    """Return the keys that were typed from paper, or what one sheet alone has of them."""
    return [HeldKey(part, f"{place}: {name}") for name, part in parts.items()]


def _small_files(places: Sequence[Path]) -> Iterator[tuple[Path, bytes]]:
    for place in places:
        for path in [place] if place.is_file() else sorted(place.rglob("*")):
            if path.is_file() and path.stat().st_size <= SMALL:
                yield path, path.read_bytes()


def _keys_of(content: bytes) -> Iterator[bytes]:
    if len(content) == KEY_BYTES:
        yield content
    for match in WRITTEN.findall(content):
        yield bytes.fromhex(match.decode())
    for match in BASE64.findall(content):
        yield base64.urlsafe_b64decode(match.translate(bytes.maketrans(b"+/", b"-_")))
