"""A file that came: on a disk, or held in memory alone, so that nothing of it is ever written."""

import io
from dataclasses import dataclass, field
from typing import Literal, Protocol


class CameIn(Protocol):
    """What a reader asks of a file: its name, and to be opened again and again; a path is one."""

    @property
    def name(self) -> str:
        """The name of the file, without its folder."""

    def open(self, mode: Literal["rb"]) -> io.BufferedReader | io.BytesIO:
        """Open the file at its first byte. Raises OSError."""


@dataclass(frozen=True, slots=True)
class HeldFile:
    """A file in memory, under the name by which hand-overs and imports call it."""

    name: str
    data: bytes = field(repr=False)

    def open(self, _mode: Literal["rb"]) -> io.BytesIO:
        """Return a stream that begins at the first byte."""
        return io.BytesIO(self.data)

    def __str__(self) -> str:
        """Return the name, as sentences say it."""
        return self.name


def size_of(file: CameIn) -> int:
    """Return a file's size in bytes. Raises OSError."""
    with file.open("rb") as opened:
        return opened.seek(0, io.SEEK_END)
