"""Write the advance notice (事前案内), which is sent by ordinary mail before the first letters.

It has no ID; the decline form is enclosed.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.domain.foundation.errors import ConflictError
from portal.domain.foundation.languages import SOURCE_LOCALE
from portal.domain.foundation.program.schema import AdvanceSettings, Program
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.letters.documents.kinds import DocumentKind
from portal.domain.letters.letters.drawing.advance import (
    notice_text_pdf,
    render_notice_back,
    render_notices,
)
from portal.domain.letters.letters.drawing.content import LetterContent
from portal.domain.letters.letters.drawing.frame import LetterFrame, letter_frame
from portal.domain.letters.letters.drawing.texts import ADVANCE_REQUIRED, load_texts
from portal.domain.letters.letters.states import ADVANCE_NOTICE
from portal.domain.mailroom.printing.runs.pipeline.printer import Printer
from portal.domain.mailroom.printing.runs.pipeline.writer import ChunkLetter
from portal.domain.mailroom.printing.runs.recipients.addressees import read_addressees
from portal.domain.mailroom.printing.runs.recipients.advance_selection import counts, due, still_due
from portal.domain.mailroom.printing.runs.recipients.preflight import (
    Preflight,
    check_addressees,
    draft,
    require_protection,
)
from portal.domain.mailroom.printing.runs.recipients.recipient import Recipient
from portal.domain.mailroom.printing.runs.recipients.selection import DUE, lock_households
from portal.domain.mailroom.printing.runs.writers.approved_texts import (
    approved_texts,
    record_texts,
    require_same_texts,
)
from portal.domain.mailroom.printing.runs.writers.enclosures import printed_names
from portal.domain.mailroom.printing.runs.writers.writer_without_id import WriterWithoutId


@dataclass(frozen=True, slots=True)
class AdvanceWriter(WriterWithoutId):
    """Writes advance notices; a ``Writer``."""

    kind: str = ADVANCE_NOTICE
    to_households: bool = True

    @property
    def enclosed(self) -> tuple[str, ...]:
        """What the program encloses with a notice."""
        return settings_of(self.printer.program).enclosed

    def require(self, session: Session, run_id: int | None) -> None:
        """Check that protection is loaded, the texts are approved and declining is not over.

        Raises:
            NotAllowedError: protection is not loaded, or the texts are not approved.
            ConflictError: the program has no such notice, declining is over, or the texts changed
                since the run began.
        """
        require_protection(session)
        program = self.printer.program
        settings_of(program)
        texts = self._texts(session)
        if run_id is not None:
            require_same_texts(session, texts, run_id)
        if program.windows.decline.is_over(self.printer.clock.now(session)):
            raise ConflictError(
                _s("辞退の受付は終わっています。事前案内を作っても、間に合いません。"),
                code="decline_over",
            )

    def started(self, session: Session, run_id: int, now: datetime) -> None:
        """Record the version of the texts from which the run is printed."""
        record_texts(session, self._texts(session), run_id, now)

    def choose(self, session: Session) -> Preflight:
        """Check every household that is due for a notice, without changing anything."""
        left = {reason: count for reason, count in counts(session).items() if reason != DUE}
        printer = self.printer
        checked = check_addressees(printer.work(session), printer.fonts, due(session).values())
        return replace(checked, left_out=left)

    def still_due(
        self, session: Session, keys: Collection[int], *, lock: bool
    ) -> Mapping[int, Recipient]:
        """Return the households that still get a notice, by key.

        Those that were protected, held or removed, or declined since, do not.
        """
        if lock:
            lock_households(session, keys)
        return still_due(session, keys)

    def contents(
        self, work: Work, letters: Sequence[ChunkLetter], enclosed: Sequence[str]
    ) -> Sequence[LetterContent]:
        """Return notices, which contain only name and address of their household."""
        keys = [one.recipient.key for one in letters]
        addressees = read_addressees(work, keys)
        return [
            replace(
                draft(one.number, addressees[one.recipient.key]),
                enclosures=printed_names(enclosed, one.recipient.large or SOURCE_LOCALE),
                large=one.recipient.large or "",
            )
            for one in letters
        ]

    def draw(self, contents: Sequence[LetterContent], day: date) -> bytes:
        """Return the PDF of the notices, dated ``day`` (JST)."""
        return render_notices(contents, self._frame(day))

    def back(self, day: date) -> bytes:
        """Return the back with the other languages."""
        return render_notice_back(self._frame(day))

    def large_text(self, day: date, locale: str) -> bytes:
        """Return the notice's whole text in large print."""
        return notice_text_pdf(self._frame(day), locale)

    def _texts(self, session: Session) -> int | None:
        program = self.printer.program
        return approved_texts(
            self.printer.work(session),
            DocumentKind.ADVANCE,
            settings_of(program).texts_file,
        )

    def _frame(self, day: date) -> LetterFrame:
        return advance_frame(self.printer.program, self.printer.public_url, day, self.printer)


def advance_frame(
    program: Program, url: str, day: date, printer: Printer | None = None
) -> LetterFrame:
    """Return the part that all notices dated ``day`` share.

    Raises as ``settings_of``, ``load_texts`` and ``letter_frame``.
    """
    texts = load_texts(settings_of(program).texts_file, ADVANCE_REQUIRED)
    fonts = printer.fonts if printer is not None else ()
    return letter_frame(program, texts, notice_date=day, resident_url=url, fonts=fonts)


def settings_of(program: Program) -> AdvanceSettings:
    """Return the program's settings of the advance notice.

    Raises:
        ConflictError: the program has no advance notice.
    """
    if program.advance is None:
        raise ConflictError(
            _s(
                "この事業に、事前案内はありません。送るときは、program.toml に [advance] "
                "を書いてください。"
            ),
            code="no_advance",
        )
    return program.advance
