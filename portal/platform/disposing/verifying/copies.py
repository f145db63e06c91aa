"""A copy of any form: recognized, taken apart in a place that is gone afterwards, and tried."""

import bz2
import gzip
import hashlib
import lzma
import shutil
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyrage

from portal.domain.foundation.disk import digest_of
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.vault import unseal
from portal.domain.oversight.disposal.verdict import FILES, FILES_KEY, KeyTried, Trials, Verdict
from portal.domain.sealed_columns import sealed_columns
from portal.platform.backups.identities import MARK
from portal.platform.backups.manifest import Manifest
from portal.platform.backups.sealed_files import FILES_CONTEXT, opens_a_piece
from portal.platform.backups.temporary import Place, temporary_place
from portal.platform.backups.unpacking import unpack
from portal.platform.disposing.verifying.columns import Columns
from portal.platform.disposing.verifying.dumps import (
    SQLITE_DUMP,
    tables_of_custom,
    tables_of_sqlite_text,
    tables_of_text,
)
from portal.platform.disposing.verifying.held_keys import HeldKey, identities_in, keys_in
from portal.platform.disposing.verifying.opening import opens, says_something
from portal.platform.disposing.verifying.raw_bytes import MOST, opened_in
from portal.settings import Settings

SQLITE = b"SQLite format 3\0"
CUSTOM, TAR_AT, TAR = b"PGDMP", 257, b"ustar"
AGE = b"age-encryption.org/"
PACKED: dict[bytes, Callable[..., Any]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ\0": lzma.open,
}
COPY_LINE, INSERT_LINE, LOOKED_FOR = b"\nCOPY ", b"\nINSERT INTO ", 64 * 1024 * 1024
SHORT = 128
"""Bytes up to which a file with a key in it is nothing but the key."""


