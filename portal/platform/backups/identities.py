"""The keys of backups: public ones to encrypt to, and the secret one that opens them."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pyrage

from portal.domain.foundation.errors import ConflictError, InputError
from portal.domain.foundation.texts import _s
from portal.domain.letters.subcontractors.keys import read_key

MARK = "AGE-SECRET-KEY-1"


def read_recipients(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the public keys to which a backup is encrypted.

    Raises:
        InputError: there is none, or one is no public key.
    """
    found = tuple(read_key(text) for text in texts)
    if not found:
        raise InputError(
            _s(
                "バックアップを暗号化する公開鍵がありません。"
                "「portal backup create-identity」で鍵を作り、「age1」で始まる公開鍵を"
                "PORTAL_BACKUP_RECIPIENTS か --recipient で指定してください。"
            )
        )
    return found


def read_identities(path: Path) -> Sequence[Any]:
    """Return the secret keys of a file such as ``age-keygen`` writes.

    Raises:
        InputError: the file cannot be read, or has no secret key.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
        found = [
            pyrage.x25519.Identity.from_str(line.strip())
            for line in lines
            if line.strip().startswith(MARK)
        ]
    except (OSError, UnicodeDecodeError, pyrage.IdentityError):
        raise _unreadable(path) from None
    if not found:
        raise _unreadable(path)
    return found


def _unreadable(path: Path) -> InputError:
    return InputError(
        _s(
            "%(name)s から、バックアップを開く秘密の鍵（AGE-SECRET-KEY-1…）を読めません。"
            "「portal backup create-identity」か age-keygen が作ったファイルを指定してください。"
        )
        % {"name": path.name}
    )


def make_identity(path: Path) -> str:
    """Write a new secret key, readable by its owner only, and return its public key.

    Raises:
        ConflictError: the file exists.
        OSError: it cannot be written.
    """
    identity = pyrage.x25519.Identity.generate()
    public = str(identity.to_public())
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise ConflictError(
            _s("%(name)s は、もうあります。上書きしません。") % {"name": path.name}
        ) from None
    with os.fdopen(handle, "w") as file:
        file.write(f"# public key: {public}\n{identity}\n")
        file.flush()
        os.fsync(file.fileno())
    return public
