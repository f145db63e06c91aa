"""Write letters with ID and password.

A password exists only in the worker process that draws it, and as a hash (decision 0005).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from itertools import product

from msgspec import Struct, field
from sqlalchemy.orm import Session

from portal.domain.foundation.base import Values
from portal.domain.foundation.languages import SOURCE_LOCALE
from portal.domain.foundation.work import Work
from portal.domain.letters.letters.drawing.content import LetterContent
from portal.domain.letters.letters.drawing.large import large_text_pdf
from portal.domain.letters.letters.drawing.render import FRONT_NOTES
from portal.domain.letters.letters.kinds import CREDENTIAL, Kind
from portal.domain.letters.letters.orders import lock_orders, replace_letters
from portal.domain.letters.letters.states import CREDENTIAL_LETTER, FIRST
from portal.domain.mailroom.printing.runs.pipeline.chunks import mark_printed
from portal.domain.mailroom.printing.runs.pipeline.printer import Printer
from portal.domain.mailroom.printing.runs.pipeline.worker_pool import Drawn, WorkerPool, worker_pool
from portal.domain.mailroom.printing.runs.pipeline.writer import (
    ChunkLetter,
    Place,
    ReadyChunk,
    apart,
)
from portal.domain.mailroom.printing.runs.recipients.addressees import read_addressees
from portal.domain.mailroom.printing.runs.recipients.preflight import (
    Preflight,
    draft,
    preflight,
    require_protection,
)
from portal.domain.mailroom.printing.runs.recipients.recipient import Recipient
from portal.domain.mailroom.printing.runs.recipients.selection import (
    due,
    lock_households,
    still_due,
)
from portal.domain.mailroom.printing.runs.writers.approved_texts import (
    approved_texts,
    record_texts,
    require_same_texts,
)
from portal.domain.mailroom.printing.runs.writers.enclosures import printed_names
from portal.domain.people.credentials.services import NewCredential, free_login_ids, issue_many
from portal.domain.requests.redeliveries.fulfilling import letters_printed, lock_approved


class CredentialWriter(Struct, frozen=True):
    """Writes letters with ID and password; a ``Writer``.

    With 0 ``workers`` they are drawn in this process. ``taken`` are the IDs assigned so far.
    """

    printer: Printer
    workers: int = 2
    kind: str = CREDENTIAL_LETTER
    taken: set[str] = field(default_factory=set)

    @property
    def stored_as(self) -> Kind:
        """Return the table and the states of letters with an ID."""
        return CREDENTIAL

    @property
    def enclosed(self) -> tuple[str, ...]:
        """What is enclosed with a first letter."""
        return self.printer.program.letter_enclosures

    def require(self, session: Session, run_id: int | None) -> None:
        """Check that protection is loaded and the ward approved the texts.

        Raises:
            NotAllowedError: protection is not loaded, or the texts are not approved.
            ConflictError: the texts changed since the run began.
        """
        require_protection(session)
        texts = approved_texts(self.printer.work(session))
        if run_id is not None:
            require_same_texts(session, texts, run_id)

    def started(self, session: Session, run_id: int, now: datetime) -> None:
        """Record the version of the texts from which the run is printed."""
        record_texts(session, approved_texts(self.printer.work(session)), run_id, now)

    def choose(self, session: Session) -> Preflight:
        """Check every household that is due, without changing anything."""
        return preflight(self.printer.work(session), self.printer.fonts)

    def places(
        self, session: Session, ready: Sequence[Recipient], chunk_size: int
    ) -> Sequence[Place]:
        """Return the chunk of each letter; households that are no longer due are left out."""
        unchanged = {one.key for one in due(session)}
        chosen = [one for one in ready if one.key in unchanged]
        # letters for the ward's counter have files of their own, so that none gets into the post;
        # so has large print, which gets its text enclosed
        kinds = product((False, True), repeat=2)
        groups = (
            [one for one in chosen if (one.counter, bool(one.large)) == kind] for kind in kinds
        )
        return apart(groups, chunk_size)

    def planned_columns(self, recipient: Recipient) -> Values:
        """Return the household, hand-over and reason of a planned letter."""
        return {
            "household_id": recipient.key,
            "position": None,
            "counter": recipient.counter,
            "reason": recipient.reason,
            "enclosures": _pieces(self.enclosed, recipient.reason),
            "large_print": recipient.large,
        }

    def still_due(
        self, session: Session, keys: Collection[int], *, lock: bool
    ) -> Mapping[int, Recipient]:
        """Return the households whose letter may still be printed, by key."""
        if lock:
            lock_households(session, keys)
            lock_approved(session, keys)
            lock_orders(session, keys)
        return still_due(session, keys)

    def contents(
        self, work: Work, letters: Sequence[ChunkLetter], enclosed: Sequence[str]
    ) -> Sequence[LetterContent]:
        """Return letters with new IDs, which lack only their passwords."""
        keys = [one.recipient.key for one in letters]
        addressees = read_addressees(work, keys)
        login_ids = free_login_ids(work, len(letters), self.taken)
        return [
            replace(
                draft(one.number, addressees[one.recipient.key]),
                children=one.recipient.children,
                amount_yen=one.recipient.amount_yen,
                login_id=login_id,
                sign_in_url=f"{self.printer.public_url}/signin?id={login_id}",
                enclosures=printed_names(enclosed, one.recipient.large or SOURCE_LOCALE)
                if one.recipient.reason == FIRST
                else (),
                large=one.recipient.large or "",
            )
            for one, login_id in zip(letters, login_ids, strict=True)
        ]

    def large_text(self, day: date, locale: str) -> bytes:
        """Return the letter's whole text in large print."""
        return large_text_pdf(self.printer.frame(day), FRONT_NOTES, locale)

    @contextmanager
    def press(self, day: date, chunks: int) -> Iterator[WorkerPool]:
        """Open the worker processes, which start up while the run is planned."""
        workers = min(self.workers, chunks)
        with worker_pool(self.printer.frame(day), self.printer.vault, workers) as pool:
            yield pool

    def store(self, work: Work, chunk: ReadyChunk, drawn: Drawn) -> None:
        """Store the letters with their credentials, and supersede the letters that they replace."""
        credentials = issue_many(
            work,
            [
                NewCredential(letter.recipient.key, content.login_id, hashed)
                for letter, content, hashed in zip(
                    chunk.letters, chunk.job.drafts, drawn.hashes, strict=True
                )
            ],
        )
        again = [letter for letter in chunk.letters if letter.recipient.order_id is not None]
        if again:
            printed = {letter.recipient.key: letter.id for letter in again}
            replace_letters(work, printed, [letter.recipient.order_id or 0 for letter in again])
        columns: list[Values] = [
            {
                "credential_id": credentials[letter.recipient.key],
                "reason": letter.recipient.reason,
                "enclosures": _pieces(chunk.enclosed, letter.recipient.reason),
                "large_print": letter.recipient.large,
            }
            for letter in chunk.letters
        ]
        mark_printed(work, self, chunk, columns)
        if again:
            letters_printed(work, [letter.recipient.key for letter in again])


def _pieces(enclosed: Collection[str], reason: str) -> int:
    """Return the number of pieces in an envelope: the letter, and for a first one enclosures."""
    return 1 + len(enclosed) if reason == FIRST else 1
