"""Draw 取戻し請求, the post office's forms to return letters that were posted despite a recall."""

from collections.abc import Sequence
from datetime import datetime

from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import ConflictError
from portal.domain.foundation.languages import SOURCE_LOCALE
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _s, use_locale
from portal.domain.foundation.wareki import format_wareki
from portal.domain.letters.letters.drawing.typesetting import compile_pdf
from portal.domain.letters.shipments.mail import printed
from portal.domain.letters.shipments.words import class_name
from portal.domain.mailroom.printing.recalls.queries import Line
from portal.domain.mailroom.printing.recalls.states import RecallState
from portal.domain.requests.requests.documents import in_turn

MOST = 100
"""The most letters of one PDF; further ones take a second one."""


def take_back_pdf(program: Program, lines: Sequence[Line], now: datetime) -> bytes:
    """Return the forms, in Japanese, for the letters of a list that were posted already.

    Names and addresses are to be written by hand: nothing about a household is printed.

    Raises:
        ConflictError: none of the letters was posted.
        BusyError: too many documents are being drawn.
    """
    posted = [line for line in lines if line.state == RecallState.ALREADY_POSTED][:MOST]
    if not posted:
        raise ConflictError(_s("差し出してしまった手紙は、いまありません。"), code="nothing_posted")
    day, contact = jst_date(now), program.contact
    with use_locale(SOURCE_LOCALE):
        letters = [
            {
                "number": line.number,
                "tracking": printed(line.tracking_no) if line.tracking_no else "",
                "class": class_name(line.mail_class) if line.mail_class else "",
                "posted": format_wareki(line.posted_on) if line.posted_on else "",
            }
            for line in posted
        ]
    address = contact.return_address
    data = {
        "letters": letters,
        "day": [day.year, day.month, day.day],
        "date": format_wareki(day),
        "office": program.names.contractor.in_language(SOURCE_LOCALE),
        "telephone": contact.telephone,
        "address": [address.postal_mark, *address.lines],
    }
    with in_turn():
        return compile_pdf("take_back.typ", data, timestamp=int(now.timestamp()))
