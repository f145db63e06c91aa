"""Keys and encryption: a data key per household under a key outside the database; blind indexes."""

import hashlib
import hmac
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305

from portal.domain.foundation.disk import sync
from portal.domain.foundation.errors import InputError, IntegrityFaultError
from portal.domain.foundation.key_ring import (
    KEY_BYTES,
    KeyRing,
    key_files,
    opening_keys,
    sealing_key,
)
from portal.domain.foundation.texts import _s

NONCE_BYTES = 12
TAG_BYTES = 16
"""Both algorithms have a nonce and a tag of these lengths."""
Cipher = AESGCM | ChaCha20Poly1305
ALGORITHMS: Final[Mapping[bytes, type[Cipher]]] = {
    b"\0chacha20-poly1305\0": ChaCha20Poly1305,
    b"": AESGCM,
}
"""What sealed a value, by the mark with which it begins; AES-256-GCM, the first one, has none.

An algorithm is exchanged in two releases: the first opens the new mark, the second seals with it.
"""
LONGEST_MARK: Final = max(map(len, ALGORITHMS))
SEALING: bytes = b""
"""The mark of the algorithm that seals now."""
DATA_KEY_CONTEXT = b"dek"
STEP = 64
"""Bytes to a multiple of which a JSON value is filled up before it is sealed."""
KEY_FILES = ("kek", "index", "pepper", "token")
AUDIT_KEY = "audit"
"""The key that signs heads of the audit chain (``audit.heads``); only the worker needs it."""
_noted: ContextVar[set[bytes] | None] = ContextVar("noted", default=None)


@dataclass(frozen=True, slots=True)
class PasswordCost:
    """The work of one Argon2id hash: so many rounds over so much memory; only tests take less.

    It is OWASP's lowest advised setting; the letter's password is random, so more would only cost
    capacity (64 MiB would cut sign-ins to an eighth).
    """

    rounds: int = 2
    memory_kib: int = 19 * 1024
    lanes: int = 1


@dataclass(frozen=True, slots=True)
class Vault:
    """All keys of one deployment, in files outside the database and its backups (``design.md`` §9).

    ``kek`` wraps the data keys, ``index`` makes blind indexes, ``pepper`` hardens password and code
    hashes, ``token`` signs cookies and forms.
    """

    kek: bytes = field(repr=False)
    index: bytes = field(repr=False)
    pepper: bytes = field(repr=False)
    token: bytes = field(repr=False)
    password_cost: PasswordCost = PasswordCost()

    def new_data_key(self) -> tuple[bytes, bytes]:
        """Return a new data key, plain and wrapped; only the wrapped one is stored."""
        key = os.urandom(KEY_BYTES)
        return key, seal(self.kek, key, DATA_KEY_CONTEXT)

    def unwrap(self, wrapped: bytes) -> bytes:
        """Return the plain data key.

        Raises:
            IntegrityFaultError: it was wrapped with another key.
        """
        return unseal(self.kek, wrapped, DATA_KEY_CONTEXT)

    def blind(self, purpose: str, value: str | bytes, size: int = 16) -> bytes:
        """Return the keyed digest by which an encrypted value is found.

        ``purpose`` separates digests of the same value.
        """
        return _blind(self.index, purpose, value, size)

    def earlier_blinds(self, purpose: str, value: str | bytes, size: int = 16) -> tuple[bytes, ...]:
        """Return the digests that other keys of the folder make, mostly of before a rotation."""
        used = bytes(self.index)
        return tuple(
            _blind(key, purpose, value, size) for key in opening_keys(self.index) if key != used
        )

    def code_digest(self, purpose: str, value: str) -> bytes:
        """Return the keyed hash of a short secret (one-time code, birth date).

        It is useless without the pepper.
        """
        return _code_digest(sealing_key(self.pepper), purpose, value)

    def code_digests(self, purpose: str, value: str) -> tuple[bytes, ...]:
        """Return all hashes that ``code_digest`` may have made of it, the newest pepper's first."""
        return tuple(_code_digest(key, purpose, value) for key in opening_keys(self.pepper))

    def sign(self, purpose: str, value: str) -> str:
        """Return a short signature for a cookie or a form value."""
        return _signature(sealing_key(self.token), purpose, value)

    def has_signed(self, purpose: str, value: str, signature: str) -> bool:
        """Return whether a signature is ours, also one that the key before the present one made."""
        tried = opening_keys(self.token)
        if _signed(tried, purpose, value, signature):
            return True
        ring = self.token
        return (
            isinstance(ring, KeyRing)
            and ring.look_again(tried)
            and _signed(ring.opening, purpose, value, signature)
        )


