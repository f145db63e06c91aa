"""The decline form (辞退届, ``domain.md`` §4.3).

Blank for paper, and what it means in the reader's language.
"""

from datetime import datetime

from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _
from portal.domain.requests.requests.blank_forms import blank_form_pdf


def meaning_of(program: Program) -> tuple[str, ...]:
    """Return what the form means, in the reader's language."""
    return (
        _("この書類は、電子クーポンを辞退する（受け取らない）ための書類です。"),
        _("辞退すると、クーポンも、紙の代替品も受け取れません。"),
        _("何もしなければ、クーポンはそのまま使えます。"),
        _("電話番号: %(telephone)s") % {"telephone": program.contact.telephone},
    )


def decline_form_pdf(program: Program, now: datetime, letter_number: str = "") -> bytes:
    """Return the blank form as PDF.

    At most a letter's number stands on it: no name, no address, no child (§2.6).
    """
    return blank_form_pdf(
        program,
        "decline_form.typ",
        program.windows.decline.last_day,
        meaning_of(program),
        now,
        unit=f"{program.amount_yen:,}円",
        letter=letter_number,
    )
