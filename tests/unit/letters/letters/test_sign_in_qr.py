"""The fast drawing of sign-in codes gives what the library gives."""

import random
import re

import pytest
import qrcode
from qrcode.constants import ERROR_CORRECT_M

from portal.domain.letters.letters.drawing.sign_in_qr import MASK, QUIET_ZONE, qr_path


def modules(url: str) -> set[tuple[int, int]]:
    """The dark modules that the path draws, without the quiet zone."""
    path, _width = qr_path(url)
    runs = re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", path)
    return {
        (x - QUIET_ZONE, int(y) - QUIET_ZONE)
        for left, y, length in runs
        for x in range(int(left), int(left) + int(length))
    }


@pytest.mark.parametrize(
    "prefix",
    [
        "https://coupon.shiokaze.example/signin?id=",
        "http://127.0.0.1:8000/signin?id=",
        "https://x/",
    ],
)
def test_the_code_of_any_id_is_the_librarys(prefix: str) -> None:
    dice = random.Random(7)
    for _ in range(20):
        url = f"{prefix}{dice.randrange(10**9, 10**10)}"
        code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0, mask_pattern=MASK)
        code.add_data(url, optimize=0)
        code.make(fit=True)
        assert modules(url) == {
            (x, y) for y, row in enumerate(code.modules) for x, dark in enumerate(row) if dark
        }
