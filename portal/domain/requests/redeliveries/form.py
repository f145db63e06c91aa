"""The blank form for asking for redelivery on paper (再配送依頼書); nothing personal stands on it."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.languages import SOURCE_LOCALE
from portal.domain.foundation.program.hours_text import reception_text
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _, current_locale, use_locale
from portal.domain.foundation.wareki import format_wareki
from portal.domain.letters.letters.drawing.typesetting import compile_pdf
from portal.domain.letters.letters.drawing.window import pieces


def redelivery_form_pdf(program: Program, now: datetime, letter_number: str = "") -> bytes:
    """Return the form as PDF: Japanese, with what it means in the reader's language.

    Drawn once a day and language.
    """
    day = jst_date(now)
    locale = current_locale()
    contact, names = program.contact, program.names
    lines = [pieces(line) for line in _help(program)] if locale != SOURCE_LOCALE else []
    with use_locale(SOURCE_LOCALE):
        reception = reception_text(program.calendar)
    return _draw(
        (
            ("addressee", names.mayor.in_language(SOURCE_LOCALE)),
            ("program", names.program.in_language(SOURCE_LOCALE)),
            ("ward", names.ward.in_language(SOURCE_LOCALE)),
            ("last-day", format_wareki(program.windows.redelivery.last_day)),
            ("send-to", (contact.address.postal_mark, *contact.address.lines)),
            ("telephone", contact.telephone),
            ("fax", contact.fax),
            ("reception", reception),
            ("letter", letter_number),
            ("locale", locale),
            ("help", _frozen(lines)),
            ("day", (day.year, day.month, day.day)),
        )
    )


@lru_cache(maxsize=12)
def _draw(data: tuple[tuple[str, Any], ...]) -> bytes:
    return compile_pdf("redelivery_form.typ", dict(data), timestamp=0)


def _frozen(lines: Sequence[Sequence[Any]]) -> tuple[tuple[Any, ...], ...]:
    return tuple(
        tuple(piece if isinstance(piece, str) else tuple(piece) for piece in line) for line in lines
    )


def _help(program: Program) -> tuple[str, ...]:
    return (
        _("この書類は、届かなかった手紙や荷物を、もう一度送ってもらうための書類です。"),
        _("送り先は、区に登録された住所だけです。引っ越した方は、先に電話をしてください。"),
        _("郵便局の不在連絡票があるときは、この書類を出さずに、郵便局に再配達を頼んでください。"),
        _("電話番号: %(telephone)s") % {"telephone": program.contact.telephone},
        reception_text(program.calendar),
    )
