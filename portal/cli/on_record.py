"""Whose data a command opened is on record before anything of it leaves the command.

A look is recorded when the transaction ends in which it was opened: in that transaction if it
writes, else in a short one of its own. What is printed before that waits in memory, and is never
printed if the look cannot be recorded. Files that a transaction fills are named or moved to their
place behind it.
"""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from typing import TextIO

from sqlalchemy import Engine
from sqlalchemy.orm import Session

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
    """Standard output of a command; it keeps what is printed while a look is not on record."""

    def __init__(self, onto: TextIO) -> None:
        self._onto = onto
        self._kept: list[str] = []

    @property
    def encoding(self) -> str:  # type: ignore[override]  # typeshed has it as a plain attribute
        """Return the encoding of what is behind it."""
        return self._onto.encoding

    @property
    def errors(self) -> str | None:  # type: ignore[override]  # typeshed has it as an attribute
        """Return how what is behind it treats letters that it has not."""
        return self._onto.errors

    def write(self, text: str) -> int:
        """Print, or keep."""
        if not isinstance(text, str):
            raise TypeError(type(text).__name__)
        if self._kept or opened_so_far():
            self._kept.append(text)
        else:
            self._onto.write(text)
        return len(text)

    def flush(self) -> None:
        """Print what nothing holds back."""
        if not opened_so_far():
            kept, self._kept = self._kept, []
            self._onto.write("".join(kept))
            self._onto.flush()

    def drop(self) -> None:
        """Forget what was kept: the end of the object would print it."""
        self._kept.clear()

    def writable(self) -> bool:
        """Return True."""
        return True

    def isatty(self) -> bool:
        """Tell whether somebody reads along."""
        return self._onto.isatty()

    def fileno(self) -> int:
        """Return the number of what is behind it."""
        return self._onto.fileno()


@contextmanager
def output_held(onto: TextIO) -> Iterator[HeldOutput]:
    """Send what the block prints through a ``HeldOutput``; what it still holds is lost."""
    held = HeldOutput(onto)
    try:
        with redirect_stdout(held):
            yield held
    finally:
        held.drop()
