"""The blank form for asking for paper (代替品申出書, ``domain.md`` §4.4)."""

from datetime import datetime

from portal.domain.foundation.languages import SOURCE_LOCALE
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _
from portal.domain.requests.requests.blank_forms import BlankForm, blank_form_pdf


def alternative_form_pdf(
    program: Program, now: datetime, letter_number: str = "", *, large: bool = False
) -> bytes:
    """Return the form as PDF: Japanese, with its meaning in the reader's language."""
    meaning = (
        _("この書類は、電子クーポンを、紙の代替品に変えるための書類です。"),
        _("申し込むと、電子クーポンは使えなくなります。"),
        _("小包を用意する前なら、取り下げられます。"),
        _("電話番号: %(telephone)s") % {"telephone": program.contact.telephone},
    )
    products = tuple(one.name.in_language(SOURCE_LOCALE) for one in program.alternatives)
    form = BlankForm(
        "alternative_form.typ",
        program.windows.alternative.last_day,
        meaning,
        letter_number,
        {"unit": f"{program.amount_yen:,}円", "products": products},
        large,
    )
    return blank_form_pdf(program, form, now)
