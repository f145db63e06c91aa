"""Draw the QR code of a sign-in address quickly.

Placing bits, Reed-Solomon and a fixed mask are all linear over bits, so the QR code of any ID is
the code of a fixed ID, XORed with a fixed pattern for each digit that differs. Building the table
of patterns costs as much as a hundred codes; each code then costs a tenth.
"""

import re
from functools import lru_cache

import qrcode
from qrcode.constants import ERROR_CORRECT_M

QUIET_ZONE = 4
# a fixed mask costs a quarter of trying all eight, and every decoder reads every mask
MASK = 2
DARK = re.compile("1+")
TRAILING_DIGITS = re.compile("[0-9]*$")


def qr_path(url: str) -> tuple[str, int]:
    """Return the dark modules as SVG path data, one rectangle per run, and the width.

    The width includes the quiet zone.
    """
    digits = TRAILING_DIGITS.search(url)
    ending = digits[0] if digits else ""
    size, base, changes = _table(url[: len(url) - len(ending)], len(ending))
    packed = base
    for place, digit in enumerate(ending):
        packed ^= changes[place][int(digit)]
    bits = f"{packed:0{size * size}b}"
    parts = [
        (
            f"M{match.start() + QUIET_ZONE} "
            f"{y}h{match.end() - match.start()}v1h{match.start() - match.end()}z"
        )
        for y in range(QUIET_ZONE, size + QUIET_ZONE)
        for match in DARK.finditer(bits[(y - QUIET_ZONE) * size : (y - QUIET_ZONE + 1) * size])
    ]
    return "".join(parts), size + 2 * QUIET_ZONE


@lru_cache(maxsize=8)
def _table(prefix: str, length: int) -> tuple[int, int, tuple[tuple[int, ...], ...]]:
    """Return the width, the code of ``prefix`` with zeros, and each digit's pattern by place."""
    zeros = "0" * length
    size, base = _draw(prefix + zeros)
    changes = []
    for place in range(length):
        bits = [
            _draw(f"{prefix}{zeros[:place]}{1 << bit}{zeros[place + 1 :]}")[1] ^ base
            for bit in range(4)
        ]
        changes.append(tuple(_combined(bits, digit) for digit in range(10)))
    return size, base, tuple(changes)


def _combined(bits: list[int], digit: int) -> int:
    packed = 0
    for bit, change in enumerate(bits):
        if digit >> bit & 1:
            packed ^= change
    return packed


def _draw(text: str) -> tuple[int, int]:
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0, mask_pattern=MASK)
    code.add_data(text, optimize=0)
    code.make(fit=True)
    rows = code.modules
    return len(rows), int("".join("1" if dark else "0" for row in rows for dark in row), 2)