def _blind(key: bytes, purpose: str, value: str | bytes, size: int) -> bytes:
    # the bytes of a ring are the key with which the program began, which it compared with its
    # database; files that are put there later change nothing (decision 0036)
    data = value.encode() if isinstance(value, str) else value
    return hashlib.blake2b(data, digest_size=size, key=key, person=purpose.encode()[:16]).digest()


def _code_digest(pepper: bytes, purpose: str, value: str) -> bytes:
    return hmac.digest(pepper, purpose.encode() + b"\0" + value.encode(), "sha256")


def peppered(pepper: bytes, password: str) -> bytes:
    """Return what Argon2 receives of a password."""
    return hmac.digest(pepper, b"password\0" + password.encode(), "sha256")


def _signed(keys: Iterable[bytes], purpose: str, value: str, signature: str) -> bool:
    return any_same(signature.encode(), [_signature(key, purpose, value).encode() for key in keys])


def _signature(key: bytes, purpose: str, value: str) -> str:
    return hmac.digest(key, f"{purpose}\0{value}".encode(), "sha256").hex()[:32]


def seal(key: bytes, plaintext: bytes, context: bytes) -> bytes:
    """Encrypt with the algorithm that seals now: AES-256-GCM.

    ``context`` binds the result to its place, so that rows cannot be swapped.
    """
    nonce = os.urandom(NONCE_BYTES)
    made = ALGORITHMS[SEALING](sealing_key(key)).encrypt(nonce, plaintext, context)
    return SEALING + nonce + made


def unseal(key: bytes, sealed: bytes, context: bytes) -> bytes:
    """Decrypt what ``seal`` made.

    Raises:
        IntegrityFaultError: another key, another place, or changed bytes.
    """
    tried = opening_keys(key)
    opened = _opened(tried, sealed, context)
    if opened is None and isinstance(key, KeyRing) and key.look_again(tried):
        opened = _opened(key.opening, sealed, context)
    if opened is None:
        raise IntegrityFaultError(
            _s(
                "保存されたデータを復号できません。鍵フォルダー（PORTAL_KEY_DIR）"
                "がこのデータベースのものか確かめてください。"
            )
        )
    if (noted := _noted.get()) is not None:
        noted.add(context)
    return opened


def sealed_anew(key: bytes, sealed: bytes, context: bytes) -> bytes | None:
    """Return a value under the key and the algorithm that seal now; None if it is already.

    Raises:
        IntegrityFaultError: no key of the ring opens it.
    """
    if _mark_of(sealed) == SEALING and _opened((sealing_key(key),), sealed, context) is not None:
        return None
    with opening_for_nobody():
        return seal(key, unseal(key, sealed, context), context)


def _opened(keys: Iterable[bytes], sealed: bytes, context: bytes) -> bytes | None:
    mark = _mark_of(sealed)
    nonce, made = sealed[len(mark) :][:NONCE_BYTES], sealed[len(mark) + NONCE_BYTES :]
    for one in keys:
        try:
            return ALGORITHMS[mark](one).decrypt(nonce, made, context)
        except (InvalidTag, ValueError):
            continue
    return None


def sealing_adds() -> int:
    """Return by how many bytes ``seal`` makes a value longer."""
    return _added(SEALING)


