"""Every letter, card and form as a screen reader goes through it (PDF/UA-1).

The compiler refuses what breaks the standard (``ua-1``); these tests hold what it cannot judge.
"""

import itertools
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from portal.domain.contacts.faxes.inquiry_form import inquiry_form_pdf
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import use_locale
from portal.domain.letters.letters.drawing.advance import notice_text_pdf, render_notices
from portal.domain.letters.letters.drawing.card import CardContent, render_cards
from portal.domain.letters.letters.drawing.frame import LetterFrame
from portal.domain.letters.letters.drawing.large import large_text_pdf
from portal.domain.letters.letters.drawing.render import FRONT_NOTES, fit_back, render_chunk
from portal.domain.letters.letters.drawing.texts import ADVANCE_REQUIRED, load_texts
from portal.domain.mailroom.printing.runs.fitting import frame_of, sample_letter
from portal.domain.people.notices.events import ProgressEvent
from portal.domain.requests.alternatives.form import alternative_form_pdf
from portal.domain.requests.declines.form import decline_form_pdf
from portal.domain.requests.recipients.receipt_sheet import change_form
from portal.domain.requests.redeliveries.form import redelivery_form_pdf
from portal.domain.requests.requests.reply_envelope import reply_envelope_pdf
from tests.support.reading.structure import Structure, structure_of

NOW = datetime(2023, 8, 1, 3, 0, tzinfo=UTC)
Draw = Callable[[Program, LetterFrame], bytes]


def letter(large: str = "") -> Draw:
    def draw(program: Program, frame: LetterFrame) -> bytes:
        content = replace(sample_letter(program, ("alternative_form",)), large=large)
        return render_chunk([content], frame, back_points=fit_back(frame))

    return draw


def card(large: str = "") -> Draw:
    def draw(program: Program, frame: LetterFrame) -> bytes:
        content = replace(sample_letter(program, ()), large=large)
        one = CardContent(content, ProgressEvent.RECEIVED, "CDFG-HJKL")
        return render_cards([one], frame)

    return draw


def notice_frame(program: Program) -> LetterFrame:
    assert program.advance is not None
    return frame_of(program, load_texts(program.advance.texts_file, ADVANCE_REQUIRED))


def notice(large: str = "") -> Draw:
    def draw(program: Program, _frame: LetterFrame) -> bytes:
        content = replace(sample_letter(program, ("decline_form",)), large=large)
        return render_notices([content], notice_frame(program))

    return draw


def form(make: Callable[..., bytes], *, large: bool = False) -> Draw:
    def draw(program: Program, _frame: LetterFrame) -> bytes:
        with use_locale("en"):
            return make(program, NOW, large=large)

    return draw


DRAWN: dict[str, Draw] = {
    "letter": letter(),
    "letter, large": letter("ja"),
    "letter, large, in English": letter("en"),
    "text of the letter, large": lambda _program, frame: large_text_pdf(frame, FRONT_NOTES, "ko"),
    "card": card(),
    "card, large": card("ja@easy"),
    "decline form": form(decline_form_pdf),
    "decline form, large": form(decline_form_pdf, large=True),
    "alternative form": form(alternative_form_pdf),
    "alternative form, large": form(alternative_form_pdf, large=True),
    "redelivery form": form(redelivery_form_pdf),
    "redelivery form, large": form(redelivery_form_pdf, large=True),
    "reply envelope": form(reply_envelope_pdf),
    "notice": notice(),
    "notice, large": notice("zh_Hant"),
    "text of the notice, large": lambda program, _frame: notice_text_pdf(
        notice_frame(program), "ko"
    ),
    "FAX form": form(inquiry_form_pdf, large=False),
    "FAX form, large": form(inquiry_form_pdf, large=True),
    "change of recipient": lambda program, _frame: change_form(program, date(2023, 8, 1)),
    "change of recipient, large": lambda program, _frame: change_form(
        program, date(2023, 8, 1), large=True
    ),
}


@pytest.fixture(scope="module", params=list(DRAWN))
def read(request: pytest.FixtureRequest, program: Program, frame: LetterFrame) -> Structure:
    return structure_of(DRAWN[request.param](program, frame))


def test_it_says_that_it_is_tagged_and_shows_its_title(read: Structure) -> None:
    assert read.is_tagged
    assert read.title
    assert b"/DisplayDocTitle true" in read.source
    assert re.search(rb"pdfuaid:part(>|=\")1", read.source)


def test_it_has_a_language(read: Structure) -> None:
    assert re.search(rb"/Lang ?\((ja|ko|en)", read.source)


def test_headings_begin_with_the_first_level_and_skip_none(read: Structure) -> None:
    levels = [int(one.kind[1]) for one in read.of("H1", "H2", "H3")]
    assert levels, "without a heading there is nothing to go to"
    assert levels[0] == 1
    assert all(below <= above + 1 for above, below in itertools.pairwise(levels))


def test_each_picture_is_said_in_words(read: Structure) -> None:
    assert all(one.alt for one in read.of("Figure"))


def test_no_table_lacks_its_headers(read: Structure) -> None:
    for table in read.of("Table"):
        assert any(one.kind == "TH" for one in table.all())


def test_a_letter_is_read_in_the_order_in_which_it_is_used(
    program: Program, frame: LetterFrame
) -> None:
    said = structure_of(letter()(program, frame)).words
    wanted = (
        "見本太郎様",
        "電子クーポンのご案内",
        "ID（数字10桁）",
        "1000-000-008",
        "パスワード（英数字",
    )
    places = [said.index(words) for words in wanted]
    assert places == sorted(places)


def test_each_language_of_the_back_is_pronounced_as_itself(
    program: Program, frame: LetterFrame
) -> None:
    spoken = {one.lang[:2] for one in structure_of(letter()(program, frame)).all() if one.lang}
    assert spoken == {"en", "zh", "ko"}


def test_a_reading_above_a_word_is_not_read_twice(program: Program, frame: LetterFrame) -> None:
    said = structure_of(letter()(program, frame)).words
    assert "電子クーポンのお知らせ" in said
    assert "でんし電子" not in said


def test_a_form_says_each_label_before_its_field(program: Program, frame: LetterFrame) -> None:
    for large in (False, True):
        said = structure_of(form(alternative_form_pdf, large=large)(program, frame)).words
        labels = ["フリガナ", "氏名（署名）", "生年月日", "登録された住所", "日中の電話番号"]
        assert [said.index(label) for label in labels] == sorted(map(said.index, labels))
        assert said.index("生年月日") < said.index("年月日", said.index("生年月日") + 4)
