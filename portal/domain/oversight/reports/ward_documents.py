"""Documents for the ward's approval (R48): the texts in its files, and the forms as printed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from portal.domain.contacts.faxes.inquiry_form import inquiry_form_pdf
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.languages import SOURCE_LOCALE
from portal.domain.foundation.program.schema import DECLINE_FORM, Program
from portal.domain.foundation.program.toml.files import read_toml
from portal.domain.foundation.texts import _s, use_locale
from portal.domain.foundation.work import Work
from portal.domain.letters.documents import services
from portal.domain.letters.documents.kinds import DocumentKind
from portal.domain.letters.documents.models import DocumentVersion
from portal.domain.letters.letters.drawing.advance import fit_notice_back, render_notices
from portal.domain.letters.letters.drawing.barcode import customer_bars
from portal.domain.letters.letters.drawing.content import LetterContent
from portal.domain.letters.letters.drawing.frame import letter_frame
from portal.domain.letters.letters.drawing.render import fit_back, render_chunk
from portal.domain.letters.letters.drawing.texts import ADVANCE_REQUIRED, load_texts
from portal.domain.mailroom.printing.runs.writers.advance import advance_frame, settings_of
from portal.domain.mailroom.printing.runs.writers.enclosures import printed_names
from portal.domain.requests.alternatives.form import alternative_form_pdf
from portal.domain.requests.declines.form import decline_form_pdf
from portal.domain.requests.redeliveries.form import redelivery_form_pdf
from portal.domain.requests.requests.reply_envelope import reply_envelope_pdf

SAMPLE_ADDRESS = ("見本区見本町一丁目2番地の3", "見本マンション405号室")
SAMPLE_PASSWORD = "CDFGHJKLMNPQ"  # noqa: S105  (an invented one, for a specimen)
TOML, PDF = "application/toml", "application/pdf"
FORMS: Mapping[str, Callable[[Program, datetime], bytes]] = {
    DocumentKind.DECLINE_FORM: decline_form_pdf,
    DocumentKind.ALTERNATIVE_FORM: alternative_form_pdf,
    DocumentKind.REDELIVERY_FORM: redelivery_form_pdf,
    DocumentKind.FAX_FORM: inquiry_form_pdf,
    DocumentKind.REPLY_ENVELOPE: reply_envelope_pdf,
}
KINDS = tuple(DocumentKind)


@dataclass(frozen=True, slots=True)
class Source:
    """One document in its current content."""

    kind: str
    file_name: str
    content: bytes


def texts_file(program: Program) -> Path:
    """Return the file of the ward's texts for the resident site, as named in the program file."""
    return program.path.parent / str(read_toml(program.path)["texts"])


def source(program: Program, kind: str, now: datetime) -> Source:
    """Return a document's current content.

    Raises:
        NotFoundError: there is no such kind.
        ProgramFileError: a letter's texts lack a required block, language or value.
        ConflictError: the program has no advance notice.
    """
    if kind == DocumentKind.LETTER:
        load_texts(program.letter_texts_file)
        return Source(kind, program.letter_texts_file.name, program.letter_texts_file.read_bytes())
    if kind == DocumentKind.ADVANCE:
        path = settings_of(program).texts_file
        load_texts(path, ADVANCE_REQUIRED)
        return Source(kind, path.name, path.read_bytes())
    if kind == DocumentKind.PAGES:
        path = texts_file(program)
        return Source(kind, path.name, path.read_bytes())
    if kind not in FORMS:
        raise NotFoundError(_s("この文書は見つかりませんでした。"))
    with use_locale(SOURCE_LOCALE):
        return Source(kind, f"{kind}.pdf", FORMS[kind](program, now))


def specimen(program: Program, url: str, now: datetime) -> bytes:
    """Return the letter as printed from the current texts, for an invented household.

    Front and back, in all languages.

    Raises:
        ProgramFileError: a required block, language or value is missing.
        InputError: the texts need more than their page.
    """
    frame = letter_frame(
        program, load_texts(program.letter_texts_file), notice_date=jst_date(now), resident_url=url
    )
    postal_code = program.contact.address.postal_code
    sample = LetterContent(
        letter_number="M000000000",
        postal_code=postal_code,
        address_lines=SAMPLE_ADDRESS,
        addressee="見本　太郎",
        children=2,
        amount_yen=2 * program.amount_yen,
        login_id="1000000008",
        password=SAMPLE_PASSWORD,
        sign_in_url=f"{url}/signin",
        customer_bars=customer_bars(postal_code, SAMPLE_ADDRESS[1]),
    )
    return render_chunk([sample], frame, back_points=fit_back(frame))


def advance_specimen(program: Program, url: str, now: datetime) -> bytes:
    """Return the advance notice as printed from the current texts, for an invented household.

    Raises as ``specimen``.
    """
    postal_code = program.contact.address.postal_code
    sample = LetterContent(
        letter_number="M000000000",
        postal_code=postal_code,
        address_lines=SAMPLE_ADDRESS,
        addressee="見本　太郎",
        children=0,
        amount_yen=0,
        login_id="",
        password="",
        sign_in_url="",
        enclosures=printed_names((DECLINE_FORM,)),
    )
    frame = advance_frame(program, url, jst_date(now))
    return render_notices([sample], frame, back_points=fit_notice_back(frame))


def media_type(file_name: str) -> str:
    """Return the media type of a document by its file name."""
    return PDF if file_name.endswith(".pdf") else f"{TOML}; charset=utf-8"


def propose(work: Work, url: str, kind: str, label: str) -> DocumentVersion:
    """Submit a document's current content to the ward; a letter comes with a specimen.

    ``url`` is the resident site. Raises as ``source``, ``specimen`` and
    ``documents.services.propose``.
    """
    found = source(work.program, kind, work.now)
    drawn: Mapping[str, Callable[[Program, str, datetime], bytes]] = {
        DocumentKind.LETTER: specimen,
        DocumentKind.ADVANCE: advance_specimen,
    }
    shown = drawn[kind](work.program, url, work.now) if kind in drawn else None
    return services.propose(
        work, services.Draft(kind, found.file_name, found.content, label, specimen=shown)
    )


def letter_status(work: Work) -> DocumentVersion | None:
    """Return the living version of the letter's current texts, or None if never submitted."""
    digest = services.digest_of(work.program.letter_texts_file.read_bytes())
    return services.living(work.session, DocumentKind.LETTER, digest)
