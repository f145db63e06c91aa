"""The key files of one machine: what they are called, and how they end."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from portal.domain.foundation.errors import NotAllowedError
from portal.domain.foundation.key_ring import KeyRing, key_files
from portal.domain.foundation.texts import _s
from portal.domain.foundation.vault import AUDIT_KEY, KEY_FILES, Vault
from portal.platform.backups.manifest import key_digest

FIRST = "kek"
"""Goes first: from then on nothing that it sealed can be read, whatever else is still there."""
UNREADABLE = "–"


class _Gone(KeyRing):
    """A key that is gone; as a plain key it is too long for any digest."""

    @property
    def opening(self) -> tuple[bytes, ...]:
        raise RuntimeError("the keys are gone")

    @property
    def numbered(self) -> tuple[tuple[int, bytes], ...]:
        raise RuntimeError("the keys are gone")


_GONE = _Gone(65)
NO_KEYS = Vault(kek=_GONE, index=_GONE, pepper=_GONE, token=_GONE)
"""Stands for keys that are gone: whoever uses it gets an error."""


def files_of_keys(folder: Path) -> list[Path]:
    """Return the files of keys, also of earlier, coming and half written ones, in their order.

    The master key that seals is the first, the others of its name follow. The key that signs heads
    is not among them: it signs the end.
    """
    if not folder.is_dir():
        return []
    found = [path for path in folder.iterdir() if path.is_file() and _name(path) in KEY_FILES]
    seals = [file.path for file in key_files(folder, FIRST) if not file.is_next][-1:]
    return sorted(found, key=lambda path: (path not in seals, _name(path) != FIRST, path.name))


def _name(path: Path) -> str:
    return path.name.partition(".")[0]


def digests_of(folder: Path) -> dict[str, str]:
    """Return the digest of each key by the name of its file, as backups name it."""
    return {path.name: _digest(path) for path in files_of_keys(folder)}


def _digest(path: Path) -> str:
    try:
        return key_digest(bytes.fromhex(path.read_text().strip()))
    except (OSError, ValueError):
        return UNREADABLE


def require_removable(folder: Path) -> None:
    """Refuse to begin where the key files cannot be overwritten and removed.

    Raises:
        NotAllowedError: they cannot.
    """
    files = files_of_keys(folder)
    if not os.access(folder, os.W_OK) or not all(os.access(one, os.W_OK) for one in files):
        raise NotAllowedError(
            _s("鍵フォルダー %(folder)s の鍵を消せません。権限を確かめてください。")
            % {"folder": folder}
        )


def destroy(path: Path) -> None:
    """Overwrite a file on the disk and take it away; nothing happens if it is gone.

    A disk may keep what was overwritten: the certificate says so.
    """
    try:
        with path.open("r+b") as file:
            file.write(secrets.token_bytes(path.stat().st_size))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
    except FileNotFoundError:
        return
    _keep(path.parent)


def destroy_keys(folder: Path, step: Callable[[str], None]) -> list[str]:
    """Destroy every key of a folder, the one that wraps all others first; return their names."""
    gone = []
    for path in files_of_keys(folder):
        step(f"key {path.name}")
        destroy(path)
        gone.append(path.name)
    return gone


def destroy_signing_key(folder: Path) -> None:
    """Destroy the key that signed the heads: nobody goes on with the chain."""
    destroy(folder / f"{AUDIT_KEY}.key")


def _keep(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