def was_added(beginning: bytes) -> int:
    """Return by how many bytes a sealed value that begins so is longer than what was sealed."""
    return _added(_mark_of(beginning))


def _added(mark: bytes) -> int:
    return len(mark) + NONCE_BYTES + TAG_BYTES


def _mark_of(sealed: bytes) -> bytes:
    """Return the mark with which a value begins: no random nonce begins like one of a sort."""
    return next(mark for mark in ALGORITHMS if sealed.startswith(mark))


@contextmanager
def noting_what_is_opened() -> Iterator[set[bytes]]:
    """Note the contexts of all that is opened in the block, for the record of who saw what."""
    noted: set[bytes] = set()
    token = _noted.set(noted)
    try:
        yield noted
    finally:
        _noted.reset(token)


def opened_so_far() -> set[bytes] | None:
    """Return what ``noting_what_is_opened`` noted, to read and to clear; None outside of it."""
    return _noted.get()


def note_shown(household_id: int) -> None:
    """Note that a household is shown that was opened for nobody, to be compared with others."""
    if (noted := _noted.get()) is not None:
        noted.add(f"shown:{household_id}".encode())


@contextmanager
def opening_for_nobody() -> Iterator[None]:
    """Open in the block what the program compares or indexes and shows to nobody."""
    token = _noted.set(None)
    try:
        yield
    finally:
        _noted.reset(token)


def seal_json(key: bytes, value: object, context: str, *, step: int = STEP) -> bytes:
    """Encrypt a small JSON value, filled up with blanks to a multiple of ``step`` bytes.

    A record (a dataclass) is written as an object, a day in ISO 8601.
    From exact lengths of what stands about a family, its name could be guessed (decision 0033).
    """
    text = msgspec.json.encode(value)
    return seal(key, text + b" " * (-len(text) % step), context.encode())


def unseal_json(key: bytes, sealed: bytes, context: str) -> Any:
    """Decrypt a small JSON value."""
    return msgspec.json.decode(unseal(key, sealed, context.encode()))


def same(a: bytes, b: bytes) -> bool:
    """Compare two digests in constant time."""
    return hmac.compare_digest(a, b)


def any_same(value: bytes, candidates: Iterable[bytes]) -> bool:
    """Return whether any candidate equals the value, without stopping early."""
    found = False
    for candidate in candidates:
        found |= hmac.compare_digest(value, candidate)
    return found


def make_keys(directory: Path) -> None:
    """Write missing key files, readable by the owner only; existing ones are never touched."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in (*KEY_FILES, AUDIT_KEY):
        make_key(directory, name)


def make_key(directory: Path, name: str) -> None:
    """Write a random key file, unless there is one of this name."""
    if not key_files(directory, name):
        write_key(directory / f"{name}.key", secrets.token_bytes(KEY_BYTES))


def write_key(path: Path, key: bytes) -> None:
    """Write a new key file, readable by the owner only; it is on the disk when this returns."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(key.hex() + "\n")
        file.flush()
        os.fsync(file.fileno())
    sync(path.parent)


def load_vault(directory: Path) -> Vault:
    """Read the key files.

    Raises:
        InputError: a file is missing, unreadable or not a key.
    """
    keys: dict[str, bytes] = {}
    for name in KEY_FILES:
        files = key_files(directory, name)
        path = files[-1].path if files else directory / f"{name}.key"
        try:
            keys[name] = KeyRing.read(directory, name)
        except FileNotFoundError:
            raise InputError(
                _s(
                    "鍵ファイル %(name)s が見つかりません。鍵フォルダー（PORTAL_KEY_DIR）"
                    "を確かめるか、新しい環境なら「portal init」を実行してください。"
                )
                % {"name": path.name}
            ) from None
        except (OSError, ValueError):
            raise InputError(
                _s("鍵ファイル %(name)s を読めません。権限と中身を確かめてください。")
                % {"name": path.name}
            ) from None
    return Vault(**keys, password_cost=PasswordCost())
