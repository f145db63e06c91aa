"""The reply envelope: what the post's conditions of 料金受取人払 ask of it."""

from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pytest
from numpy.typing import NDArray

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


def dark(program: Program) -> NDArray[np.bool_]:
    (page,) = pdf.pages(reply_envelope_pdf(program, NOW), DPI)
    assert page.size == pytest.approx((120 * DOTS, 235 * DOTS), abs=3)
    return np.asarray(page.convert("L")) < 128


def runs(line: NDArray[np.bool_]) -> list[tuple[float, float]]:
    """Begin and end of each dark run of a row or column, in millimeters."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], line.astype(np.int8), [0]))))
    return [(begin / DOTS, end / DOTS) for begin, end in edges.reshape(-1, 2)]


def test_the_frame_has_the_size_of_the_post_and_is_double_where_billed_later(
    program: Program,
) -> None:
    picture = dark(program)
    row = runs(picture[int(31 * DOTS), : int(40 * DOTS)])
    assert len(row) == 4, "two frames, left and right"
    assert all(end - begin >= 0.5 for begin, end in row)
    assert row[-1][1] - row[0][0] == pytest.approx(18.5, abs=0.3)
    column = runs(picture[int(9 * DOTS) : int(45 * DOTS), int((row[0][0] + 1.2) * DOTS)])
    assert column[-1][1] - column[0][0] == pytest.approx(22.5, abs=0.3) or any(
        end - begin == pytest.approx(22.5, abs=0.3) for begin, end in column
    )
    once = replace(program, reply_mail=replace(program.reply_mail, is_deferred=False))
    assert len(runs(dark(once)[int(31 * DOTS), : int(40 * DOTS)])) == 2


def test_it_names_approval_and_last_day_and_nobody(program: Program) -> None:
    (text,) = pdf.text(reply_envelope_pdf(program, NOW))
    for wanted in ("料金受取人払郵便", "みなも局", "承認", "1391", "令和6年7月31日"):
        assert wanted in text, wanted
    assert "切手を貼らずに" in text
    assert "IDやパスワードは" in text


def test_the_postal_code_keeps_its_distance(program: Program) -> None:
    row = runs(dark(program)[int(16 * DOTS)])
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
