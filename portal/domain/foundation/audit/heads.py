"""Signed heads of the chain: what is kept outside the database, one line of JSON each.

Who may change the database can compute a new chain, but can neither sign its head nor change the
lines that the ward keeps.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from msgspec import Struct

from portal.domain.foundation.audit.chain import Link, canonical, microseconds
from portal.domain.foundation.audit.models import AuditHead
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.key_ring import KEY_BYTES, KeyFile
from portal.domain.foundation.texts import _s
from portal.domain.foundation.vault import AUDIT_KEY, make_key

FILE = "audit-heads.jsonl"
END_OF_FILE = 65_536
"""So many bytes at the end of the file hold more than a hundred heads."""
_TAG = b"portal audit head 1"


class HeadKind(StrEnum):
    """What a head says: the chain came this far, or it goes on from here after a restore."""

    USUAL = "head"
    RESTORED = "restored"


class Head(Struct, frozen=True):
    """The chain up to an event, with a signature.

    Attributes:
        kind: Whether events behind this one were lost because a backup was restored.
        link: Number and hash of the newest event.
        at: When it was signed (UTC).
        signer: The short name of the key.
        signature: Ed25519, over all of the above.
    """

    kind: HeadKind
    link: Link
    at: datetime
    signer: str
    signature: bytes

    def as_line(self) -> str:
        """Return the head as it stands in the file, without the end of the line."""
        return json.dumps(
            {
                "kind": self.kind.value,
                "seq": self.link.seq,
                "hash": self.link.hash.hex(),
                "at": self.at.isoformat(),
                "signer": self.signer,
                "signature": self.signature.hex(),
            }
        )


def head_of(row: AuditHead) -> Head:
    """Return a stored head.

    Raises:
        ValueError: nobody of ours wrote this row.
    """
    link = Link(row.seq, bytes(row.hash))
    return Head(HeadKind(row.kind), link, row.at, row.signer, bytes(row.signature))


def read_line(line: str) -> Head:
    """Read a line of the file.

    Raises:
        ValueError: it is none.
    """
    try:
        values = json.loads(line)
        return Head(
            HeadKind(values["kind"]),
            Link(int(values["seq"]), bytes.fromhex(values["hash"])),
            datetime.fromisoformat(values["at"]),
            str(values["signer"]),
            bytes.fromhex(values["signature"]),
        )
    except (KeyError, TypeError, AttributeError):
        raise ValueError(line) from None


def _signed_bytes(kind: HeadKind, link: Link, at: datetime, signer: str) -> bytes:
    return canonical(_TAG, (kind.value, link.seq, link.hash, microseconds(at), signer))


class Signer(Struct, frozen=True):
    """The key that signs heads; it is in a file beside the other keys."""

    _key: Ed25519PrivateKey

    @property
    def public_key(self) -> bytes:
        """The key that the ward keeps, to check signatures: 32 bytes."""
        return self._key.public_key().public_bytes_raw()

    def sign(self, kind: HeadKind, link: Link, at: datetime) -> Head:
        """Return the signed head of a chain."""
        signer = name_of(self.public_key)
        signature = self._key.sign(_signed_bytes(kind, link, at, signer))
        return Head(kind, link, at, signer, signature)


def name_of(public_key: bytes) -> str:
    """Return the short name of a public key."""
    return hashlib.sha256(public_key).hexdigest()[:16]


def is_signed(head: Head, keys: Mapping[str, bytes]) -> bool:
    """Tell whether one of the public keys, by their names, signed a head."""
    public = keys.get(head.signer)
    if public is None:
        return False
    data = _signed_bytes(head.kind, head.link, head.at, head.signer)
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(head.signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True


def load_signer(folder: Path) -> Signer | None:
    """Read the key that signs; None where there is none.

    Raises:
        InputError: the file cannot be read, or is no key.
    """
    path = folder / f"{AUDIT_KEY}.key"
    try:
        key = KeyFile(1, is_next=False, path=path).read()
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        raise InputError(
            _s("鍵ファイル %(name)s を読めません。権限と中身を確かめてください。")
            % {"name": path.name}
        ) from None
    return Signer(Ed25519PrivateKey.from_private_bytes(key))


def make_signer(folder: Path) -> Signer:
    """Return the key that signs; one that is missing is made."""
    make_key(folder, AUDIT_KEY)
    signer = load_signer(folder)
    if signer is None:
        raise FileNotFoundError(folder / f"{AUDIT_KEY}.key")
    return signer


def public_keys(texts: Iterable[str]) -> dict[str, bytes]:
    """Return public keys by their names; each text has 64 hexadecimal digits.

    Raises:
        InputError: one has not.
    """
    found = {}
    for text in texts:
        try:
            key = bytes.fromhex(text.strip())
        except ValueError:
            key = b""
        if len(key) != KEY_BYTES:
            raise InputError(_s("公開鍵は、64桁の16進数で書いてください。"))
        found[name_of(key)] = key
    return found


def append_heads(folder: Path, heads: Iterable[Head]) -> None:
    """Add heads to the file that the ward keeps; they are on its disk when this returns.

    A line that a full disk cut off is ended first, so that it spoils no later one.

    Raises:
        OSError: the folder is away, full, or may not be written.
    """
    text = "".join(head.as_line() + "\n" for head in heads).encode()
    if not text:
        return
    handle = os.open(folder / FILE, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o640)
    try:
        size = os.fstat(handle).st_size
        if size and os.pread(handle, 1, size - 1) != b"\n":
            text = b"\n" + text
        if os.write(handle, text) != len(text):
            raise OSError(28, os.strerror(28), str(folder / FILE))
        os.fsync(handle)
    finally:
        os.close(handle)


class Kept(Struct, frozen=True):
    """What the outside file holds: its heads in order, and the numbers of lines that are none."""

    heads: tuple[Head, ...] = ()
    unreadable: tuple[int, ...] = ()


def read_heads(place: Path, last_bytes: int | None = None) -> Kept:
    """Read the outside file, or the one in a folder; an absent file holds nothing.

    ``last_bytes`` reads only its end, without the line in which that begins.

    Raises:
        OSError: it cannot be read.
    """
    path = place / FILE if place.is_dir() else place
    if not path.exists():
        return Kept()
    with path.open("rb") as file:
        skipped = max(0, path.stat().st_size - last_bytes) if last_bytes is not None else 0
        file.seek(skipped)
        lines = file.read().decode("utf-8", "replace").splitlines()
    heads, unreadable = [], []
    for number, line in enumerate(lines, 1):
        if not line.strip() or (skipped and number == 1):
            continue
        try:
            heads.append(read_line(line))
        except ValueError:
            unreadable.append(number)
    return Kept(tuple(heads), tuple(unreadable))
