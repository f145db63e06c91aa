"""Files of the key folder during a rotation: a coming key, the newest, and those before it."""

import os
import secrets
from pathlib import Path

from msgspec import Struct

from portal.domain.foundation.disk import sync
from portal.domain.foundation.errors import InputError, WrongStateError
from portal.domain.foundation.key_ring import KEY_BYTES, KeyFile, key_files
from portal.domain.foundation.texts import _s
from portal.domain.foundation.vault import write_key


class Folder(Struct, frozen=True):
    """The files of one key."""

    folder: Path
    name: str

    @property
    def files(self) -> list[KeyFile]:
        """Its files, the oldest first."""
        return key_files(self.folder, self.name)

    @property
    def coming(self) -> KeyFile | None:
        """The key that opens already and does not seal yet."""
        return next((file for file in self.files if file.is_next), None)

    @property
    def newest(self) -> KeyFile:
        """The key that seals.

        Raises:
            InputError: there is none.
        """
        sealing = [file for file in self.files if not file.is_next]
        if not sealing:
            raise InputError(
                _s("鍵ファイル %(name)s が見つかりません。") % {"name": f"{self.name}.key"}
            )
        return sealing[-1]

    @property
    def earlier(self) -> list[KeyFile]:
        """The keys before the newest that are still here."""
        return [file for file in self.files if not file.is_next and file != self.newest]

    def begin(self) -> KeyFile:
        """Make the coming key, whole or not at all, and return its file."""
        return self.name_it(self.write())

    def write(self) -> KeyFile:
        """Write a coming key under a name that no program reads yet."""
        number = self.newest.number + 1
        made = self.folder / f"{self.name}.{number}.next.writing"
        made.unlink(missing_ok=True)
        write_key(made, secrets.token_bytes(KEY_BYTES))
        return KeyFile(number, is_next=True, path=made)

    def name_it(self, written: KeyFile) -> KeyFile:
        """Give a written key its name, from which on it opens."""
        path = written.path.with_suffix(".key")
        written.path.replace(path)
        sync(self.folder)
        return KeyFile(written.number, is_next=True, path=path)

    def promote(self) -> None:
        """Let the coming key seal from now on; without one nothing happens."""
        if (coming := self.coming) is not None:
            coming.path.rename(self.folder / f"{self.name}.{coming.number}.key")
            sync(self.folder)

    def check_earlier(self, file_name: str) -> KeyFile:
        """Return the file of an earlier key.

        Raises:
            InputError: there is no such file.
            WrongStateError: it is the newest key, or one that comes.
        """
        found = next((file for file in self.files if file.path.name == file_name), None)
        if found is None:
            raise InputError(_s("鍵ファイル %(name)s が見つかりません。") % {"name": file_name})
        if found not in self.earlier:
            raise WrongStateError(
                _s("%(name)s は、いま使っている鍵か、これから使う鍵です。") % {"name": file_name}
            )
        return found

    def destroy(self, file_name: str) -> None:
        """Overwrite and remove the file of an earlier key; see ``check_earlier``."""
        found = self.check_earlier(file_name)
        with found.path.open("r+b") as file:
            file.write(secrets.token_bytes(found.path.stat().st_size))
            file.flush()
            os.fsync(file.fileno())
        found.path.unlink()
        sync(self.folder)
