"""The QR image: what a phone reads is what was meant, small enough, and drawn in whole pixels."""

import re
from io import BytesIO

import pytest
import qrcode
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from portal.domain.foundation.errors import InputError
from portal.domain.people.coupons.qr import (
    QUIET,
    draw_png,
    fit_at_320,
    matrix,
    module_count,
    modules_of_png,
    path_of_png,
)

PAYLOADS = [
    "7K4P9XQD2MHT",
    "HTTP://127.0.0.1:8000/SANDBOX/CDFGHJKLMNPQRTVWXY34679CDF",
    "https://coupon.example.jp/gift/" + "aB3_" * 12,
    "https://coupon.example.jp/" + "x" * 133,
]


@pytest.mark.parametrize("payload", PAYLOADS, ids=len)
def test_a_scanner_reads_what_was_put_in_without_inversion(payload: str) -> None:
    png = draw_png(payload)
    with Image.open(BytesIO(png)) as image:
        assert image.mode == "1"
        codes = zxingcpp.read_barcodes(image, try_invert=False)
    assert [code.text for code in codes] == [payload]
    assert "M" in str(codes[0].ec_level)
    assert len(png) <= 1_000


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=150))
def test_any_printable_code_is_read_back(payload: str) -> None:
    with Image.open(BytesIO(draw_png(payload))) as image:
        assert [code.text for code in zxingcpp.read_barcodes(image)] == [payload]


STROKES = re.compile(r"M(\d+) (\d+)\.5|m(\d+) 0|h(\d+)")
"""To the begin of a row of modules, over light ones, and along dark ones."""


@pytest.mark.parametrize("payload", PAYLOADS, ids=len)
def test_the_quiet_zone_is_four_light_modules_inside_the_image(payload: str) -> None:
    png = draw_png(payload)
    with Image.open(BytesIO(png)) as image:
        pixels = image.width // modules_of_png(png)
        assert image.width == image.height == module_count(payload) * pixels
        border = QUIET * pixels
        inside = image.convert("L").point(lambda value: 255 - value).getbbox()
    assert inside == (border, border, image.width - border, image.height - border)


@pytest.mark.parametrize("payload", PAYLOADS, ids=len)
def test_the_drawing_for_a_page_has_the_pixels_of_the_image(payload: str) -> None:
    png = draw_png(payload)
    side = modules_of_png(png)
    page = Image.new("1", (side, side), 1)
    x = y = 0
    for start, row, skipped, length in STROKES.findall(path_of_png(png)):
        if row:
            x, y = int(start), int(row)
        elif skipped:
            x += int(skipped)
        else:
            page.paste(0, (x, y, x + int(length), y + 1))
            x += int(length)
    with Image.open(BytesIO(png)) as image:
        assert page.resize(image.size, Image.Resampling.NEAREST).tobytes() == image.tobytes()
    assert STROKES.sub("", path_of_png(png)) == ""


def test_the_modules_are_those_of_the_library_under_one_of_its_masks() -> None:
    for payload in PAYLOADS:
        drawn = matrix(payload)
        variants = []
        for mask in range(8):
            code = qrcode.QRCode(
                error_correction=qrcode.constants.ERROR_CORRECT_M, border=0, mask_pattern=mask
            )
            code.add_data(payload)
            code.make()
            variants.append(["".join("1" if dark else "0" for dark in row) for row in code.modules])
        assert drawn in variants


def test_too_long_a_code_is_refused_with_a_sentence() -> None:
    for ask in (draw_png, module_count):
        with pytest.raises(InputError, match="発行者"):
            ask("x" * 3_000)


def test_a_module_gets_five_css_pixels_in_the_panel_over_the_width_or_nowhere() -> None:
    assert fit_at_320(51) == "panel"
    assert fit_at_320(52) == "full_width"
    assert fit_at_320(64) == "full_width"
    assert fit_at_320(65) == "too_dense"
