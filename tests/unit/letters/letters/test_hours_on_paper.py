"""Whatever goes out on paper gives the telephone's hours and closed days of the program."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from portal.domain.foundation.program.approved_hours import with_approved
from portal.domain.foundation.program.calendar import Hours, WeekHours
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import use_locale
from portal.domain.letters.letters.drawing.card import CardContent, render_cards
from portal.domain.letters.letters.drawing.frame import letter_frame
from portal.domain.letters.letters.drawing.render import fit_back, render_chunk
from portal.domain.letters.letters.drawing.texts import load_texts
from portal.domain.requests.alternatives.form import alternative_form_pdf
from portal.domain.requests.declines.form import decline_form_pdf, meaning_of
from portal.domain.requests.redeliveries.form import redelivery_form_pdf
from portal.domain.requests.requests.documents import (
    DeclineCopy,
    Receipt,
    decline_copy_pdf,
    receipt_pdf,
)
from portal.domain.requests.requests.models import Request

from .conftest import MakeLetter, page_texts

NOW = datetime(2023, 8, 1, 3, tzinfo=UTC)


@pytest.fixture
def other(program: Program) -> Program:
    """A ward whose telephone is answered at other hours and closed on Wednesdays."""
    calendar = replace(
        program.calendar,
        hours=Hours(time(8, 30), time(18)),
        weekly_closed=frozenset({2, 6}),
        yearly_closures=(),
    )
    return replace(program, calendar=calendar)


def squeezed(pdf: bytes) -> str:
    return "".join("".join(page_texts(pdf)).split())


PAPERS: dict[str, Callable[[Program], bytes]] = {
    "decline form": lambda program: decline_form_pdf(program, NOW),
    "alternative form": lambda program: alternative_form_pdf(program, NOW),
    "redelivery form": lambda program: redelivery_form_pdf(program, NOW),
    "receipt": lambda program: receipt_pdf(
        program,
        Request(receipt_no="CDFG-HJKL", received_at=NOW),
        lambda: Receipt("受付票", (), ()),
    ),
    "decline copy": lambda program: decline_copy_pdf(
        program,
        DeclineCopy("CDFG-HJKL", NOW, "名前", [("こども", 30_000)], meaning=meaning_of(program)),
    ),
}


@pytest.mark.parametrize("name", list(PAPERS))
def test_forms_and_receipts_say_hours_and_closed_days(other: Program, name: str) -> None:
    said = squeezed(PAPERS[name](other))
    assert "午前8時30分から午後6時まで" in said
    assert "休み:水曜日、日曜日、祝日" in said
    with use_locale("en"):
        said = squeezed(PAPERS[name](other))
    assert "8:30AMto6PM" in said
    assert "Wednesday,Sunday,nationalholidays" in said


def test_the_letter_and_the_card_say_them_too(other: Program, make_letter: MakeLetter) -> None:
    frame = letter_frame(
        other,
        load_texts(other.letter_texts_file),
        notice_date=date(2023, 7, 20),
        resident_url="https://coupon.shiokaze.example/",
    )
    letter = make_letter()
    both_sides = render_chunk([letter], frame, back_points=fit_back(frame))
    for pdf in (both_sides, render_cards([CardContent(letter, "received")], frame)):
        said = squeezed(pdf)
        assert "午前8時30分から午後6時まで" in said
        assert "水曜日、日曜日、祝日" in said
        assert "星期三" in said
    assert "電話は2023年12月30日まで" in squeezed(both_sides)


def test_a_letter_and_a_form_say_the_hours_of_their_own_day(
    program: Program, make_letter: MakeLetter
) -> None:
    """What the ward approves from a day on is on letters from that day on, and on none before."""
    first = date(2023, 8, 7)
    week = WeekHours(first, (Hours(time(10), time(19)),) * 5 + (None, None))
    ours = replace(program, calendar=with_approved(program.calendar, [week], ()))
    said = {}
    for day in (date(2023, 8, 4), first):
        frame = letter_frame(
            ours,
            load_texts(ours.letter_texts_file),
            notice_date=day,
            resident_url="https://coupon.shiokaze.example/",
        )
        letters = squeezed(render_chunk([make_letter()], frame, back_points=fit_back(frame)))
        now = datetime(day.year, day.month, day.day, 3, tzinfo=UTC)
        said[day] = letters, squeezed(decline_form_pdf(ours, now))
    for before, after in zip(said[date(2023, 8, 4)], said[first], strict=True):
        assert "午前9時から午後5時まで" in before
        assert "午前10時から午後7時まで" in after
        assert "午前10時から午後7時まで" not in before
