"""Every kind of paper that a family gets can be had in large print, in each of its languages.

What is read is the PDF itself: the size of each letter, and where it stands.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from portal.domain.contacts.faxes.cover import (
    COVER_PAGES,
    Letterhead,
    Part,
    Words,
    cover_pdf,
    reply_pdf,
)
from portal.domain.contacts.faxes.inquiry_form import inquiry_form_pdf
from portal.domain.foundation.languages import RESIDENT_LOCALES
from portal.domain.foundation.program.schema import (
    ALTERNATIVE_FORM,
    DECLINE_FORM,
    REPLY_ENVELOPE,
    Program,
)
from portal.domain.foundation.texts import _, plain, use_locale
from portal.domain.letters.letters.drawing.advance import notice_text_pdf, render_notices
from portal.domain.letters.letters.drawing.card import CardContent, render_cards
from portal.domain.letters.letters.drawing.frame import LetterFrame
from portal.domain.letters.letters.drawing.large import large_text_pdf
from portal.domain.letters.letters.drawing.render import FRONT_NOTES, render_chunk
from portal.domain.letters.letters.drawing.texts import ADVANCE_REQUIRED, load_texts
from portal.domain.letters.letters.models import Letter
from portal.domain.mailroom.printing.runs.fitting import frame_of, sample_letter
from portal.domain.mailroom.printing.runs.writers.enclosures import printed_names
from portal.domain.oversight.reports.outputs import as_pdf
from portal.domain.oversight.reports.tables import Report, ReportTable
from portal.domain.people.households.large_print import POINTS
from portal.domain.people.notices.events import ProgressEvent
from portal.domain.requests.alternatives.form import alternative_form_pdf
from portal.domain.requests.declines.form import decline_form_pdf, meaning_of
from portal.domain.requests.recipients.receipt_sheet import change_form, receipt_sheet
from portal.domain.requests.redeliveries.form import redelivery_form_pdf
from portal.domain.requests.requests.documents import (
    DeclineCopy,
    Receipt,
    ReceiptRow,
    decline_copy_pdf,
    receipt_pdf,
)
from portal.domain.requests.requests.models import Request
from tests.support.reading import pdf

NOW = datetime(2023, 8, 1, 3, tzinfo=UTC)
BESIDE = (ALTERNATIVE_FORM, DECLINE_FORM, REPLY_ENVELOPE)
"""All that may lie in an envelope."""
WINDOW_MM = 66
"""What stands above is the post's: the window, and the sender beside it."""
EDGE_MM = 8
"""No printer reaches further."""
Draw = Callable[[Program, LetterFrame, str], bytes]


def notice_frame(program: Program) -> LetterFrame:
    assert program.advance is not None
    return frame_of(program, load_texts(program.advance.texts_file, ADVANCE_REQUIRED))


def letter(program: Program, frame: LetterFrame, locale: str) -> bytes:
    beside = printed_names(BESIDE, locale)
    content = replace(sample_letter(program, ()), large=locale, enclosures=beside)
    return render_chunk([content], frame)


def notice(program: Program, _frame: LetterFrame, locale: str) -> bytes:
    beside = printed_names(BESIDE, locale)
    content = replace(sample_letter(program, ()), large=locale, enclosures=beside)
    return render_notices([content], notice_frame(program))


def card(program: Program, frame: LetterFrame, locale: str) -> bytes:
    content = replace(sample_letter(program, ()), large=locale)
    return render_cards([CardContent(content, ProgressEvent.RECEIVED, "CDFG-HJKL")], frame)


def form(make: Callable[..., bytes]) -> Draw:
    return lambda program, _frame, _locale: make(program, NOW, large=True)


def receipt(program: Program, _frame: LetterFrame, _locale: str) -> bytes:
    row = ReceiptRow("日中の電話番号", "0312345678")
    made = Receipt("受付票", (row,), (_("受付時間"),))
    request = Request(receipt_no="CDFG-HJKL", received_at=NOW)
    return receipt_pdf(program, request, lambda: made, large=True)


def decline_copy(program: Program, _frame: LetterFrame, _locale: str) -> bytes:
    children = [("見本　花子", 30_000)]
    copy = DeclineCopy("CDFG-HJKL", NOW, "見本　太郎", children, meaning=meaning_of(program))
    return decline_copy_pdf(program, copy, large=True)


def fax_reply(program: Program, _frame: LetterFrame, locale: str) -> bytes:
    parts = [Part(one, (_("受付時間"),)) for one in dict.fromkeys((locale, "ja"))]
    words = Words(parts, locale, "書いた答え", large=True)
    return reply_pdf(Letterhead(program, "F-CDFG-HJKL", NOW), words)