@dataclass
class Search:
    """One search over a copy.

    Attributes:
        folder: An empty folder for what is taken apart.
        keys: The keys to try.
        identities: Secret keys that open backups.
        trials: What was tried and what opened.
        manifest: What the backup says about itself, if it is one of ours.
    """

    folder: Path
    keys: Sequence[HeldKey]
    identities: Sequence[Any]
    trials: Trials = field(default_factory=Trials)
    manifest: Manifest | None = None
    parts: int = 0

    def look(self, path: Path, name: str) -> None:
        """Try every key on one file, whatever it is."""
        with path.open("rb") as file:
            start = file.read(TAR_AT + len(TAR))
        packed = next((opener for mark, opener in PACKED.items() if start.startswith(mark)), None)
        if packed is not None:
            self._unpack(path, name, packed)
        elif start.startswith(AGE):
            self._age(path, name)
        elif start.startswith(SQLITE):
            self._sqlite(path, name)
        elif start.startswith(CUSTOM) or start[TAR_AT:] == TAR:
            self._custom(path, name)
        elif not self._is_text_dump(path, start):
            self._raw(path, name)

    def _new(self) -> Path:
        self.parts += 1
        return self.folder / f"part-{self.parts}"

    def _unpack(self, path: Path, name: str, opener: Callable[..., Any]) -> None:
        plain = self._new()
        try:
            with opener(path, "rb") as packed, plain.open("wb") as file:
                shutil.copyfileobj(packed, file)
        except (EOFError, lzma.LZMAError, gzip.BadGzipFile):
            self._raw(path, name)
            return
        self.look(plain, name)
        plain.unlink()

    def _age(self, path: Path, name: str) -> None:
        if not self.identities:
            self.trials.leave(name, _s("age で暗号にしたもので、開く秘密の鍵がありません。"))
            return
        folder = self._new()
        folder.mkdir(mode=0o700)
        try:
            unpacked = unpack(path, self.identities, folder, lambda _manifest: None)
        except InputError as error:
            self.trials.leave(name, error.message)
            return
        self.manifest = unpacked.manifest
        self._files(unpacked.files, unpacked.manifest)
        self.look(unpacked.database, name)
        shutil.rmtree(folder)

    def _files(self, folder: Path, manifest: Manifest) -> None:
        """Try the files of the data folder: sealed with a key of their own, earlier not at all."""
        files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
        if not manifest.files_key:
            for _path in files:
                self.trials.note(FILES, None, readable=True)
            return
        wrapped = bytes.fromhex(manifest.files_key)
        by = next((held for held in self.keys if opens(held.key, wrapped, FILES_CONTEXT)), None)
        self.trials.note(FILES_KEY, by.number if by else None)
        tried = [(held.key, held) for held in self.keys]
        if by is not None:
            tried.append((unseal(by.key, wrapped, FILES_CONTEXT), by))
        for path in files:
            name = path.relative_to(folder).as_posix()
            found = next((one for key, one in tried if opens_a_piece(key, name, path)), None)
            self.trials.note(FILES, found.number if found else None)

    def _sqlite(self, path: Path, name: str) -> None:
        copy = self._new()
        shutil.copyfile(path, copy)
        for end in ("-wal", "-journal"):
            beside = path.with_name(path.name + end)
            if beside.exists():
                shutil.copyfile(beside, copy.with_name(copy.name + end))
        try:
            self._columns(copy)
        except sqlite3.DatabaseError as error:
            self.trials.leave(name, f"SQLite: {error}")
            self._raw(path, name)

    def _columns(self, database: Path) -> None:
        self.trials.databases += 1
        with closing(sqlite3.connect(database)) as connection:
            Columns(connection, self.keys, self.trials).try_all()
        database.unlink()

    def _custom(self, path: Path, name: str) -> None:
        target = self._new()
        try:
            found = tables_of_custom(path, target)
        except InputError as error:
            self.trials.leave(name, error.message)
            self._raw(path, name)
            return
        if found:
            self._columns(target)

    def _is_text_dump(self, path: Path, start: bytes) -> bool:
        target = self._new()
        if start.startswith(SQLITE_DUMP):
            try:
                tables_of_sqlite_text(path, target)
            except (sqlite3.Error, UnicodeDecodeError):
                target.unlink(missing_ok=True)
            else:
                self._columns(target)
                return True
        with path.open("rb") as file:
            beginning = b"\n" + file.read(LOOKED_FOR)
            if COPY_LINE not in beginning:
                return False
            file.seek(0)
            found = tables_of_text(file, target)
        if found:
            self._columns(target)
        return bool(found)

    def _raw(self, path: Path, name: str) -> None:
        with path.open("rb") as file:
            content = file.read(MOST)
        if path.stat().st_size > MOST:
            self.trials.leave(
                name, _s("最初の%(mib)d MiB だけを試しました。") % {"mib": MOST // 1024**2}
            )
        place = _s("そのままのバイト: %(name)s") % {"name": name}
        by = next(opened_in(content, self.keys), None)
        is_key = len(content) <= SHORT and any(held.place == path.name for held in self.keys)
        is_rows = INSERT_LINE in content  # rows in text, their sealed values in hexadecimal
        readable = by is None and not is_key and not is_rows and says_something(content)
        self.trials.note(place, by.number if by else None, readable=readable)


def verify_unreadable(
    settings: Settings,
    copy: Path,
    identities: Sequence[str],
    folder: Path | None,
    keys: Sequence[HeldKey],
) -> Verdict:
    """Try every key on all of a copy; it is taken apart in a place that is gone afterwards.

    A folder is searched for keys as well, and each of its files is tried. Needs neither database,
    nor keys, nor a server.

    Raises:
        OSError: the disk is full, or the copy cannot be read.
    """
    found = {held.key: held for held in [*keys, *(keys_in([copy]) if copy.is_dir() else [])]}
    texts = [*identities, *(identities_in([copy]) if copy.is_dir() else [])]
    somewhere = replace(settings, database_url="sqlite://")
    with temporary_place(somewhere, Place(folder)) as empty:
        empty.data_dir.mkdir(mode=0o700)
        search = Search(empty.data_dir, list(found.values()), _identities(texts))
        for path in _files_of(copy):
            name = path.name if path == copy else path.relative_to(copy).as_posix()
            search.look(path, name)
    manifest = search.manifest
    return Verdict(
        copy.name,
        digest_of(copy) if copy.is_file() else _digest_of_folder(copy),
        tuple(KeyTried(held.number, held.place) for held in search.keys),
        search.trials,
        frozenset(sealed_columns().columns),
        manifest.taken_at if manifest else None,
        manifest.keys if manifest else {},
    )


def _identities(texts: Sequence[str]) -> list[Any]:
    found = []
    for text in texts:
        if text.startswith(MARK):
            try:
                found.append(pyrage.x25519.Identity.from_str(text))
            except pyrage.IdentityError:
                continue
    return found


def _files_of(copy: Path) -> list[Path]:
    if copy.is_file():
        return [copy]
    beside = ("-wal", "-shm", "-journal")
    return [
        path
        for path in sorted(copy.rglob("*"))
        if path.is_file() and path.stat().st_size and not path.name.endswith(beside)
    ]


def _digest_of_folder(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(f"{path.relative_to(folder).as_posix()}\0{digest_of(path)}\n".encode())
    return digest.hexdigest()
