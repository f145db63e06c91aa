"""The key files of one machine: what they are called, and how they end."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from portal.domain.foundation.errors import NotAllowedError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.vault import AUDIT_KEY, KEY_FILES

FIRST = "kek"
"""Goes first: from then on nothing that it sealed can be read, whatever else is still there."""


def files_of_keys(folder: Path) -> list[Path]:
    """Return the key files, earlier and coming keys too; the one that signs heads stays."""
    if not folder.is_dir():
        return []
    found = [
        path
        for path in folder.iterdir()
        if path.is_file() and path.name.partition(".")[0] in KEY_FILES
    ]
    return sorted(found, key=lambda path: (not path.name.startswith(FIRST), path.name))


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
