"""Whose data a command opened is on record before anything of it leaves the command.

A look is recorded when the transaction ends in which it was opened: in that transaction if it
writes, else in a short one of its own. What is said before that on standard output or standard
error, and a result as JSON, waits in memory, and never leaves if the look cannot be recorded. Other
files that a transaction fills are named or moved to their place behind it.
"""

import io
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TextIO

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from portal.domain.foundation.disk import sync
from portal.domain.foundation.vault import opened_so_far
from portal.domain.people.households.looks import names_somebody
from portal.platform.database import Database, FormLock


class RecordingDatabase(Database):
    """A command's database: ``note`` records what was opened, at the end of each transaction."""

    def __init__(self, engine: Engine, note: Callable[[Session], None]) -> None:
        super().__init__(engine)
        self._note = note

    @contextmanager
    def write(self, form: FormLock | None = None) -> Iterator[Session]:
        """Open a writing transaction, which ends with the record of what was opened."""
        noted = False
        with super().write(form) as session:
            yield session
            if session.in_transaction():
                self._note(session)
                noted = True
        if noted:
            forget_opened()
        else:
            self.record_now()  # of a trial, which was rolled back

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a reading transaction; what was opened is recorded behind it."""
        with super().read() as session:
            yield session
        self.record_now()

    def record_now(self) -> None:
        """Record what was opened and is not on record yet."""
        opened = opened_so_far()
        if opened and names_somebody(opened):
            with super().write() as session:
                self._note(session)
        forget_opened()


def forget_opened() -> None:
    """Begin anew: what was opened is on record, or is nobody's data."""
    if opened := opened_so_far():
        opened.clear()


class HeldOutput(io.TextIOBase):
    """What a command prints; it keeps what is printed while a look is not on record."""

    def __init__(self, onto: TextIO) -> None:
        self.onto = onto
        self._kept: list[str] = []

    @property
    def encoding(self) -> str:  # type: ignore[override]  # typeshed has it as a plain attribute
        """Return the encoding of what is behind it."""
        return self.onto.encoding

    @property
    def errors(self) -> str | None:  # type: ignore[override]  # typeshed has it as an attribute
        """Return how what is behind it treats letters that it has not."""
        return self.onto.errors

    def write(self, text: str) -> int:
        """Print, or keep."""
        if not isinstance(text, str):
            raise TypeError(type(text).__name__)
        if self._kept or opened_so_far():
            self._kept.append(text)
        else:
            self.onto.write(text)
        return len(text)

    def flush(self) -> None:
        """Print what nothing holds back."""
        if not opened_so_far():
            kept, self._kept = self._kept, []
            self.onto.write("".join(kept))
            self.onto.flush()

    def drop(self) -> None:
        """Forget what was kept: the end of the object would print it."""
        self._kept.clear()

    def writable(self) -> bool:
        """Return True."""
        return True

    def isatty(self) -> bool:
        """Tell whether somebody reads along."""
        return self.onto.isatty()

    def fileno(self) -> int:
        """Return the number of what is behind it."""
        return self.onto.fileno()


@dataclass
class Held:
    """What a command says: both of its streams, and the files that appear when all is on record."""

    output: HeldOutput
    errors: HeldOutput
    files: list[tuple[Path, str]] = field(default_factory=list)

    def release(self) -> None:
        """Print, and let the files appear: everything is on record."""
        with suppress(OSError):  # a full disk under a log keeps no result back
            self.errors.flush()
        try:
            self.output.flush()
        finally:
            for path, text in self.files:
                place(path, text)
            self.files.clear()


_held: ContextVar[Held | None] = ContextVar("held", default=None)


@contextmanager
def output_held() -> Iterator[Held]:
    """Hold what the block says on standard output and error; what it still holds is lost."""
    held = Held(HeldOutput(sys.stdout), HeldOutput(sys.stderr))
    token = _held.set(held)
    try:
        with redirect_stdout(held.output), redirect_stderr(held.errors):
            yield held
    finally:
        _held.reset(token)
        held.output.drop()
        held.errors.drop()


def write_file(path: Path, text: str) -> None:
    """Write a file that appears whole at the end of the command, if the looks are on record then.

    It does not appear if the command fails by an exception.
    """
    held = _held.get()
    if held is None:
        place(path, text)
    else:
        held.files.append((path, text))


def place(path: Path, text: str) -> None:
    """Write a file beside its place and rename it; what is no file, such as a pipe, is written to.

    Raises:
        OSError: it cannot be written; nothing of it is left.
    """
    target = path.resolve()
    if target.exists() and not target.is_file():
        target.write_text(text, encoding="utf-8")
        return
    part = None
    try:
        with NamedTemporaryFile(
            "w", encoding="utf-8", dir=target.parent, prefix=f".{target.name}.", delete=False
        ) as file:
            part = Path(file.name)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    except BaseException as error:
        if part is not None:
            part.unlink(missing_ok=True)
        if isinstance(error, OSError):
            error.filename = str(target)
        raise
    sync(target.parent)


def past_the_record() -> TextIO:
    """Return standard error itself, for a bar of fixed words and counts, which nothing holds."""
    held = _held.get()
    return held.errors.onto if held is not None else sys.stderr
