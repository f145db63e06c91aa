"""Draw a picture of one code and a few lines of text, as wide as a telephone.

Pillow draws it, which takes some 15 MB of a process; the compiler of the letters would take 80 to
150 MB, since it holds each face of a font as a file of its own (decision 0078).
"""

import io
import re
import threading
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import count

from msgspec import Struct
from PIL import Image, ImageDraw, ImageFont

from portal.domain.foundation.languages import BY_LOCALE
from portal.domain.letters.letters.drawing.fonts import FONT_SUFFIXES, font_folders
from portal.domain.letters.letters.drawing.window import Piece

WIDTH, MARGIN = 540, 30
"""Pixels."""
ROOM = WIDTH - 2 * MARGIN
MOST_TO_A_MODULE = 12
TITLE, NUMBER, BODY, SMALL = 30, 27, 21, 18
"""Heights of letters, in pixels."""
READING = 0.52
"""Height of a reading, as a part of that of the word below it."""
LEADING, PARAGRAPH = 1.7, 0.45
"""From line to line, and between paragraphs, in heights of letters."""
DEPTH = 0.3
"""How far letters hang below their line."""
INK, RULE, PAPER = 26, 180, 255
GRAYS = 16
"""Shades of a file: half a byte each; half the time and two thirds of the bytes of 256."""

WORD = re.compile("(?:(?![\u3000-\u30ff\u3400-\u9fff\uff00-\uffef])\\S)+\\s*|\\S\\s*|\\s+")
"""What no line breaks: words of letters, digits and hangul; of kana and Han one character each."""
NEVER_FIRST = frozenset(
    "、。，．・：；？！）」』】〉》〕”’…ー々％ぁぃぅぇぉっゃゅょァィゥェォッャュョ"
)
NEVER_LAST = frozenset("（「『【〈《〔“‘")
"""What begins or ends no line (JIS X 4051)."""

_drawing = threading.Lock()


@dataclass(frozen=True, slots=True, repr=False)
class Picture:
    """What stands in a picture, from above to below; it has no ``repr``: it is money.

    Attributes:
        locale: The language, which decides the face of Han characters.
        title: The largest line.
        code: A PNG of one QR code with its quiet zone, ``modules`` wide.
        number: What people read out.
        pin: A line below it; empty for none.
        lines: Paragraphs.
        small: Paragraphs below a rule.
    """

    locale: str
    title: Sequence[Piece]
    code: bytes
    modules: int
    number: str
    pin: Sequence[Piece]
    lines: Sequence[Sequence[Piece]]
    small: Sequence[Sequence[Piece]]


class Style(Struct, frozen=True):
    """How a paragraph is written: its face, the height of its letters (pixels)."""

    family: str
    size: int
    centered: bool = False

    def font(self, part: float = 1) -> ImageFont.FreeTypeFont:
        """Return its font, or one of a part of its height."""
        return _font(self.family, round(self.size * part))


def draw_picture(picture: Picture) -> bytes:
    """Return the picture as a PNG; threads take turns, for a face is not made for two."""
    face = BY_LOCALE[picture.locale].typesetting.font
    with _drawing:
        parts = [
            _kept(picture.title, Style(face, TITLE, centered=True)),
            _code(picture.code, picture.modules),
            # number and PIN are money, and nothing keeps them
            _paragraph([picture.number], Style(face, NUMBER, centered=True)),
            _paragraph(picture.pin, Style(face, BODY, centered=True)),
            *(_kept(line, Style(face, BODY)) for line in picture.lines),
            Image.new("L", (ROOM, 1), RULE),
            *(_kept(line, Style(face, SMALL)) for line in picture.small),
        ]
        return _png(parts)


