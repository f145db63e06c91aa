"""The interface of a kind of letter in the one pipeline that builds every run.

``build.py`` plans a run, draws and stores its chunks, and closes the run with its manifest. A
``Writer`` decides who gets a letter, what its content is, how it is drawn, and what else is stored
with it: ``credential_writer.py`` for letters with an ID, ``advance.py`` and ``specimens.py``
(based on ``writer_without_id.py``) for the others.
"""

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import NamedTuple, Protocol

from msgspec import Struct
from sqlalchemy.orm import Session

from portal.domain.foundation.base import Values
from portal.domain.foundation.work import Work
from portal.domain.letters.letters.drawing.content import LetterContent
from portal.domain.letters.letters.kinds import Kind
from portal.domain.mailroom.printing.runs.pipeline.printer import Printer
from portal.domain.mailroom.printing.runs.pipeline.worker_pool import Drawn, Job
from portal.domain.mailroom.printing.runs.recipients.preflight import Preflight
from portal.domain.mailroom.printing.runs.recipients.recipient import Recipient


class Place(NamedTuple):
    """A recipient and the number of the chunk with its letter, from 1."""

    recipient: Recipient
    chunk: int


def apart(groups: Iterable[Sequence[Recipient]], chunk_size: int) -> list[Place]:
    """Return the chunk of each letter; each group has files of its own, behind those before it."""
    found: list[Place] = []
    for group in groups:
        behind = found[-1].chunk if found else 0
        found += [Place(one, 1 + behind + at // chunk_size) for at, one in enumerate(group)]
    return found


class ChunkLetter(Struct, frozen=True):
    """One letter of a chunk, with its recipient as it was when drawn."""

    id: int
    number: str
    household_id: int | None
    recipient: Recipient


class ReadyChunk(Struct, frozen=True):
    """A chunk to draw, and its letters, whose recipients must be unchanged when it is stored.

    ``enclosed`` names what is enclosed with the run's letters.
    """

    job: Job
    letters: tuple[ChunkLetter, ...]
    enclosed: tuple[str, ...]


class Press(Protocol):
    """Draws the letters of one run."""

    def back(self) -> bytes:
        """Return the PDF of the back. Raises InputError for texts that do not fit."""

    def draw_all(self, jobs: Iterable[Job], again: "deque[Job]") -> Iterator[Drawn]:
        """Yield drawn chunks; jobs that the consumer puts into ``again`` are drawn too.

        Raises InputError for letters that cannot be drawn.
        """


class Writer(Protocol):
    """One kind of letter."""

    @property
    def printer(self) -> Printer:
        """The resources with which the run is built."""

    @property
    def kind(self) -> str:
        """The kind of the run."""

    @property
    def stored_as(self) -> Kind:
        """The table and the states of its letters."""

    @property
    def enclosed(self) -> tuple[str, ...]:
        """What is enclosed with the letter."""

    def require(self, session: Session, run_id: int | None) -> None:
        """Check that a run may begin, or ``run_id`` resume.

        Raises NotAllowedError or ConflictError.
        """

    def started(self, session: Session, run_id: int, now: datetime) -> None:
        """Record the version of the texts from which a run is made."""

    def choose(self, session: Session) -> Preflight:
        """Return who gets a letter, who is unprintable and who is left out; change nothing."""

    def places(
        self, session: Session, ready: Sequence[Recipient], chunk_size: int
    ) -> Sequence[Place]:
        """Return the chunk of each letter, in order; recipients that changed are left out."""

    def planned_columns(self, recipient: Recipient) -> Values:
        """Return the columns of a planned letter that only this kind has."""

    def still_due(
        self, session: Session, keys: Collection[int], *, lock: bool
    ) -> Mapping[int, Recipient]:
        """Return the recipients that may still get their letter, by key.

        With ``lock`` they cannot change before the commit.
        """

    def contents(
        self, work: Work, letters: Sequence[ChunkLetter], enclosed: Sequence[str]
    ) -> Sequence[LetterContent]:
        """Return the contents of the letters, in order."""

    def large_text(self, day: date, locale: str) -> bytes:
        """Return what is enclosed with large letters dated ``day`` (JST): the text of the letter.

        Raises InputError.
        """

    def press(self, day: date, chunks: int) -> AbstractContextManager[Press]:
        """Open a press for ``chunks`` chunks of letters dated ``day`` (JST). Raises InputError."""

    def store(self, work: Work, chunk: ReadyChunk, drawn: Drawn) -> None:
        """Store the letters of a drawn chunk as printed, with everything that belongs to them."""
