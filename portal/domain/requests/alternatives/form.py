"""The blank form for asking for paper (代替品申出書, ``domain.md`` §4.4)."""

from datetime import datetime

from portal.domain.foundation.languages import SOURCE_LOCALE
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _
from portal.domain.requests.requests.blank_forms import blank_form_pdf


def alternative_form_pdf(program: Program, now: datetime, letter_number: str = "") -> bytes:
    """Return the form as PDF: Japanese, with what it means in the reader's language.

    A letter's number may stand on it.
    """
    meaning = (
        _("この書類は、電子クーポンを、紙の代替品に変えるための書類です。"),
        _("申し込むと、電子クーポンは使えなくなります。"),
        _("小包を用意する前なら、取り下げられます。"),
        _("電話番号: %(telephone)s") % {"telephone": program.contact.telephone},
    )
    return blank_form_pdf(
        program,
        "alternative_form.typ",
        program.windows.alternative.last_day,
        meaning,
        now,
        unit=f"{program.amount_yen:,}円",
        letter=letter_number,
        products=tuple(product.name.in_language(SOURCE_LOCALE) for product in program.alternatives),
    )
