"""The reply envelope: what the post's conditions of 料金受取人払 ask of it."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from PIL import Image

from portal.domain.foundation.program.loader import load_program
from portal.domain.foundation.program.schema import Program
from portal.domain.requests.declines.form import decline_form_pdf
from portal.domain.requests.requests.reply_envelope import reply_envelope_pdf
from tests.support.reading import pdf

NOW = datetime(2023, 8, 1, 3, 0, tzinfo=UTC)
DPI = 254
DOTS = DPI / 25.4
"""Dots in a millimeter."""


@pytest.fixture(scope="module")
def program() -> Program:
    return load_program("demo", date(2023, 8, 1))


def drawn(program: Program) -> Image.Image:
    (page,) = pdf.pages(reply_envelope_pdf(program, NOW), DPI)
    assert page.size == pytest.approx((120 * DOTS, 235 * DOTS), abs=3)
    return page.convert("L")


def runs(picture: Image.Image, box: tuple[float, float, float, float]) -> list[tuple[float, float]]:
    """Begin and end of each dark run of a line of dots, in millimeters from its beginning."""
    left, top, right, bottom = (round(mm * DOTS) for mm in box)
    line = picture.crop((left, top, right, bottom))
    dark = "".join("x" if dot < 128 else " " for dot in line.tobytes())
    return [(found.start() / DOTS, found.end() / DOTS) for found in re.finditer("x+", dark)]


def across(picture: Image.Image, y: float, x: float = 0, until: float = 120) -> list[Any]:
    return [(x + a, x + b) for a, b in runs(picture, (x, y, until, y + 1 / DOTS))]


def test_the_frame_has_the_size_of_the_post_and_is_double_where_billed_later(
    program: Program,
) -> None:
    picture = drawn(program)
    row = across(picture, 31, until=40)
    assert len(row) == 4, "two frames, left and right"
    assert all(end - begin >= 0.5 for begin, end in row)
    assert row[-1][1] - row[0][0] == pytest.approx(18.5, abs=0.3)
    left = row[0][0] + 0.2
    tall = max(end - begin for begin, end in runs(picture, (left, 5, left + 1 / DOTS, 60)))
    assert tall == pytest.approx(22.5, abs=0.3)
    assert program.reply_mail is not None
    once = replace(program, reply_mail=replace(program.reply_mail, is_deferred=False))
    assert len(across(drawn(once), 31, until=40)) == 2


def test_it_names_approval_and_last_day_and_nobody(program: Program) -> None:
    (text,) = pdf.text(reply_envelope_pdf(program, NOW))
    for wanted in ("料金受取人払郵便", "みなも局", "承認", "1391", "令和6年7月31日"):
        assert wanted in text, wanted
    assert "切手を貼らずに" in text
    assert "IDやパスワードは" in text


def test_the_postal_code_keeps_its_distance(program: Program) -> None:
    row = across(drawn(program), 20)
    frame = max(end for _begin, end in row if end < 60)
    boxes = min(begin for begin, _end in row if begin > 60)
    assert boxes - frame >= 5
    assert 120 - max(end for _begin, end in row) == pytest.approx(8, abs=0.6)


def test_without_an_approval_there_is_a_place_for_a_stamp(program: Program) -> None:
    without = replace(program, reply_mail=None)
    (text,) = pdf.text(reply_envelope_pdf(without, NOW))
    assert "料金受取人払" not in text
    assert "切手" in text
    assert "切手はいりません" not in "".join(pdf.text(decline_form_pdf(without, NOW)))
    assert "切手はいりません" in "".join(pdf.text(decline_form_pdf(program, NOW)))
