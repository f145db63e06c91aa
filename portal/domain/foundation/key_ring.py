"""A key and those before it, in files that are read again while the program runs.

``kek.key`` is the first key of its name, ``kek.2.key`` the one after it, and so on: the last one
seals, all of them open. ``kek.2.next.key`` opens already and seals nothing yet: it is on its way to
all machines and to the places where copies of the keys are kept.
"""

import hmac
import re
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Self

from msgspec import Struct

KEY_BYTES = 32
READ_EVERY = 3.0
"""Seconds after which a running program looks for a new key before it seals."""
READ_AGAIN = 0.5
"""Seconds within which what does not open makes it look only once."""
_reading = threading.Lock()  # no ring's own: rings go to the processes that print letters
_FILE = re.compile(r"([a-z]+)(?:\.([1-9]\d*))?(\.next)?\.key")


class KeyFile(Struct, frozen=True, order=True):
    """One file of the key folder."""

    number: int
    is_next: bool
    path: Path

    def read(self) -> bytes:
        """Return the key.

        Raises:
            OSError: it cannot be read.
            ValueError: it is no key.
        """
        key = bytes.fromhex(self.path.read_text().strip())
        if len(key) != KEY_BYTES:
            raise ValueError("the key has a wrong length")
        return key


def key_files(folder: Path, name: str) -> list[KeyFile]:
    """Return the files of a key, the oldest first; a folder that is not there has none."""
    found = [(_FILE.fullmatch(path.name), path) for path in folder.glob(f"{name}*.key")]
    return sorted(
        KeyFile(int(named[2] or 1), named[3] is not None, path)
        for named, path in found
        if named is not None and named[1] == name
    )


def key_paths(folder: Path) -> list[Path]:
    """Return all files of keys, those of earlier and of coming ones too."""
    return sorted(path for path in folder.glob("*.key") if _FILE.fullmatch(path.name))


class KeyRing(bytes):
    """The key that seals, as bytes, and all that open.

    It is read from its folder again when a few seconds have passed, and when nothing opens. While
    one thread reads, the others wait: one that went on with the keys of before could seal with a
    key that has been destroyed meanwhile, and nobody would ever open that.
    """

    _folder: Path
    _name: str
    _keys: tuple[bytes, ...]
    _numbered: tuple[tuple[int, bytes], ...]
    _read_at: float

    @classmethod
    def read(cls, folder: Path, name: str) -> Self:
        """Read the files of a key.

        Raises:
            OSError: one of them cannot be read; FileNotFoundError if there is none that seals.
            ValueError: one of them is no key.
        """
        numbered = _keys_of(folder, name)
        ring = cls(numbered[0][1])
        ring._folder, ring._name = folder, name
        ring._read_at = time.monotonic()
        ring._take(numbered)
        return ring

    def _take(self, numbered: tuple[tuple[int, bytes], ...]) -> None:
        self._numbered, self._keys = numbered, tuple(key for _number, key in numbered)

    @property
    def sealing(self) -> bytes:
        """The key with which to seal now."""
        return self.opening[0]

    @property
    def opening(self) -> tuple[bytes, ...]:
        """All keys that may have sealed something, the one that seals first."""
        self._follow()
        return self._keys

    @property
    def numbered(self) -> tuple[tuple[int, bytes], ...]:
        """The same keys with the numbers of their files."""
        self._follow()
        return self._numbered

    def _follow(self) -> None:
        self._read_if_older_than(READ_EVERY)

    def look_again(self, tried: tuple[bytes, ...]) -> bool:
        """Read the files again if that was not just done; tell whether others than these open."""
        self._read_if_older_than(READ_AGAIN)
        return self._keys != tried

    def _read_if_older_than(self, seconds: float) -> None:
        if self._age() > seconds:
            with _reading:
                if self._age() > seconds:
                    self._read_again()

    def _age(self) -> float:
        return time.monotonic() - self._read_at

    def _read_again(self) -> None:
        """Read the files again; unreadable ones change nothing."""
        asked = time.monotonic()
        with suppress(OSError, ValueError):
            self._take(_keys_of(self._folder, self._name))
        self._read_at = asked


def fingerprint(key: bytes) -> str:
    """Return what tells a key from another, and nothing else about it."""
    return hmac.digest(key, b"portal key fingerprint", "sha256").hex()[:16]


def sealing_key(key: bytes) -> bytes:
    """Return the key of a ring that seals; a plain key is itself."""
    return key.sealing if isinstance(key, KeyRing) else key


def opening_keys(key: bytes) -> tuple[bytes, ...]:
    """Return all keys of a ring that open; a plain key is alone."""
    return key.opening if isinstance(key, KeyRing) else (key,)


def numbered_keys(key: bytes) -> tuple[tuple[int, bytes], ...]:
    """Return all keys of a ring with their numbers, the one that seals first; a plain one is 1."""
    return key.numbered if isinstance(key, KeyRing) else ((1, key),)


def key_of_mark(key: bytes, mark: str) -> bytes | None:
    """Return the key of a ring with this fingerprint, which may just have been put there.

    Without a mark it is the oldest.
    """
    if not mark:
        return min(numbered_keys(key))[1]
    tried = opening_keys(key)
    found = _marked(tried, mark)
    if found is None and isinstance(key, KeyRing) and key.look_again(tried):
        found = _marked(key.opening, mark)
    return found


def _marked(keys: tuple[bytes, ...], mark: str) -> bytes | None:
    return next((one for one in keys if fingerprint(one) == mark), None)


def _keys_of(folder: Path, name: str) -> tuple[tuple[int, bytes], ...]:
    files = key_files(folder, name)
    sealing = [file for file in files if not file.is_next]
    if not sealing:
        raise FileNotFoundError(folder / f"{name}.key")
    ordered = [sealing[-1], *(file for file in reversed(files) if file != sealing[-1])]
    return tuple((file.number, file.read()) for file in ordered)
