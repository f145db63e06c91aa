"""Draw the advance notice (辞退受付案内文書): a Japanese front, other languages on the back."""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache

from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _, _s, plain, use_locale
from portal.domain.letters.letters.drawing.content import LetterContent
from portal.domain.letters.letters.drawing.frame import LetterFrame
from portal.domain.letters.letters.drawing.large import common_labels, draw_large_text
from portal.domain.letters.letters.drawing.public_page import text_page
from portal.domain.letters.letters.drawing.typesetting import TypstData, compile_pdf, page_count
from portal.domain.letters.letters.drawing.window import layout_data, pair, pieces, window_data

TEMPLATE = "advance.typ"
NOTES = (
    "who",
    "when_sent",
    "no_procedure",
    "how_to_decline",
    "no_reply",
    "withdrawal",
    "never_asked",
    "call_center",
)
LARGE_NOTES = ("when_sent", "no_procedure", "how_to_decline")
"""What the front in large print says; the rest is enclosed."""
BACK_POINTS = (9.5, 9.0, 8.5, 8.0, 7.5, 7.0)


def render_notices(
    contents: Sequence[LetterContent], frame: LetterFrame, *, back_points: float | None = None
) -> bytes:
    """Return one PDF (tagged, PDF/UA-1) with a page for each notice, in the given order.

    With ``back_points`` (from ``fit_notice_back``) each is followed by the back. A notice for a
    household that wants large print has its front in that. A notice names no
    child, no household's amount and no ID. ``frame`` contains the texts of the notice.

    Raises:
        InputError: an address that no size fits, or texts that need more than their page.
        ValueError: there are no notices.
    """
    if not contents:
        raise ValueError("a chunk has at least one notice")
    data = {
        "frame": _frame_data(frame),
        "back-size": back_points,
        "letters": [
            {
                **window_data(content, frame),
                "enclosures": [pieces(name) for name in content.enclosures],
                "large": content.large,
            }
            for content in contents
        ],
    }
    pdf = compile_pdf(TEMPLATE, data, timestamp=frame.timestamp, fonts=frame.fonts)
    if page_count(pdf) != len(contents) * (1 if back_points is None else 2):
        raise _too_long()
    return pdf


def render_notice_back(frame: LetterFrame) -> bytes:
    """Return the one-page PDF with the notice in the other languages.

    Raises:
        InputError: as for ``fit_notice_back``.
    """
    return _back(frame)[1]


def fit_notice_back(frame: LetterFrame) -> float:
    """Return the largest size (points) at which the back takes one page.

    Raises:
        InputError: the texts are too long even for the smallest.
    """
    return _back(frame)[0]


@lru_cache(maxsize=4)
def _back(frame: LetterFrame) -> tuple[float, bytes]:
    drawn: dict[float, bytes] = {}

    def fits(points: float) -> bool:
        drawn[points] = draw_notice_back(frame, points)
        return page_count(drawn[points]) == 1

    largest = bisect_left(BACK_POINTS, True, key=fits)
    if largest == len(BACK_POINTS):
        raise _too_long()
    return BACK_POINTS[largest], drawn[BACK_POINTS[largest]]


def draw_notice_back(frame: LetterFrame, points: float) -> bytes:
    """Return the PDF of the back in one size (points), on as many pages as it takes."""
    data = {"frame": _frame_data(frame), "letters": [], "back-size": points}
    return compile_pdf(TEMPLATE, data, timestamp=frame.timestamp, fonts=frame.fonts)


def _frame_data(frame: LetterFrame) -> TypstData:
    day = datetime.fromtimestamp(frame.timestamp, tz=UTC)
    return {
        "title": plain(frame.texts.blocks["title"].in_language("ja")),
        "ward": frame.ward,
        "mayor": frame.mayor,
        "date": frame.notice_date,
        "day": [day.year, day.month, day.day],
        "sender": frame.return_address,
        "layout": layout_data(frame.layout),
        "texts": [_texts(frame, locale) for locale in frame.languages],
        "large": {locale: _large_texts(frame, locale) for locale in frame.languages},
    }


def _large_texts(frame: LetterFrame, locale: str) -> TypstData:
    blocks = frame.texts.blocks
    with use_locale(locale):
        return {
            **common_labels(frame, locale),
            "opening": pieces(blocks["opening"].in_language(locale)),
            "notes": [pair(blocks[name].in_language(locale)) for name in LARGE_NOTES],
            "see": pieces(_("くわしいことは、同封の「大きな文字の案内」にあります。")),
        }


@lru_cache(maxsize=8)
def notice_text_pdf(frame: LetterFrame, locale: str) -> bytes:
    """Return the notice's whole text in 18 points, without anything that is a family's own."""
    with use_locale(locale):
        return draw_large_text(text_page(frame, (), NOTES), frame, locale)


def _texts(frame: LetterFrame, locale: str) -> TypstData:
    blocks = frame.texts.blocks

    return {
        "locale": locale,
        "title": pieces(blocks["title"].in_language(locale)),
        "opening": pieces(blocks["opening"].in_language(locale)),
        "notes": [pair(blocks[name].in_language(locale)) for name in NOTES],
    }


def _too_long() -> InputError:
    return InputError(
        _s("事前案内の文が長すぎて、1枚に収まりません。advance.toml の文を短くしてください。"),
        code="letter_too_long",
    )
