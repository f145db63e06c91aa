"""Draw letters with ID and password: many letters in, one PDF chunk out."""

import json
from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache

from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s, plain
from portal.domain.letters.letters.drawing.content import LetterContent
from portal.domain.letters.letters.drawing.frame import LetterFrame
from portal.domain.letters.letters.drawing.large import large_labels
from portal.domain.letters.letters.drawing.public_page import leading_there, voice_code
from portal.domain.letters.letters.drawing.sign_in_qr import qr_path
from portal.domain.letters.letters.drawing.typesetting import (
    TypstData,
    _compiler,
    _drawing,
    _files,
    compile_pdf,
    page_count,
)
from portal.domain.letters.letters.drawing.window import (
    Piece,
    braille_data,
    layout_data,
    pair,
    pieces,
    window_data,
)

FRONT_NOTES = (
    "where_usable",
    "no_smartphone",
    "not_delivered",
    "address_change",
    "not_yours",
    "decline",
    "rules",
    "never_asked",
    "personal_data",
    "languages",
)
BACK_NOTES = ("exchange_deadline", "use_deadline", *FRONT_NOTES, "call_center")


BACK_POINTS = (8.2, 8.0, 7.8, 7.6, 7.4, 7.2, 7.0, 6.8, 6.6)


def render_chunk(
    contents: Sequence[LetterContent], frame: LetterFrame, *, back_points: float | None = None
) -> bytes:
    """Return one PDF (tagged, PDF/UA-1, fonts embedded as subsets) with the letters in order.

    Each letter is one page in Japanese; with ``back_points`` (from ``fit_back``) each is followed
    by its back in the other languages, which triples the time. Made for worker processes: arguments
    and result can be pickled, and the compiler with its fonts is kept for the life of the process.
    50 to 100 letters per call is a good size; memory grows with their number.

    Raises:
        InputError: an address that no size fits, or texts that need more than their page.
        ValueError: there are no letters.
    """
    if not contents:
        raise ValueError("a chunk has at least one letter")
    pdf = compile_pdf(
        "credential.typ",
        {
            "frame": _frame_data(frame),
            "letters": [_letter_data(content, frame) for content in contents],
            "back-size": back_points,
        },
        timestamp=frame.timestamp,
        fonts=frame.fonts,
    )
    if page_count(pdf) != len(contents) * (1 if back_points is None else 2):
        raise InputError(
            _s("手紙の文が長すぎて、1枚に収まりません。letters.toml の文を短くしてください。"),
            code="letter_too_long",
        )
    return pdf


def render_pictures(
    contents: Sequence[LetterContent], frame: LetterFrame, *, dpi: int
) -> list[bytes]:
    """Return a PNG of each letter's page, in the given order; errors as for ``render_chunk``."""
    if not contents:
        return []
    data = {
        "frame": _frame_data(frame),
        "letters": [_letter_data(content, frame) for content in contents],
        "back-size": None,
    }
    with _drawing:
        compiler, sources = _compiler("credential.typ", frame.fonts)
        drawn = compiler.compile(
            input=_files({**sources, "data.json": json.dumps(data, ensure_ascii=False).encode()}),
            format="png",
            ppi=float(dpi),
            timestamp=frame.timestamp,
        )
    return [drawn] if isinstance(drawn, bytes) else [bytes(page) for page in drawn or ()]


def fit_back(frame: LetterFrame) -> float:
    """Return the largest size (points) at which the back with all other languages takes one page.

    Raises:
        InputError: the texts are too long even for the smallest.
    """
    return _back(frame)[0]


def render_back(frame: LetterFrame) -> bytes:
    """Return the one-page PDF of the back, which is printed behind every letter's front."""
    return _back(frame)[1]


@lru_cache(maxsize=4)
def _back(frame: LetterFrame) -> tuple[float, bytes]:
    def fits(points: float) -> bool:
        drawn[points] = draw_back(frame, points)
        return page_count(drawn[points]) == 1

    drawn: dict[float, bytes] = {}
    largest = bisect_left(BACK_POINTS, True, key=fits)
    if largest < len(BACK_POINTS):
        return BACK_POINTS[largest], drawn[BACK_POINTS[largest]]
    raise InputError(
        _s(
            "手紙の裏面の文が長すぎて、1ページに収まりません。letters.toml "
            "の日本語以外の文を短くしてください。"
        ),
        code="letter_too_long",
    )