def _png(parts: Sequence[Image.Image]) -> bytes:
    sheet = Image.new("L", (WIDTH, sum(part.height for part in parts) + 2 * MARGIN), PAPER)
    below = MARGIN
    for part in parts:
        sheet.paste(part, ((WIDTH - part.width) // 2, below))
        below += part.height
    few = sheet.point([round(shade * (GRAYS - 1) / PAPER) for shade in range(PAPER + 1)], "P")
    few.putpalette([shade * PAPER // (GRAYS - 1) for shade in range(GRAYS) for _color in "rgb"])
    drawn = io.BytesIO()
    # runs of one shade are nearly all that there is: looking for more costs time and saves nothing
    few.save(drawn, "PNG", bits=4, compress_type=zlib.Z_RLE)
    return drawn.getvalue()


def _code(png: bytes, modules: int) -> Image.Image:
    """Return the code, each module as many whole pixels wide as fit."""
    side = modules * min(MOST_TO_A_MODULE, ROOM // modules)
    with Image.open(io.BytesIO(png)) as drawn:
        return drawn.convert("L").resize((side, side), Image.Resampling.NEAREST)


def _kept(pieces: Sequence[Piece], style: Style) -> Image.Image:
    """Return a paragraph that is the same for many families."""
    return kept_paragraph(tuple(p if isinstance(p, str) else (p[0], p[1]) for p in pieces), style)


@lru_cache(maxsize=128)
def kept_paragraph(pieces: tuple[str | tuple[str, str], ...], style: Style) -> Image.Image:
    """Return a paragraph, drawn once for all families that read the same."""
    return _paragraph([p if isinstance(p, str) else list(p) for p in pieces], style)


def _paragraph(pieces: Sequence[Piece], style: Style) -> Image.Image:
    font, lines = style.font(), list(lines_of(pieces, style.font().getlength))
    high = round(style.size * LEADING)
    below = round(style.size * (DEPTH + PARAGRAPH)) if lines else 0
    paper = Image.new("L", (ROOM, high * len(lines) + below), PAPER)
    pen = ImageDraw.Draw(paper)
    for number, line in enumerate(lines, 1):
        width = sum(font.getlength(_word(piece)) for piece in line)
        x = (ROOM - width) / 2 if style.centered else 0.0
        for piece in line:
            _write(pen, piece, (x, high * number), style)
            x += font.getlength(_word(piece))
    return paper


def _write(
    pen: ImageDraw.ImageDraw, piece: Piece, place: tuple[float, float], style: Style
) -> None:
    font, (x, y) = style.font(), place
    pen.text(place, _word(piece), font=font, fill=INK, anchor="ls")
    if not isinstance(piece, str):
        above = (x + font.getlength(piece[0]) / 2, y - style.size)
        pen.text(above, piece[1], font=style.font(READING), fill=INK, anchor="ms")


def lines_of(pieces: Sequence[Piece], length: Callable[[str], float]) -> Iterator[list[Piece]]:
    """Yield the lines of a paragraph, each run of words without readings as one piece.

    ``length`` returns the width of a word in pixels.
    """
    line: list[Piece] = []
    left = float(ROOM)
    for together in _unbroken(pieces):
        width = sum(length(_word(piece)) for piece in together)
        if line and width > left:
            yield line
            line, left = [], float(ROOM)
        for piece in together:
            last = line[-1] if line else None
            if isinstance(piece, str) and isinstance(last, str):
                line[-1] = last + piece
            else:
                line.append(piece)
        left -= width
    if line:
        yield line


def _unbroken(pieces: Sequence[Piece]) -> Iterator[list[Piece]]:
    """Yield what stays on one line."""
    held: list[Piece] = []
    for piece in _words(pieces):
        before, after = _word(held[-1]) if held else "", _word(piece)
        if held and before[-1:] not in NEVER_LAST and after[:1] not in NEVER_FIRST:
            yield held
            held = []
        held.append(piece)
    if held:
        yield held


def _words(pieces: Sequence[Piece]) -> Iterator[Piece]:
    for piece in pieces:
        if isinstance(piece, str):
            yield from WORD.findall(piece)
        else:
            yield piece


def _word(piece: Piece) -> str:
    return piece if isinstance(piece, str) else piece[0]


@lru_cache(maxsize=32)
def _font(family: str, size: int) -> ImageFont.FreeTypeFont:
    path, face = _faces()[family]
    return ImageFont.truetype(path, size, face, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=1)
def _faces() -> dict[str, tuple[str, int]]:
    """Return file and place of each face of the collection by its family."""
    (path,) = (
        str(one) for one in font_folders()[0].iterdir() if one.suffix.lower() in FONT_SUFFIXES
    )
    found: dict[str, tuple[str, int]] = {}
    for face in count():
        try:
            family, _style = ImageFont.truetype(path, BODY, face).getname()
        except OSError:  # there is no further one
            break
        found[str(family)] = path, face
    return found
