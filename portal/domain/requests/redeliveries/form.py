"""The blank form for asking for redelivery on paper (再配送依頼書); nothing personal is on it."""

from datetime import datetime

from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _
from portal.domain.requests.requests.blank_forms import BlankForm, blank_form_pdf


def redelivery_form_pdf(
    program: Program, now: datetime, letter_number: str = "", *, large: bool = False
) -> bytes:
    """Return the form as PDF: Japanese, with its meaning in the reader's language."""
    form = BlankForm(
        "redelivery_form.typ",
        program.windows.redelivery.last_day,
        _meaning(program),
        letter_number,
        large=large,
    )
    return blank_form_pdf(program, form, now)


def _meaning(program: Program) -> tuple[str, ...]:
    return (
        _("この書類は、届かなかった手紙や荷物を、もう一度送ってもらうための書類です。"),
        _("送り先は、区に登録された住所だけです。引っ越した方は、先に電話をしてください。"),
        _("郵便局の不在連絡票があるときは、この書類を出さずに、郵便局に再配達を頼んでください。"),
        _("電話番号: %(telephone)s") % {"telephone": program.contact.telephone},
    )
