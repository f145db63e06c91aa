"""Lay out the address block behind the window: break lines and choose sizes until it fits."""

import struct
import unicodedata

from msgspec import Struct

from portal.domain.foundation.errors import InputError
from portal.domain.foundation.program.schema import LetterLayout
from portal.domain.foundation.texts import _s
from portal.domain.letters.letters.drawing.content import LetterContent

MM_PER_POINT = 25.4 / 72
HONORIFIC = "様"
# Japan Post: 8 to 11.5 points; a bar and its gap are 1.2 mm at 10 points, a long bar is 3.6 mm
BARCODE_POINTS = (8.0, 9.0)
BARCODE_WIDTH_AT_10 = 66 * 1.2 + 0.6
BARCODE_HEIGHT_AT_10 = 3.6
BARCODE_CLEARANCE_MM = 2.0
BLOCK_POINTS = (
    (10, 14),
    (9.5, 13),
    (9, 12),
    (8.5, 11),
    (8, 10.5),
    (7.5, 10),
    (7, 9),
    (6.5, 8),
)
"""Sizes of address and name to try, the largest first."""


NUMBER_ROW_MM = 5.6
POSTAL_ROW_MM = 4.4


class WindowBlock(Struct, frozen=True):
    """The address block broken and sized so that it fits the window (sizes in points)."""

    address: tuple[str, ...]
    address_points: float
    name: tuple[str, ...]
    name_points: float


def image_size(png: bytes, name_points: float, layout: LetterLayout) -> tuple[float, float]:
    """Return width and height (points) at which the picture of a name fills one line."""
    room = (layout.window_width_mm - 2 * layout.padding_mm) / MM_PER_POINT
    room -= (text_ems(HONORIFIC) + 1) * name_points
    pixels_wide, pixels_high = struct.unpack(">II", png[16:24])
    height = name_points * 1.15
    width = height * pixels_wide / max(1, pixels_high)
    return (width, height) if width <= room else (room, height * room / width)


def barcode_points(layout: LetterLayout) -> float:
    """Return the size of the customer barcode: as large as the window allows, 8 to 9 points."""
    room = layout.window_width_mm - 2 * layout.padding_mm
    return min(BARCODE_POINTS[1], 10 * room / BARCODE_WIDTH_AT_10)


def check_layout(layout: LetterLayout) -> None:
    """Check that the window is large enough for an address and its barcode.

    Raises:
        InputError: the window is too small.
    """
    if layout.customer_barcode and barcode_points(layout) < BARCODE_POINTS[0]:
        needed = BARCODE_WIDTH_AT_10 * BARCODE_POINTS[0] / 10 + 2 * layout.padding_mm
        raise InputError(
            _s(
                "封筒の窓の幅 %(width)gmm にはカスタマバーコードが入りません。"
                "%(needed).0fmm 以上の窓にするか、余白を小さくしてください。"
            )
            % {"width": layout.window_width_mm, "needed": needed},
            code="window_too_small",
        )
    if _text_height(layout, barcode=True) < 16:
        raise InputError(
            _s(
                "封筒の窓の高さ %(height)gmm には、あて名とバーコードが入りません。"
                "窓を高くするか、余白を小さくしてください。"
            )
            % {"height": layout.window_height_mm},
            code="window_too_small",
        )


def window_block(content: LetterContent, layout: LetterLayout) -> WindowBlock:
    """Return the address block, broken into lines and shrunk until it fits the window.

    Raises:
        InputError: even the smallest readable size is too large; the message names only the letter.
    """
    width = layout.window_width_mm - 2 * layout.padding_mm
    room = _text_height(layout, barcode=content.customer_bars is not None)
    for address_points, name_points in BLOCK_POINTS:
        address = tuple(
            part
            for line in content.address_lines
            for part in _break(line, width / (address_points * MM_PER_POINT))
        )
        ems = width / (name_points * MM_PER_POINT)
        name = (
            _break(content.addressee, ems, reserve=text_ems(HONORIFIC) + 1)
            if content.addressee_image is None
            else ("",)
        )
        height = (
            len(address) * address_points * 1.25 + (len(name) * 1.3 + 0.2) * name_points
        ) * MM_PER_POINT
        if height <= room:
            return WindowBlock(address, address_points, name, name_points)
    raise InputError(
        _s(
            "通知書番号 %(number)s のあて名は、封筒の窓に入りません。"
            "印刷用の短い住所を登録してください。"
        )
        % {"number": content.letter_number},
        code="address_too_long",
    )


def text_ems(text: str) -> float:
    """Return a safe estimate of a text's width in em: 1 for a wide character, less for Latin."""
    return sum(_ems(character) for character in text)


def _ems(character: str) -> float:
    if (
        unicodedata.combining(character)
        or "\ufe00" <= character <= "\ufe0f"
        or character >= "\U000e0100"
    ):
        return 0.0
    if unicodedata.east_asian_width(character) in {"W", "F", "A"}:
        return 1.0
    return 0.92 if character in "MW%@mw" else 0.7 if character.isupper() else 0.6


def _break(text: str, ems: float, reserve: float = 0.0) -> tuple[str, ...]:
    """Break a text into lines of at most ``ems``, preferably at a blank.

    The last line leaves ``reserve`` free.
    """
    lines, line, width = [], "", 0.0
    for character in text:
        step = _ems(character)
        if width + step > ems and line:
            cut = max(line.rfind(" "), line.rfind("\u3000")) + 1
            # a blank in the second half of the line is a better place than the middle of a word
            keep, carry = (line[:cut], line[cut:]) if cut > len(line) / 2 else (line, "")
            lines.append(keep.rstrip())
            line, width = carry, text_ems(carry)
        line += character
        width += step
    if (
        width + reserve > ems
        and lines == []
        and (cut := max(line.rfind(" "), line.rfind("\u3000")) + 1) > 0
    ):
        lines.append(line[:cut].rstrip())
        line = line[cut:]
    return (*lines, line)


def _text_height(layout: LetterLayout, *, barcode: bool) -> float:
    room = layout.window_height_mm - 2 * layout.padding_mm - POSTAL_ROW_MM
    if layout.letter_number_in_window:
        room -= NUMBER_ROW_MM
    if barcode and layout.customer_barcode:
        room -= barcode_points(layout) / 10 * BARCODE_HEIGHT_AT_10 + 2 * BARCODE_CLEARANCE_MM
    return room
