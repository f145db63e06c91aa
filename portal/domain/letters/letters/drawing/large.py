"""Large print: the page with ID and password in large letters, and the letter's text to enclose.

What is a family's own stands on one page. The rest is the same for everybody who reads the
language: the whole text of the letter, from the same file, on as many sheets as it takes.
"""

from collections.abc import Mapping
from functools import lru_cache

from portal.domain.foundation.texts import _, plain, use_locale
from portal.domain.letters.letters.drawing.frame import LetterFrame
from portal.domain.letters.letters.drawing.public_page import LetterPage, letter_page
from portal.domain.letters.letters.drawing.typesetting import TypstData, compile_pdf
from portal.domain.letters.letters.drawing.window import pair, pieces

TEMPLATE = "large_text.typ"


def large_labels(frame: LetterFrame) -> Mapping[str, TypstData]:
    """Return the words of the large front in each language of the letter."""
    return {locale: _labels(frame, locale) for locale in frame.languages}


def common_labels(frame: LetterFrame, locale: str) -> TypstData:
    """Return the words that the large front of every letter and notice has in a language."""

    def text(block: str) -> str:
        return frame.texts.blocks[block].in_language(locale)

    with use_locale(locale):
        return {
            "title": pieces(text("title")),
            "enclosed": pieces(_("同封物")),
            "comma": _("、"),
            "number": pieces(_("通知書番号")),
            "call": pieces(text("call_center").split("\n")[0]),
            "telephone": frame.values["telephone"].in_language(locale),
        }


def _labels(frame: LetterFrame, locale: str) -> TypstData:
    def text(block: str) -> str:
        return frame.texts.blocks[block].in_language(locale)

    with use_locale(locale):
        return {
            **common_labels(frame, locale),
            "id": pieces(_("ID（数字10桁）")),
            "password": pieces(_("パスワード（英数字12文字）")),
            "never": pieces(_("IDとパスワードは、誰にも教えないでください。")),
            "specimen": pieces(_("見本です。このIDではサインインできません。")),
            "exchange": pair(text("exchange_deadline")),
            "use": pair(text("use_deadline")),
            "see": pieces(_("使い方は、同封の「大きな文字の案内」にあります。")),
            "qr": _("サインインのページを開くQRコード"),
        }


@lru_cache(maxsize=8)
def large_text_pdf(frame: LetterFrame, notes: tuple[str, ...], locale: str) -> bytes:
    """Return the letter's whole text in 18 points, without anything that is a family's own."""
    with use_locale(locale):
        return draw_large_text(letter_page(frame, notes), frame, locale)


def draw_large_text(page: LetterPage, frame: LetterFrame, locale: str) -> bytes:
    """Return the text of a letter or notice in 18 points, on as many pages as it takes."""
    data = {
        "ward": frame.ward,
        "day": frame.day,
        "locale": locale,
        "name": plain(page.title),
        "title": pieces(page.title),
        "opening": pieces(page.opening),
        "steps": [pieces(step) for step in page.steps],
        "sections": [
            {"heading": pieces(one.heading), "lines": [pieces(line) for line in one.lines]}
            for one in page.sections
        ],
    }
    return compile_pdf(TEMPLATE, data, timestamp=frame.timestamp, fonts=frame.fonts)
