"""The reply envelope as it is printed, with the mark of 料金受取人払 where the post approved it.

The mail house prints it, and the post office sees it before it approves (印刷見本). Frame, sizes
and words follow the post's conditions of 料金受取人払; bars that an office names beside its number
are added by the mail house.
"""

import re
from datetime import datetime

from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.languages import SOURCE_LOCALE
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _, use_locale
from portal.domain.foundation.wareki import format_wareki
from portal.domain.letters.letters.drawing.barcode import customer_bars, customer_path
from portal.domain.letters.letters.drawing.typesetting import compile_pdf

TEMPLATE = "reply_envelope.typ"
_NUMBER = re.compile("[〇一二三四五六七八九十百0-9０-９]+丁目|[0-9０-９]")


def reply_envelope_pdf(program: Program, now: datetime, *, large: bool = False) -> bytes:
    """Return the front of the envelope as PDF, 120 by 235 mm; nothing personal is on it.

    ``large`` changes nothing: what is read on it is the post's.
    """
    del large
    day, address, reply = jst_date(now), program.contact.address, program.reply_mail
    bars = customer_bars(address.postal_code, _after_the_town(address.lines[0]))
    with use_locale(SOURCE_LOCALE):
        title, never = _("返信用封筒"), _("IDやパスワードは、書いたり、入れたりしないでください。")
    data = {
        "title": title,
        "never": never,
        "telephone": program.contact.telephone,
        "ward": program.names.ward.ja,
        "program": program.names.program.ja,
        "office": program.names.contractor.ja,
        "postal": address.postal_code.replace("-", ""),
        "address": [address.lines[0]],
        "bars": customer_path(bars) if bars else None,
        "reply": None
        if reply is None
        else {
            "office": reply.post_office,
            "number": reply.approval_no,
            "last-day": format_wareki(reply.last_day),
            "deferred": reply.is_deferred,
        },
        "day": (day.year, day.month, day.day),
    }
    return compile_pdf(TEMPLATE, data, timestamp=0)


def _after_the_town(line: str) -> str:
    """Return what the barcode encodes of an address in one line: from the number of the chome."""
    found = _NUMBER.search(line)
    return line[found.start() :] if found else ""
