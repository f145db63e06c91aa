"""Makes receipts, and the 辞退届 of an online declaration, as tagged PDF; never on disk.

They are in Japanese, with the reader's language beside it.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from msgspec import Struct

from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import BusyError
from portal.domain.foundation.languages import SOURCE_LOCALE
from portal.domain.foundation.program.day_text import format_day
from portal.domain.foundation.program.hours_text import instant_text, reception_text
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _, current_locale, use_locale
from portal.domain.letters.letters.drawing.fonts import missing_characters
from portal.domain.letters.letters.drawing.typesetting import compile_pdf
from portal.domain.letters.letters.drawing.window import pieces
from portal.domain.requests.requests.models import Request

PATIENCE = 10.0
"""Seconds that a request waits for its turn; drawing takes about a tenth of one."""
AT_ONCE = 2
GETA = "〓"
"""What printers set for a character that no font has."""
_turn = threading.BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """A label and a value."""

    label: str
    value: str = field(repr=False)


class Receipt(Struct, frozen=True):
    """The texts of a receipt in one language."""

    title: str
    rows: tuple[ReceiptRow, ...]
    next_steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DeclineCopy:
    """What the 辞退届 of an online declaration says.

    Attributes:
        receipt_no: The receipt number of the request.
        declared_at: The instant of the declaration (UTC).
        householder: The householder's name.
        children: The children's names, with yen.
        reason: The reason in Japanese.
        meaning: What the document is, in the reader's language.
        text: What the household wrote.
        status: The status on the day on which the document is made, in Japanese.
        coming: What comes next, in Japanese.
        can_withdraw: Whether the household may still withdraw the decline.
    """

    receipt_no: str
    declared_at: datetime
    householder: str = field(repr=False)
    children: Sequence[tuple[str, int]] = field(repr=False)
    reason: str = field(default="", repr=False)
    meaning: Sequence[str] = ()
    text: str = field(default="", repr=False)
    status: str = ""
    coming: Sequence[str] = ()
    can_withdraw: bool = True


@contextmanager
def in_turn() -> Iterator[None]:
    """Let at most ``AT_ONCE`` documents be drawn in this process.

    Raises BusyError after ``PATIENCE`` seconds.
    """
    # Drawing takes cores and memory from all other pages: few are drawn at once, the others wait or
    # are asked to try again.
    if not _turn.acquire(timeout=PATIENCE):
        raise BusyError(_("混み合っています。少し待ってから、もう一度お試しください。"))
    try:
        yield
    finally:
        _turn.release()


def drawable(text: str) -> str:
    """Return a text of the register with ``GETA`` for characters that no font has.

    A PDF of this standard refuses such characters.
    """
    missing = {found.cluster for line in text.split("\n") for found in missing_characters(line)}
    for one in missing:
        text = text.replace(one, GETA)
    return text


def japanese_instant(instant: datetime) -> str:
    """Return an instant as the Japanese pages write it: 2023年8月1日 午後0時5分."""
    with use_locale(SOURCE_LOCALE):
        return instant_text(instant)


def receipt_pdf(
    program: Program, row: Request, make: Callable[[], Receipt], *, large: bool = False
) -> bytes:
    """Return the PDF of a request's receipt; ``make()`` returns its texts in the current language.

    With ``large`` nothing on it is smaller than 18 points.

    Raises:
        BusyError: too many are drawn at this moment.
    """
    reader, received_on = current_locale(), jst_date(row.received_at)
    parts = []
    for locale in dict.fromkeys((SOURCE_LOCALE, reader)):
        with use_locale(locale):
            said = make()
            parts.append(
                {
                    "locale": locale,
                    "title": pieces(said.title),
                    "rows": [[pieces(row.label), pieces(drawable(row.value))] for row in said.rows],
                    "number": pieces(_("受付番号")),
                    "received": pieces(_("受け付けた日と時刻（日本時間）")),
                    "received-at": pieces(instant_text(row.received_at)),
                    "next-title": pieces(_("このあと")),
                    "next": [pieces(line) for line in said.next_steps],
                    "office": pieces(program.names.office.in_language(locale)),
                    "reception": pieces(reception_text(program.calendar, received_on)),
                }
            )
    data = {
        "receipt": row.receipt_no,
        "ward": program.names.ward.in_language(SOURCE_LOCALE),
        "telephone": program.contact.telephone,
        "fax": program.contact.fax,
        "parts": parts,
        "large": large,
        "day": _day(row.received_at),
    }
    with in_turn():
        return compile_pdf("receipt.typ", data, timestamp=int(row.received_at.timestamp()))


def decline_copy_pdf(program: Program, copy: DeclineCopy, *, large: bool = False) -> bytes:
    """Return the 辞退届 of an online declaration.

    ``copy.meaning`` says in the reader's language what it is. With ``large`` nothing on it is
    smaller than 18 points.

    Raises:
        BusyError: too many are drawn at this moment.
    """
    reader, day = current_locale(), jst_date(copy.declared_at)
    meaning = (*copy.meaning, reception_text(program.calendar, day))
    with use_locale(SOURCE_LOCALE):
        reception = reception_text(program.calendar, day)
    data = {
        "receipt": copy.receipt_no,
        "addressee": program.names.mayor.in_language(SOURCE_LOCALE),
        "program": program.names.program.in_language(SOURCE_LOCALE),
        "ward": program.names.ward.in_language(SOURCE_LOCALE),
        "declared": japanese_instant(copy.declared_at),
        "householder": drawable(copy.householder),
        "children": [[drawable(name), f"{yen:,}円"] for name, yen in copy.children],
        "total": f"{len(copy.children)}人分 {sum(yen for _name, yen in copy.children):,}円",
        "unit": f"{program.amount_yen:,}円",
        "reason": copy.reason,
        "text": drawable(copy.text),
        "status": copy.status,
        "large": large,
        "coming": list(copy.coming),
        "can-withdraw": copy.can_withdraw,
        "last-day": format_day(program.windows.decline.last_day, SOURCE_LOCALE),
        "telephone": program.contact.telephone,
        "fax": program.contact.fax,
        "reception": reception,
        "locale": reader,
        "help": [pieces(line) for line in meaning] if reader != SOURCE_LOCALE else [],
        "day": _day(copy.declared_at),
    }
    with in_turn():
        return compile_pdf("decline_copy.typ", data, timestamp=int(copy.declared_at.timestamp()))


def _day(instant: datetime) -> list[int]:
    day = jst_date(instant)
    return [day.year, day.month, day.day]
