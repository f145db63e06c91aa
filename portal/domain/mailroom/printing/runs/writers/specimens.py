"""Write the letters of a test posting: specimens for addresses of the staff.

They try the mail house's whole process. Their ID is not valid, and since they concern no household,
they are in no count of households, children, yen, postings or returns.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.domain.foundation.errors import ConflictError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.letters.letters.drawing.content import LetterContent
from portal.domain.letters.letters.drawing.frame import LetterFrame
from portal.domain.letters.letters.drawing.large import large_text_pdf
from portal.domain.letters.letters.drawing.render import FRONT_NOTES, render_back, render_chunk
from portal.domain.letters.letters.models import TestAddress
from portal.domain.letters.letters.states import TEST_POSTING
from portal.domain.mailroom.printing.runs.pipeline.writer import ChunkLetter
from portal.domain.mailroom.printing.runs.recipients.preflight import Preflight, draft
from portal.domain.mailroom.printing.runs.recipients.recipient import Recipient
from portal.domain.mailroom.printing.runs.recipients.staff_addresses import (
    StaffAddress,
    active,
    opened,
)
from portal.domain.mailroom.printing.runs.writers.enclosures import printed_names
from portal.domain.mailroom.printing.runs.writers.writer_without_id import WriterWithoutId

SPECIMEN_ID, SPECIMEN_PASSWORD = "1234567890", "CDFGHJKLMNPQ"
"""The ID has a wrong check digit, so that no account can ever have it."""


@dataclass(frozen=True, slots=True)
class SpecimenWriter(WriterWithoutId):
    """Writes test letters; a ``Writer``."""

    kind: str = TEST_POSTING
    to_households: bool = False

    @property
    def enclosed(self) -> tuple[str, ...]:
        """What is enclosed with a first letter."""
        return self.printer.program.letter_enclosures

    def require(self, session: Session, run_id: int | None) -> None:
        """Check that there is an address to which to send. Raises ConflictError."""
        if run_id is None and not active(session):
            raise ConflictError(
                _s("試し送りのあて先がありません。職員サイトの「手紙」で、先に登録してください。"),
                code="no_addresses",
            )

    def started(self, session: Session, run_id: int, now: datetime) -> None:
        """Record nothing: the texts may be tried before the ward approves them."""

    def choose(self, session: Session) -> Preflight:
        """Choose every active address."""
        return Preflight(tuple(_recipient(row) for row in active(session)))

    def still_due(
        self, session: Session, keys: Collection[int], *, lock: bool
    ) -> Mapping[int, Recipient]:
        """Return the addresses that are still active, by key."""
        return {row.id: _recipient(row) for row in active(session, keys, lock=lock)}

    def contents(
        self, work: Work, letters: Sequence[ChunkLetter], enclosed: Sequence[str]
    ) -> Sequence[LetterContent]:
        """Return letters as for a family with one child, but with an invalid ID and password."""
        keys = [one.recipient.key for one in letters]
        found = {row.id: opened(work.vault, row) for row in active(work.session, keys)}
        beside = printed_names(enclosed)
        return [
            self._letter(one.number, address, beside)
            for one in letters
            if (address := found.get(one.recipient.key)) is not None
        ]

    def draw(self, contents: Sequence[LetterContent], day: date) -> bytes:
        """Return the PDF of the letters with the mark of a specimen, dated ``day`` (JST)."""
        return render_chunk(contents, self._frame(day))

    def back(self, day: date) -> bytes:
        """Return the back of a letter with an ID."""
        return render_back(self._frame(day))

    def large_text(self, day: date, locale: str) -> bytes:
        """Return the text of a letter with an ID in large print."""
        return large_text_pdf(self._frame(day), FRONT_NOTES, locale)

    def _frame(self, day: date) -> LetterFrame:
        return replace(self.printer.frame(day), is_specimen=True)

    def _letter(self, number: str, address: StaffAddress, beside: tuple[str, ...]) -> LetterContent:
        return replace(
            draft(number, address.addressee),
            children=1,
            amount_yen=self.printer.program.amount_yen,
            login_id=SPECIMEN_ID,
            password=SPECIMEN_PASSWORD,
            sign_in_url=f"{self.printer.public_url}/signin",
            enclosures=beside,
        )


def _recipient(row: TestAddress) -> Recipient:
    return Recipient(row.id, 0, 0, (row.created_at,))