def draw_back(frame: LetterFrame, points: float) -> bytes:
    """Return the PDF of the back in one size (points), on as many pages as it takes."""
    return compile_pdf(
        "credential.typ",
        {"frame": _frame_data(frame), "letters": [], "back-size": points},
        timestamp=frame.timestamp,
        fonts=frame.fonts,
    )


def render_testpage(frame: LetterFrame, sample: LetterContent) -> bytes:
    """Return the alignment page: window and padding frames, rulers, folds, a sample address."""
    layout = frame.layout
    data = {
        "letter": _letter_data(sample, frame),
        "layout": layout_data(layout),
        "braille": braille_data(frame),
        "window": {
            "x": layout.window_left_mm,
            "y": layout.window_top_mm,
            "width": layout.window_width_mm,
            "height": layout.window_height_mm,
            "padding": layout.padding_mm,
            "shift": [layout.shift_x_mm, layout.shift_y_mm],
        },
    }
    return compile_pdf("testpage.typ", data, timestamp=frame.timestamp, fonts=frame.fonts)


def _letter_data(content: LetterContent, frame: LetterFrame) -> TypstData:
    qr, units = qr_path(content.sign_in_url)
    return {
        **window_data(content, frame),
        "id": content.printed_id,
        "password": content.printed_password,
        "qr": qr,
        "qr-units": units,
        "amount": pair(_household_text(frame, "amount", "ja", content)),
        "languages": [
            {
                "locale": locale,
                "text": plain(_household_text(frame, "language_line", locale, content)),
            }
            for locale in frame.languages
            if locale != "ja"
        ],
        "enclosures": [pieces(name) for name in content.enclosures],
        "large": content.large,
        "large-amount": pair(_household_text(frame, "amount", content.large, content))
        if content.large
        else None,
    }


def _household_text(frame: LetterFrame, block: str, locale: str, content: LetterContent) -> str:
    household = {"children": content.children, "total": f"{content.amount_yen:,}"}
    return frame.texts.blocks[block].in_language(locale) % {**_values(frame, locale), **household}


@lru_cache(maxsize=32)
def _values(frame: LetterFrame, locale: str) -> dict[str, str]:
    return {name: value.in_language(locale) for name, value in frame.values.items()}


def _call_center(text: str) -> dict[str, list[Piece]]:
    heading, lead, *rest = text.split("\n")
    return {
        "heading": pieces(heading),
        "lead": pieces(lead),
        "body": pieces("\n".join(rest)) if rest else [],
    }


@lru_cache(maxsize=4)
def _frame_data(frame: LetterFrame) -> TypstData:
    def text(block: str) -> str:
        return frame.texts.blocks[block].ja

    return {
        "title": plain(text("title")),
        "ward": frame.ward,
        "mayor": frame.mayor,
        "date": frame.notice_date,
        "day": frame.day,
        "sender": frame.return_address,
        "url": frame.plain_url,
        "specimen": frame.is_specimen,
        "layout": layout_data(frame.layout),
        "texts": {
            **{
                name: pieces(text(name))
                for name in ("title", "opening", "step_1", "step_2", "step_3")
            },
            **{
                name: pair(text(name))
                for name in ("exchange_deadline", "use_deadline", *FRONT_NOTES)
            },
            "call_center": _call_center(text("call_center")),
        },
        "notes": FRONT_NOTES,
        "reading": leading_there(frame),
        "voice": voice_code(frame),
        "large": large_labels(frame),
        "back": [_back_page(frame, locale) for locale in frame.languages if locale != "ja"],
    }


def _back_page(frame: LetterFrame, locale: str) -> TypstData:
    def text(block: str) -> str:
        return frame.texts.blocks[block].in_language(locale)

    return {
        "locale": locale,
        "title": pieces(text("title")),
        "opening": pieces(text("opening")),
        "steps": [pieces(text(f"step_{number}")) for number in (1, 2, 3)],
        "notes": [pair(text(name)) for name in BACK_NOTES],
    }
