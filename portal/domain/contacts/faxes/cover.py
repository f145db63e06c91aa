"""The pages of a reply: a cover without personal data, and the reply; black on white, large."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from msgspec import Struct

from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.languages import SOURCE_LOCALE
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _, use_locale
from portal.domain.letters.letters.drawing.typesetting import compile_pdf, page_count
from portal.domain.letters.letters.drawing.window import pieces
from portal.domain.requests.requests.documents import drawable, in_turn, japanese_instant

COVER_LOCALES = ("ja", "en", "zh_Hans", "ko")
"""The languages of the cover, one of which a mistaken recipient can read."""
COVER_PAGES = 1


class Part(Struct, frozen=True):
    """The reply's text in one language."""

    locale: str
    lines: Sequence[str]


@dataclass(frozen=True, slots=True)
class Words:
    """A reply's content: general texts by language, and a text for one household in ``locale``.

    With ``large`` nothing on its pages is smaller than 18 points.
    """

    parts: Sequence[Part]
    locale: str
    text: str = field(default="", repr=False)
    large: bool = False


class Letterhead(Struct, frozen=True):
    """The head of every page: the sender, the receipt number, and the instant of writing."""

    program: Program
    receipt_no: str
    at: datetime


def cover_pdf(head: Letterhead, last_digits: str, pages: int, *, large: bool = False) -> bytes:
    """Return the cover: sender, last digits of the number, number of pages with the cover.

    It also tells what to do if it reached the wrong person.

    Raises:
        BusyError: too many PDFs are drawn at this moment.
    """
    mistakes = []
    for locale in COVER_LOCALES:
        with use_locale(locale):
            mistakes.append(
                {
                    "locale": locale,
                    "lines": [
                        pieces(line)
                        for line in (
                            _(
                                "まちがって届いたときは、2枚目からは読まずに、"
                                "下の番号に、電話かFAXで知らせてください。"
                            ),
                            _("届いた紙は、捨てずに持っていてください。どうするかを伝えます。"),
                        )
                    ],
                }
            )
    data = _frame(head) | {
        "to": last_digits,
        "pages": pages,
        "mistakes": mistakes,
        "large": large,
    }
    with in_turn():
        return compile_pdf("fax_cover.typ", data, timestamp=int(head.at.timestamp()))


def reply_pdf(head: Letterhead, words: Words) -> bytes:
    """Return the pages behind the cover.

    Raises:
        BusyError: too many PDFs are drawn at this moment.
    """
    parts = []
    for part in words.parts:
        with use_locale(part.locale):
            parts.append(
                {
                    "locale": part.locale,
                    "title": pieces(_("FAXへの返信")),
                    "receipt": pieces(_("受付番号")),
                    "lines": [pieces(line) for line in part.lines],
                    "office": pieces(head.program.names.office.in_language(part.locale)),
                    "ask": pieces(
                        _("このFAXについて聞くときは、受付番号を書くか、伝えてください。")
                    ),
                }
            )
    text = [drawable(line) for line in words.text.splitlines() if line.strip()]
    data = _frame(head) | {
        "parts": parts,
        "text": text,
        "text-locale": words.locale,
        "large": words.large,
    }
    with in_turn():
        return compile_pdf("fax_reply.typ", data, timestamp=int(head.at.timestamp()))


def pages_of(reply: bytes) -> int:
    """Return the number of pages that go out, with the cover."""
    return COVER_PAGES + page_count(reply)


def _frame(head: Letterhead) -> dict[str, object]:
    day = jst_date(head.at)
    names, contact = head.program.names, head.program.contact
    return {
        "receipt": head.receipt_no,
        "written-at": japanese_instant(head.at),
        "day": [day.year, day.month, day.day],
        "ward": names.ward.in_language(SOURCE_LOCALE),
        "office": names.office.in_language(SOURCE_LOCALE),
        "program": names.program.in_language(SOURCE_LOCALE),
        "telephone": contact.telephone,
        "fax": contact.fax,
    }
