"""The letter as a page that everybody may read: the same texts, without what is one family's.

Whoever cannot read the paper enlarges the page, or has it read aloud. The letter's back leads there
by a QR code, with the words that say so.
"""

import base64
from collections.abc import Sequence

from msgspec import Struct

from portal.domain.foundation.counters import read_numbers
from portal.domain.foundation.languages import SOURCE_LOCALE
from portal.domain.foundation.texts import _, use_locale
from portal.domain.letters.letters.drawing.frame import READING, LetterFrame
from portal.domain.letters.letters.drawing.sign_in_qr import qr_path
from portal.domain.letters.letters.drawing.typesetting import TypstData
from portal.domain.letters.letters.drawing.window import pieces

STEPS = ("step_1", "step_2", "step_3")
DEADLINES = ("exchange_deadline", "use_deadline")


class LetterSection(Struct, frozen=True):
    """A note of the letter: its heading, and the lines below it."""

    heading: str
    lines: Sequence[str]


class LetterPage(Struct, frozen=True):
    """The whole text of the letter in one language; readings stand in braces.

    Nothing in it is about a household: address, number of children, sum, ID and password are on
    the paper only.
    """

    title: str
    opening: str
    steps: Sequence[str]
    sections: Sequence[LetterSection]


def letter_page(frame: LetterFrame, notes: Sequence[str]) -> LetterPage:
    """Return the letter's text in the current language, with the blocks ``notes`` in their order.

    Who reads with furigana gets readings, as on every page.
    """
    return text_page(frame, STEPS, (*DEADLINES, *notes, "call_center"))


def text_page(frame: LetterFrame, steps: Sequence[str], sections: Sequence[str]) -> LetterPage:
    """Return a letter's or notice's text in the current language, by the names of its blocks."""

    def text(block: str) -> str:
        return read_numbers(str(frame.texts.blocks[block]))

    return LetterPage(
        text("title"),
        text("opening"),
        [text(step) for step in steps],
        [_section(text(name)) for name in sections],
    )


def _section(text: str) -> LetterSection:
    heading, *lines = text.split("\n")
    return LetterSection(heading, lines)


def leading_there(frame: LetterFrame) -> TypstData:
    """Return the QR code of the page, with words in each of the letter's languages."""
    qr, units = qr_path(frame.reading_url)
    lines = []
    for locale in (SOURCE_LOCALE, *(one for one in frame.languages if one != SOURCE_LOCALE)):
        with use_locale(locale):
            said = _("このQRコードで、手紙の文を大きく読めます。声でも聞けます。")
        lines.append({"locale": locale, "text": pieces(said)})
    with use_locale(SOURCE_LOCALE):
        alt = _("手紙の文のページを開くQRコード")
    return {
        "qr": qr,
        "units": units,
        "alt": alt,
        "url": f"{frame.plain_url}{READING}",
        "lines": lines,
    }


def voice_code(frame: LetterFrame) -> TypstData | None:
    """Return the ward's voice code as a drawing with the words for it; None without one.

    The code is made by the ward's own tool: nothing that is free writes it.
    """
    if not frame.voice_code:
        return None
    picture = base64.b64encode(frame.voice_code).decode()
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 18 18"><image width="18" height="18" '
        f'href="data:image/png;base64,{picture}"/></svg>'
    )
    with use_locale(SOURCE_LOCALE):
        return {"svg": svg, "alt": _("手紙の文の音声コード")}
