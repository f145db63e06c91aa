"""The common part of the writers of letters without an ID, which contain no secret."""

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from msgspec import Struct
from sqlalchemy.orm import Session

from portal.domain.foundation.base import Values
from portal.domain.foundation.work import Work
from portal.domain.letters.letters.drawing.content import LetterContent
from portal.domain.letters.letters.kinds import WITHOUT_ID, Kind
from portal.domain.mailroom.printing.runs.pipeline.chunks import mark_printed
from portal.domain.mailroom.printing.runs.pipeline.printer import Printer
from portal.domain.mailroom.printing.runs.pipeline.worker_pool import Drawn, Job, JobQueue
from portal.domain.mailroom.printing.runs.pipeline.writer import Place, ReadyChunk, apart
from portal.domain.mailroom.printing.runs.recipients.recipient import Recipient


@dataclass(frozen=True, slots=True)
class WriterWithoutId(ABC):
    """The part of a ``Writer`` that is the same for every letter without an ID."""

    printer: Printer

    @property
    @abstractmethod
    def kind(self) -> str:
        """The kind of the run."""

    @property
    @abstractmethod
    def to_households(self) -> bool:
        """Whether the recipients are households."""

    @property
    @abstractmethod
    def enclosed(self) -> tuple[str, ...]:
        """What is enclosed with the letter."""

    @abstractmethod
    def back(self, day: date) -> bytes:
        """Return the PDF of the back of letters dated ``day``."""

    @abstractmethod
    def draw(self, contents: Sequence[LetterContent], day: date) -> bytes:
        """Return one PDF with a page for each letter, dated ``day``."""

    @abstractmethod
    def large_text(self, day: date, locale: str) -> bytes:
        """Return the text that is enclosed with letters in large print dated ``day``."""

    @property
    def stored_as(self) -> Kind:
        """Return the table and the states of letters without an ID."""
        return WITHOUT_ID

    def places(
        self,
        session: Session,  # noqa: ARG002  (a writer of letters with an ID reads who is due)
        ready: Sequence[Recipient],
        chunk_size: int,
    ) -> Sequence[Place]:
        """Return the chunk of each letter; large print has files of its own, behind the others."""
        groups = ([one for one in ready if bool(one.large) == large] for large in (False, True))
        return apart(groups, chunk_size)

    def planned_columns(self, recipient: Recipient) -> Values:
        """Return the recipient and the number of pieces of a planned letter."""
        return {
            "household_id": recipient.key if self.to_households else None,
            "test_address_id": None if self.to_households else recipient.key,
            "enclosures": 1 + len(self.enclosed),
            "large_print": recipient.large,
        }

    @contextmanager
    def press(
        self,
        day: date,
        chunks: int,  # noqa: ARG002  (decides how many worker processes others start)
    ) -> Iterator["PlainPress"]:
        """Open a press in this process; without passwords to hash, drawing is quick."""
        yield PlainPress(self, day)

    def store(
        self,
        work: Work,
        chunk: ReadyChunk,
        drawn: Drawn,  # noqa: ARG002  (holds the hashes of passwords, of which there are none)
    ) -> None:
        """Store the letters of a drawn chunk as printed."""
        columns: list[Values] = [
            {"large_print": letter.recipient.large} for letter in chunk.letters
        ]
        mark_printed(work, self, chunk, columns, kind=self.kind)


class PlainPress(Struct, frozen=True):
    """Draws letters without an ID in this process; a ``Press``."""

    writer: WriterWithoutId
    day: date

    def back(self) -> bytes:
        """Return the PDF of the back."""
        return self.writer.back(self.day)

    def draw_all(self, jobs: Iterable[Job], again: "deque[Job]") -> Iterator[Drawn]:
        """Yield drawn chunks; jobs that the consumer puts into ``again`` are drawn too."""
        for job in JobQueue(iter(jobs), again):
            yield Drawn(job.number, self.writer.draw(job.drafts, self.day), ())
