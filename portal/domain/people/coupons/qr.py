"""QR images of coupons, drawn once when a batch is loaded.

Nobody waits for a drawing when a page is opened.
"""

import re
import struct
import zlib
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Literal

import qrcode
from qrcode.constants import ERROR_CORRECT_M
from qrcode.exceptions import DataOverflowError

from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s

QUIET = 4
PIXELS = 8
"""Pixels per module; at one bit a pixel a module is then exactly one byte of a PNG line."""
MASKS = 8
NARROW_CSS_PX = 320
PANEL_CSS_PX = 256
MODULE_CSS_PX = 5
DARK_LIGHT = bytes.maketrans(b"01", b"\xff\x00")
LIGHT_AND_DARK = re.compile(rb"(\xff*)(\x00+)")
_IDAT = 41
"""Where the pixels of our images begin."""
Fit = Literal["panel", "full_width", "too_dense"]


def _rows(payload: str, mask: int, version: int | None = None) -> list[list[bool]]:
    code = qrcode.QRCode(
        version=version, error_correction=ERROR_CORRECT_M, border=0, mask_pattern=mask
    )
    code.add_data(payload)
    try:
        code.make(fit=version is None)
    except (DataOverflowError, ValueError):
        raise InputError(
            _s("QRコードに入りきらない長さのコードがあります。発行者に確かめてください。")
        ) from None
    rows: list[list[bool]] = code.modules
    return rows


def _pack(rows: Sequence[Sequence[bool]]) -> int:
    """Pack the matrix into one number.

    Each row is followed by a zero bit, so that runs end with their row.
    """
    return int("".join("".join("1" if dark else "0" for dark in row) + "0" for row in rows), 2)


@lru_cache(maxsize=40)
def _mask_changes(version: int) -> tuple[int, ...]:
    """Return, for each mask, the modules that differ from the same code under mask 0.

    They are the same for every content of a version (data modules and format bits are both XORed),
    so that the costly placing of the data is done once per code instead of nine times.
    """
    packed = [_pack(_rows("0", mask, version)) for mask in range(MASKS)]
    return tuple(one ^ packed[0] for one in packed)


@lru_cache(maxsize=40)
def _all_modules(size: int) -> int:
    return _pack([[True] * size] * size)


FINDER_LIKE = ("10111010000", "00001011101")


def _penalty(dark: int, size: int) -> int:
    """Return the penalty of ISO/IEC 18004, 7.8.3: the lower, the easier to read."""
    every = _all_modules(size)
    light = ~dark & every
    points = 0
    for step in (1, size + 1):
        for color in (dark, light):
            five = color & color >> step & color >> 2 * step & color >> 3 * step & color >> 4 * step
            points += five.bit_count() + 2 * (five & ~(five >> step)).bit_count()
        for pattern in FINDER_LIKE:
            hits = every
            for place, bit in enumerate(pattern):
                hits &= (dark if bit == "1" else light) >> place * step
            points += 40 * hits.bit_count()
    for color in (dark, light):
        points += 3 * (color & color >> 1 & color >> size + 1 & color >> size + 2).bit_count()
    share = dark.bit_count() * 100 // (size * size)
    return points + 10 * (abs(share - 50) // 5)


def matrix(payload: str) -> list[str]:
    """Return the modules as rows of ``1`` (dark) and ``0``, without a border.

    Error correction M, the best of the eight masks.

    Raises:
        InputError: too long for any QR code.
    """
    rows = _rows(payload, 0)
    size = len(rows)
    packed = _pack(rows)
    best = min(
        (packed ^ change for change in _mask_changes((size - 17) // 4)),
        key=lambda one: _penalty(one, size),
    )
    bits = f"{best:0{size * (size + 1)}b}"
    return [bits[start : start + size] for start in range(0, len(bits), size + 1)]


def module_count(payload: str) -> int:
    """Return the number of modules along one side, including the quiet zone."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(payload)
    try:
        return 17 + 4 * int(code.best_fit()) + 2 * QUIET
    except (DataOverflowError, ValueError):
        raise InputError(
            _s("QRコードに入りきらない長さのコードがあります。発行者に確かめてください。")
        ) from None


def draw_png(payload: str) -> bytes:
    """Return a PNG of one bit per pixel: black on white, 8 pixels per module, quiet zone included.

    Raises:
        InputError: too long for any QR code.
    """
    rows = matrix(payload)
    side = len(rows) + 2 * QUIET
    margin = "0" * QUIET
    lines = ["0" * side] * QUIET + [margin + row + margin for row in rows] + ["0" * side] * QUIET
    # Filter 2 (up) makes the repeated lines of a module all zero, which is what keeps the file
    # under 1 kB.
    repeated = (b"\x02" + bytes(side)) * (PIXELS - 1)
    pixels = b"".join(b"\x00" + line.encode().translate(DARK_LIGHT) + repeated for line in lines)
    header = struct.pack(">IIBBBBB", side * PIXELS, side * PIXELS, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(pixels, 6))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def modules_of_png(png: bytes) -> int:
    """Return the modules along a side of an image from ``draw_png``, to size it in pixels."""
    return int(struct.unpack(">I", png[16:20])[0]) // PIXELS


def path_of_png(png: bytes) -> str:
    """Return the dark modules of an image from ``draw_png``, to be stroked in an SVG.

    A module is one unit, each run of them a line through their middle; the quiet zone is left out.
    A run begins where the one before ended, and not at a place of its own: so the same few strokes
    come again and again, and pack well.
    """
    side, (length,) = modules_of_png(png), struct.unpack(">I", png[_IDAT - 8 : _IDAT - 4])
    pixels = zlib.decompress(png[_IDAT : _IDAT + length])
    line = side + 1  # the kind of its filter stands before it
    drawn = []
    for row in range(QUIET, side - QUIET):
        begins = row * PIXELS * line + 1 + QUIET
        drawn.append(f"M{QUIET} {row}.5")
        runs = LIGHT_AND_DARK.findall(pixels, begins, begins + side - 2 * QUIET)
        drawn += map(_stroke, runs)
    return "".join(drawn)


@cache
def _stroke(run: tuple[bytes, bytes]) -> str:
    light, dark = run
    return f"m{len(light)} 0h{len(dark)}" if light else f"h{len(dark)}"


def fit_at_320(modules: int) -> Fit:
    """Return where a module gets 5 CSS px on a 320 px page: panel, full width, or nowhere."""
    if modules * MODULE_CSS_PX <= PANEL_CSS_PX:
        return "panel"
    return "full_width" if modules * MODULE_CSS_PX <= NARROW_CSS_PX else "too_dense"
