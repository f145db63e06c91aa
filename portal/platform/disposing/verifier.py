"""For the ward: does an older backup open with any key that is left, and is all in it sealed?"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, MetaData, select
from sqlalchemy.orm import Session

from portal.domain.foundation.errors import IntegrityFaultError
from portal.domain.foundation.key_ring import KEY_BYTES
from portal.domain.foundation.program.deployment import CHECK_CONTEXT
from portal.domain.foundation.vault import unseal
from portal.platform.backups import postgres_programs
from portal.platform.backups.manifest import Manifest
from portal.platform.backups.sealed_files import FILES_CONTEXT
from portal.platform.backups.snapshots import read_only
from portal.platform.backups.temporary import Place, temporary_place
from portal.platform.backups.unpacking import Unpacked, unpack
from portal.platform.database import opened
from portal.settings import Settings

WRITTEN = re.compile(rb"(?<![0-9A-Fa-f])[0-9A-Fa-f]{%d}(?![0-9A-Fa-f])" % (2 * KEY_BYTES))
SMALL = 1024 * 1024
"""Bytes up to which a file is searched for keys."""
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found in a backup.

    Attributes:
        manifest: What the backup says about itself.
        keys: How many keys were tried.
        sealed: How many sealed keys of rows and files, and other sealed values, were tried.
        opened: How many of them a key opened.
        files: How many files of the data folder are in it.
        plain: How many of those anybody can read who opens the backup.
    """

    manifest: Manifest
    keys: int
    sealed: int
    opened: int
    files: int
    plain: int

    @property
    def is_unreadable(self) -> bool:
        """Whether nothing of it can be read."""
        return not self.opened and not self.plain

    def counts(self) -> dict[str, int]:
        """Return what was counted, by name."""
        return {
            "keys": self.keys,
            "sealed": self.sealed,
            "opened": self.opened,
            "files": self.files,
            "plain": self.plain,
        }

    def as_json(self) -> dict[str, object]:
        """Return the verdict as plain values."""
        return {
            "unreadable": self.is_unreadable,
            "taken_at": self.manifest.taken_at.isoformat(),
            "keys_tried": self.keys,
            "sealed": self.sealed,
            "opened": self.opened,
            "files": self.files,
            "plain_files": self.plain,
            "key_ids": dict(self.manifest.keys),
        }


def keys_in(places: Sequence[Path]) -> list[bytes]:
    """Return everything that may be a key in these files and folders: 64 hexadecimal digits."""
    found: dict[bytes, None] = {}
    for place in places:
        for path in [place] if place.is_file() else sorted(place.rglob("*")):
            if path.is_file() and path.stat().st_size <= SMALL:
                for match in WRITTEN.finditer(path.read_bytes()):
                    found[bytes.fromhex(match[0].decode())] = None
    return list(found)


def verify_unreadable(
    settings: Settings, backup: Path, identities: Sequence[Any], where: Place, keys: list[bytes]
) -> Verdict:
    """Unpack a backup into a place that is gone afterwards, and try every key on all of it.

    Needs neither the live database nor its keys.

    Raises:
        InputError: the file is damaged or foreign, or was encrypted to another identity.
        OSError: the disk is full.
    """
    with temporary_place(settings, where) as empty:
        empty.data_dir.mkdir(mode=0o700)
        unpacked = unpack(backup, identities, empty.data_dir, lambda _manifest: None)
        with _engine(unpacked, empty) as engine, Session(engine) as session:
            tried = [*_values(session), *_files_key(unpacked.manifest)]
        opened_now = sum(_opens(key, *one) for one in tried for key in keys)
        files = sum(path.is_file() for path in unpacked.files.rglob("*"))
        plain = 0 if unpacked.manifest.files_key else files
        return Verdict(unpacked.manifest, len(keys), len(tried), opened_now, files, plain)


@contextmanager
def _engine(unpacked: Unpacked, empty: Settings) -> Iterator[Engine]:
    if unpacked.manifest.engine == "sqlite":
        engine = read_only(unpacked.database)
        try:
            yield engine
        finally:
            engine.dispose()
        return
    with opened(empty.database_url) as database:
        postgres_programs.load(database.engine, unpacked.database)
        yield database.engine


def _values(session: Session) -> Iterator[tuple[bytes, bytes]]:
    """Yield the sealed values whose context is known, with it: every data key is one of them."""
    tables = MetaData()
    tables.reflect(session.connection())
    for table in tables.sorted_tables:
        if "wrapped_key" in table.c:
            query = select(table.c.wrapped_key).where(table.c.wrapped_key.is_not(None))
            for (value,) in session.execute(query.execution_options(yield_per=AT_ONCE)):
                yield bytes(value), b"dek"
    deployment, credential = tables.tables.get("deployment"), tables.tables.get("credential")
    if deployment is not None:
        for (value,) in session.execute(select(deployment.c.key_check)):
            yield bytes(value), CHECK_CONTEXT
    if credential is not None:
        for value, digest in session.execute(
            select(credential.c.login_sealed, credential.c.login_digest)
        ):
            yield bytes(value), bytes(digest)


def _files_key(manifest: Manifest) -> list[tuple[bytes, bytes]]:
    return [(bytes.fromhex(manifest.files_key), FILES_CONTEXT)] if manifest.files_key else []


def _opens(key: bytes, sealed: bytes, context: bytes) -> bool:
    try:
        unseal(key, sealed, context)
    except IntegrityFaultError:
        return False
    return True
