"""The test posting.

The letter with a specimen instead of an ID, to addresses of the staff, down the mail house's whole
path.

No household is meant, so nothing of it is in any count of households, children, yen, postings or
returns.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.domain.foundation.errors import ConflictError
from portal.domain.foundation.texts import _s
from portal.domain.letters.letters.content import LetterContent
from portal.domain.letters.letters.frame import LetterFrame
from portal.domain.letters.letters.models import TestAddress
from portal.domain.letters.letters.render import render_back, render_chunk
from portal.domain.letters.letters.states import TEST_POSTING
from portal.domain.mailroom.printing.runs.build import Printer
from portal.domain.mailroom.printing.runs.enclosures import draw_enclosures, printed_names
from portal.domain.mailroom.printing.runs.files import back_file
from portal.domain.mailroom.printing.runs.letters_without_id import Chosen, Item
from portal.domain.mailroom.printing.runs.preflight import draft
from portal.domain.mailroom.printing.runs.staff_addresses import StaffAddress, active, opened

SPECIMEN_ID, SPECIMEN_PASSWORD = "1234567890", "CDFGHJKLMNPQ"
"""The check digit is wrong, so that no account can ever have this ID."""


@dataclass(frozen=True, slots=True)
class SpecimenWriter:
    """Writes test letters; a ``Writer``."""

    printer: Printer
    kind: str = TEST_POSTING
    to_households: bool = False

    @property
    def enclosed(self) -> tuple[str, ...]:
        """What lies beside a first letter."""
        return self.printer.program.letter_enclosures

    def require(self, session: Session, run_id: int | None) -> None:
        """Refuse to begin without an address."""
        if run_id is None and not active(session):
            raise ConflictError(
                _s("試し送りのあて先がありません。職員サイトの「手紙」で、先に登録してください。"),
                code="no_addresses",
            )

    def started(self, session: Session, run_id: int, now: datetime) -> None:
        """Note nothing: the texts may be tried before the ward approves them."""

    def choose(self, session: Session) -> Chosen:
        """Choose every address that counts."""
        return Chosen(tuple(_item(row) for row in active(session)))

    def still_due_items(
        self, session: Session, keys: Collection[int], *, lock: bool
    ) -> Mapping[int, Item]:
        """Return the addresses that were not removed since."""
        return {row.id: _item(row) for row in active(session, keys, lock=lock)}

    def contents(self, session: Session, numbers: Mapping[int, str]) -> Sequence[LetterContent]:
        """Return letters as a family with one child would get them, but for ID and password."""
        found = {row.id: opened(self.printer.vault, row) for row in active(session, numbers)}
        return [
            self._letter(number, address)
            for key, number in numbers.items()
            if (address := found.get(key)) is not None
        ]

    def draw(self, contents: Sequence[LetterContent], day: date) -> bytes:
        """Draw them with the mark of a specimen."""
        return render_chunk(contents, self._frame(day))

    def shared(self, day: date, run_id: int) -> Mapping[str, bytes]:
        """Return the back and the forms to enclose."""
        with self.printer.read() as session:
            now = self.printer.clock.now(session)
        forms = draw_enclosures(self.printer.program, run_id, self.enclosed, now)
        return {back_file(run_id): render_back(self._frame(day)), **forms}

    def _frame(self, day: date) -> LetterFrame:
        return replace(self.printer.frame(day), is_specimen=True)

    def _letter(self, number: str, address: StaffAddress) -> LetterContent:
        letter = draft(
            number,
            address.addressee,
            children=1,
            amount_yen=self.printer.program.amount_yen,
            login_id=SPECIMEN_ID,
            url=f"{self.printer.public_url}/signin",
            enclosures=printed_names(self.enclosed),
        )
        return replace(letter, password=SPECIMEN_PASSWORD)


def _item(row: TestAddress) -> Item:
    return Item(row.id, 0, 0, (row.created_at,))
