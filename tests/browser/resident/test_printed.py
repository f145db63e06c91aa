"""A coupon on paper: one sheet of A4 that scans and says what must be known, in every language."""

import re

import pytest
from PIL import Image

from portal.domain.foundation.program.loader import load_program
from portal.domain.foundation.texts import plain
from portal.platform.http.locale import CODES
from tests.browser.resident.served import LANGUAGES, Served
from tests.browser.resident.test_coupon_uses import place, show
from tests.support.browser import PageFactory
from tests.support.reading import pdf
from tests.support.reading.qr import decode

__all__ = ["place"]

A4_AT_150 = (1240, 1754)
MARGIN = 60
"""Points of the picture that a printer leaves blank at each edge (10 mm)."""


def is_blank_at_the_edges(sheet: Image.Image) -> bool:
    """Whether nothing is cut: all ink lies within the margins."""
    ink = Image.eval(sheet.convert("L"), lambda light: 255 if light < 200 else 0).getbbox()
    width, height = sheet.size
    return ink is not None and (
        ink[0] >= MARGIN
        and ink[1] >= MARGIN
        and ink[2] <= width - MARGIN
        and ink[3] <= height - MARGIN
    )


def bare(text: str) -> str:
    return re.sub(r"[\s\u200b]", "", text)


@pytest.mark.parametrize("code", list(LANGUAGES))
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_one_sheet_scans_and_says_what_must_be_known(
    place: Served, page_factory: PageFactory, code: str, scheme: str
) -> None:
    page = page_factory(color_scheme=scheme)
    show(place, page, code)
    number = page.locator(".number span").first.inner_text()
    printed = page.pdf(format="A4")
    (text,) = pdf.text(printed)
    (sheet,) = pdf.pages(printed)
    assert abs(sheet.width - A4_AT_150[0]) < 3
    assert is_blank_at_the_edges(sheet)
    (scanned,) = decode(sheet.resize((sheet.width // 2, sheet.height // 2)))
    assert "/SANDBOX/" in scanned
    said, program = bare(text), load_program("sample")
    locale = CODES[code]
    for wanted in (number, program.issuer.telephone, program.contact.telephone, "30,000", "/shops"):
        assert bare(wanted) in said, wanted
    if code != "easy":  # its readings stand between its words
        terms = program.issuer.terms.in_language(locale).split("\n")
        for wanted in (program.issuer.name.in_language(locale), *terms):
            assert bare(plain(wanted)) in said, wanted
    page.emulate_media(media="print")
    for pressed in page.locator("button, .button, input, select, header, footer").all():
        assert not pressed.is_visible()
    if code == "ja":
        for wanted in (
            "この紙は、お金と同じです",
            "売ることはできません",
            "印刷した日:2023年",
            "までです",
        ):
            assert wanted in said
        for unwanted in ("画面をいちばん明るく", "もう一度確かめる", "画像を保存"):
            assert unwanted not in said


def test_each_child_has_a_sheet_of_its_own(place: Served, page_factory: PageFactory) -> None:
    page = page_factory()
    show(place, page)
    codes = []
    for ordinal in (1, 2):
        place.go(page, f"/coupon/{ordinal}")
        if page.url.endswith("/home"):
            page.locator(f"form[action='/coupon/{ordinal}/reveal'] button").click()
            page.wait_for_url(re.compile(rf"/coupon/{ordinal}$"))
        printed = page.pdf(format="A4")
        (sheet,), (text,) = pdf.pages(printed), pdf.text(printed)
        codes += decode(sheet)
        assert "画面をいちばん明るく" not in text, "that speaks of the screen"
    assert len(set(codes)) == 2
