"""Makes blank forms to fill in by hand: Japanese, with their meaning in the reader's language.

Nothing personal is on them; at most the number of a letter.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from msgspec import Struct, field

from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.languages import SOURCE_LOCALE
from portal.domain.foundation.program.day_text import format_day
from portal.domain.foundation.program.hours_text import reception_text
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _, current_locale, use_locale
from portal.domain.letters.letters.drawing.typesetting import compile_pdf
from portal.domain.letters.letters.drawing.window import pieces


class BlankForm(Struct, frozen=True):
    """A form to print.

    Attributes:
        template: Its file in ``templates/letters``.
        last_day: The last day (JST) on which it may be sent.
        meaning: What it is for, in the reader's language.
        letter: The number of a letter that it bears; "" for none.
        values: Further values of the template.
        large: Whether nothing on it is smaller than 18 points, on as many pages as it takes.
    """

    template: str
    last_day: date
    meaning: Sequence[str]
    letter: str = ""
    values: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    large: bool = False


def blank_form_pdf(program: Program, form: BlankForm, now: datetime) -> bytes:
    """Return a form as PDF, drawn once a day and language."""
    day, locale = jst_date(now), current_locale()
    contact, names = program.contact, program.names
    said = (*form.meaning, reception_text(program.calendar, day))
    lines = [pieces(line) for line in said] if locale != SOURCE_LOCALE else []
    with use_locale(SOURCE_LOCALE):
        reception = reception_text(program.calendar, day)
        large_wish = _("これからの手紙と書類を、大きな文字（18ポイント）で希望します。")
        no_stamp = _("同封の返信用封筒で出すときは、切手はいりません。")
    data = {
        "addressee": names.mayor.in_language(SOURCE_LOCALE),
        "program": names.program.in_language(SOURCE_LOCALE),
        "ward": names.ward.in_language(SOURCE_LOCALE),
        "last-day": format_day(form.last_day, SOURCE_LOCALE),
        "postal-rule": "消印有効" if program.requests.by_postmark else "必着",
        "send-to": (contact.address.postal_mark, *contact.address.lines),
        "telephone": contact.telephone,
        "fax": contact.fax,
        "reception": reception,
        "letter": form.letter,
        "large": form.large,
        "large-wish": large_wish,
        "no-stamp": no_stamp if program.reply_mail is not None else "",
        "locale": locale,
        "help": _frozen(lines),
        "day": (day.year, day.month, day.day),
    }
    return _draw(form.template, tuple(sorted({**data, **form.values}.items())))


@lru_cache(maxsize=72)
def _draw(template: str, data: tuple[tuple[str, Any], ...]) -> bytes:
    return compile_pdf(template, dict(data), timestamp=0)


def _frozen(lines: Sequence[Sequence[Any]]) -> tuple[tuple[Any, ...], ...]:
    return tuple(
        tuple(piece if isinstance(piece, str) else tuple(piece) for piece in line) for line in lines
    )
