"""Invented letters of the sample program, and how to read a PDF back."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pypdfium2
import pytest
from PIL import Image

from portal.domain.foundation.program.loader import load_program
from portal.domain.foundation.program.schema import Program
from portal.domain.letters.letters.drawing.barcode import customer_bars
from portal.domain.letters.letters.drawing.content import LetterContent
from portal.domain.letters.letters.drawing.frame import LetterFrame, letter_frame
from portal.domain.letters.letters.drawing.texts import load_texts

MakeLetter = Callable[..., LetterContent]


@pytest.fixture(scope="session")
def program() -> Program:
    return load_program("sample", date(2023, 7, 1))


@pytest.fixture(scope="session")
def frame(program: Program) -> LetterFrame:
    return letter_frame(
        program,
        load_texts(program.letter_texts_file),
        notice_date=date(2023, 7, 20),
        resident_url="https://coupon.shiokaze.example/",
    )


@pytest.fixture
def make_letter() -> MakeLetter:
    def make(number: int = 1, **changes: Any) -> LetterContent:
        values: dict[str, Any] = {
            "letter_number": f"23070{number:07}",
            "postal_code": "1390012",
            "address_lines": ("東京都汐風区潮見坂一丁目12番地の3", "コーポ汐風 101号室"),
            "addressee": "髙橋　𠮷郎",
            "children": 2,
            "amount_yen": 60_000,
            "login_id": f"123456{number:04}",
            "password": "CDFGHJKLMNPQ",
            "sign_in_url": f"https://coupon.shiokaze.example/signin?id=123456{number:04}",
            "customer_bars": customer_bars("1390012", "一丁目12番地の3コーポ汐風 101号室"),
        }
        return LetterContent(**{**values, **changes})

    return make


def page_texts(pdf: bytes) -> list[str]:
    """Return the text of each page, without the line breaks that the layout made."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [document[index].get_textpage().get_text_range() for index in range(len(document))]
    finally:
        document.close()


def page_images(pdf: bytes, dpi: int = 200) -> list[Image.Image]:
    """Return each page as paper would show it."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [document[index].render(scale=dpi / 72).to_pil() for index in range(len(document))]
    finally:
        document.close()
