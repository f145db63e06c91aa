"""The blank decline form (辞退届, ``domain.md`` §4.3), with its meaning for the reader."""

from datetime import datetime

from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _
from portal.domain.requests.requests.blank_forms import BlankForm, blank_form_pdf


def meaning_of(program: Program) -> tuple[str, ...]:
    """Return what the form means, in the reader's language."""
    return (
        _("この書類は、電子クーポンを辞退する（受け取らない）ための書類です。"),
        _("辞退すると、クーポンも、紙の代替品も受け取れません。"),
        _("何もしなければ、クーポンはそのまま使えます。"),
        _("電話番号: %(telephone)s") % {"telephone": program.contact.telephone},
    )


def decline_form_pdf(
    program: Program, now: datetime, letter_number: str = "", *, large: bool = False
) -> bytes:
    """Return the blank form as PDF.

    At most a letter's number is on it: no name, no address, no child (§2.6).
    """
    form = BlankForm(
        "decline_form.typ",
        program.windows.decline.last_day,
        meaning_of(program),
        letter_number,
        {"unit": f"{program.amount_yen:,}円"},
        large,
    )
    return blank_form_pdf(program, form, now)