def fax_cover(program: Program, _frame: LetterFrame, _locale: str) -> bytes:
    return cover_pdf(Letterhead(program, "F-CDFG-HJKL", NOW), "1234", 12, large=True)


def disclosure(_program: Program, _frame: LetterFrame, _locale: str) -> bytes:
    told = ("手紙を届けた日", "2023年8月1日", "簡易書留")
    table = ReportTable("手紙", ("こと", "とき", "くわしく"), (told,), note="控え")
    report = Report("開示", "", "汐風区", (("番号", "12"),), (table,), ("渡した日を書きます。",))
    return as_pdf(report, NOW, large=True)


PAPERS: dict[str, tuple[str, Draw]] = {
    "letter": ("credential.typ", letter),
    "text of the letter": (
        "large_text.typ",
        lambda _program, frame, locale: large_text_pdf(frame, FRONT_NOTES, locale),
    ),
    "advance notice": ("advance.typ", notice),
    "text of the notice": (
        "large_text.typ",
        lambda program, _frame, locale: notice_text_pdf(notice_frame(program), locale),
    ),
    "card": ("notice_card.typ", card),
    "decline form": ("decline_form.typ", form(decline_form_pdf)),
    "alternative form": ("alternative_form.typ", form(alternative_form_pdf)),
    "redelivery form": ("redelivery_form.typ", form(redelivery_form_pdf)),
    "receipt": ("receipt.typ", receipt),
    "decline copy": ("decline_copy.typ", decline_copy),
    "FAX form": ("fax_inquiry.typ", form(inquiry_form_pdf)),
    "FAX cover": ("fax_cover.typ", fax_cover),
    "FAX reply": ("fax_reply.typ", fax_reply),
    "receipt of the counter": (
        "recipient_sheet.typ",
        lambda program, _frame, _locale: receipt_sheet(
            program, Letter(number="M123456789", children=2), NOW.date(), large=True
        ),
    ),
    "change of recipient": (
        "recipient_sheet.typ",
        lambda program, _frame, _locale: change_form(program, date(2023, 8, 1), large=True),
    ),
    "what is disclosed": ("report.typ", disclosure),
}
NOT_FOR_FAMILIES = {
    "reply_envelope.typ": "the post sets its sizes",
    "take_back.typ": "the post office's form",
    "key_sheet.typ": "the keepers of keys",
    "reception_form.typ": "agents while the system is down",
    "testpage.typ": "the mail house",
}
PARTS = {"parts.typ", "forms.typ"}
WITH_WINDOW = {"letter", "advance notice", "card"}
ONE_PAGE = {"letter": 1, "advance notice": 1, "FAX cover": COVER_PAGES}


def test_every_template_is_large_for_families_or_says_whose_it_is() -> None:
    drawn = {template for template, _draw in PAPERS.values()}
    here = {path.name for path in Path("templates/letters").glob("*.typ")} - PARTS
    assert here == drawn | set(NOT_FOR_FAMILIES)
    assert not drawn & set(NOT_FOR_FAMILIES)


@pytest.mark.parametrize("locale", RESIDENT_LOCALES)
@pytest.mark.parametrize("name", list(PAPERS))
def test_it_has_18_points_in_each_language_and_nothing_runs_over_its_edge(
    program: Program, frame: LetterFrame, name: str, locale: str
) -> None:
    with use_locale(locale):
        made = PAPERS[name][1](program, frame, locale)
    below, looked_at = (WINDOW_MM, 1) if name in WITH_WINDOW else (0, None)
    small = pdf.smaller(made, POINTS, below_mm=below, pages=looked_at)
    # readings above words are half as large as the words, as everywhere
    assert re.sub(r"[ぁ-んァ-ヶー]", "", small) == "" if locale == "ja@easy" else small == ""
    assert pdf.beyond(made, EDGE_MM) == ""
    pages = len(pdf.text(made))
    assert pages == ONE_PAGE.get(name, pages)


@pytest.mark.parametrize("locale", RESIDENT_LOCALES)
@pytest.mark.parametrize("name", ["letter", "advance notice"])
def test_a_large_letter_names_what_lies_beside_it_in_its_own_language_alone(
    program: Program, frame: LetterFrame, name: str, locale: str
) -> None:
    """Whoever chose Korean does not read the list in Japanese."""
    said = "".join("".join(pdf.text(PAPERS[name][1](program, frame, locale))).split())
    own = printed_names(BESIDE, locale)
    for one in own:
        assert "".join(plain(one).split()) in said or locale == "ja@easy"
    japanese = printed_names(BESIDE)
    assert ("、".join(japanese) in said) == (locale == "ja")
