"""What a kind of letter decides in the one pipeline that builds every run.

``build.py`` plans a run, draws its chunks, stores each one whole and closes the run with its
manifest. A ``Writer`` is asked who gets a letter, what it says, how it is drawn, and what else is
stored with it: ``credential_writer.py`` for letters with an ID, ``advance.py`` and ``specimens.py``
(on ``writer_without_id.py``) for the others.
"""

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple, Protocol

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


@dataclass(frozen=True, slots=True)
class ChunkLetter:
    """One letter of a chunk with its recipient as of the drawing."""

    id: int
    number: str
    household_id: int | None
    recipient: Recipient


@dataclass(frozen=True, slots=True)
class ReadyChunk:
    """A chunk to draw, and what must still be true when it is stored.

    ``enclosed`` is what lies in the run's envelopes beside the letter.
    """

    job: Job
    letters: tuple[ChunkLetter, ...]
    enclosed: tuple[str, ...]


class Press(Protocol):
    """Draws the letters of one run."""

    def back(self) -> bytes:
        """Return the PDF of the back. Raises InputError for texts that do not fit."""

    def draw_all(self, jobs: Iterable[Job], again: "deque[Job]") -> Iterator[Drawn]:
        """Yield drawn chunks; what the consumer puts into ``again`` is drawn too.

        Raises InputError for letters that cannot be drawn.
        """


class Writer(Protocol):
    """One kind of letter."""

    @property
    def printer(self) -> Printer:
        """What the run is built with."""

    @property
    def kind(self) -> str:
        """The kind of the run."""

    @property
    def stored_as(self) -> Kind:
        """The table and the states of its letters."""

    @property
    def enclosed(self) -> tuple[str, ...]:
        """What lies in the envelope beside the letter."""

    def require(self, session: Session, run_id: int | None) -> None:
        """Refuse to begin, or to resume a run. Raises NotAllowedError or ConflictError."""

    def started(self, session: Session, run_id: int, now: datetime) -> None:
        """Record what a run is made from."""

    def choose(self, session: Session) -> Preflight:
        """Return who gets a letter, who cannot be printed and who is left out; change nothing."""

    def places(
        self, session: Session, ready: Sequence[Recipient], chunk_size: int
    ) -> Sequence[Place]:
        """Return the chunk of each letter, in order; recipients that changed are left out."""

    def planned_columns(self, recipient: Recipient) -> Values:
        """Return the columns of a planned letter that only this kind has."""

    def still_due(
        self, session: Session, keys: Collection[int], *, lock: bool
    ) -> Mapping[int, Recipient]:
        """Return those of the recipients that may still get their letter, by key.

        With ``lock`` they cannot change before the commit.
        """

    def contents(
        self, work: Work, letters: Sequence[ChunkLetter], enclosed: Sequence[str]
    ) -> Sequence[LetterContent]:
        """Return what the letters say, in order."""

    def press(self, day: date, chunks: int) -> AbstractContextManager[Press]:
        """Open what draws so many chunks of letters dated ``day``. Raises InputError."""

    def store(self, work: Work, chunk: ReadyChunk, drawn: Drawn) -> None:
        """Store the letters of a drawn chunk as printed, with all that belongs to them."""
