"""Large print: the page with ID and password in large letters, and the letter's text to enclose.

What is a family's own stands on one page. The rest is the same for everybody who reads the
language: the whole text of the letter, from the same file, on as many sheets as it takes.
"""

from collections.abc import Mapping
from functools import lru_cache

from portal.domain.foundation.texts import _, plain, use_locale
from portal.domain.letters.letters.drawing.frame import LetterFrame
from portal.domain.letters.letters.drawing.public_page import letter_page
from portal.domain.letters.letters.drawing.typesetting import TypstData, compile_pdf
from portal.domain.letters.letters.drawing.window import pair, pieces

TEMPLATE = "large_text.typ"


def large_labels(frame: LetterFrame) -> Mapping[str, TypstData]:
    """Return the words of the large front in each language of the letter."""
    return {locale: _labels(frame, locale) for locale in frame.languages}


def _labels(frame: LetterFrame, locale: str) -> TypstData:
    def text(block: str) -> str:
        return frame.texts.blocks[block].in_language(locale)

    with use_locale(locale):
        return {
            "title": pieces(text("title")),
            "id": pieces(_("ID（数字10桁）")),
            "password": pieces(_("パスワード（英数字12文字）")),
            "never": pieces(_("IDとパスワードは、誰にも教えないでください。")),
            "specimen": pieces(_("見本です。このIDではサインインできません。")),
            "exchange": pair(text("exchange_deadline")),
            "use": pair(text("use_deadline")),
            "see": pieces(_("使い方は、同封の「大きな文字の案内」にあります。")),
            "enclosed": pieces(_("同封物")),
            "number": pieces(_("通知書番号")),
            "call": pieces(text("call_center").split("\n")[0]),
            "telephone": frame.values["telephone"].in_language(locale),
            "qr": _("サインインのページを開くQRコード"),
        }


@lru_cache(maxsize=8)
def large_text_pdf(frame: LetterFrame, notes: tuple[str, ...], locale: str) -> bytes:
    """Return the letter's whole text in 18 points, without anything that is a family's own."""
    with use_locale(locale):
        page = letter_page(frame, notes)
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
