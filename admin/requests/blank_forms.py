"""Sends blank forms to print for one household, in its language or in a chosen one."""

from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import number_in_address, staff_route
from admin.desk import household
from admin.page import Page
from admin.requests.entry_forms import ALTERNATIVE, DECLINE, REDELIVERY
from portal.domain.desk.call_desk.acting.letter_size import LetterSize
from portal.domain.desk.casework.languages import language_of
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.texts import _s, use_locale
from portal.domain.letters.letters.queries import letters_of
from portal.domain.people.households.large_print import large_print_of
from portal.domain.people.staff.permissions import Permission
from portal.domain.requests.alternatives.form import alternative_form_pdf
from portal.domain.requests.declines.form import decline_form_pdf
from portal.domain.requests.recipients.receipt_sheet import change_form
from portal.domain.requests.redeliveries.form import redelivery_form_pdf
from portal.platform.http.locale import ON_PAPER

BLANKS = (DECLINE, ALTERNATIVE, REDELIVERY, "change")


def _key(page: Page) -> int:
    return number_in_address(page, "household_id")


def letter_number(page: Page, household_id: int) -> str:
    """Return the number of a household's newest letter; "" where it has none."""
    letters = letters_of(page.session, household_id)
    return letters[0].number if letters else ""


def choose_blank(page: Page) -> Response[Any]:
    """Go to the chosen form in the chosen language and size."""
    form, language = page.query.get("form", ""), page.query.get("language", "")
    if form not in BLANKS or language not in ON_PAPER:
        return page.redirect(f"/households/{_key(page)}/entry")
    size = LetterSize.known(page.query.get("size", "")) or LetterSize.USUAL
    return page.redirect(
        f"/households/{_key(page)}/blank-forms/{form}?language={language}&size={size}"
    )


def show_blank(page: Page) -> Response[Any]:
    """Send a blank form to print, which bears only the number of the household's letter.

    Its meaning is in the household's language, or in the one that was chosen; its letters have the
    size that the household wants, or the chosen one.
    """
    if (answer := household.refused(page)) is not None:
        return answer
    form = page.params["blank"]
    if form not in BLANKS:
        raise NotFoundError(_s("お探しのページは見つかりませんでした。"))
    chosen_language = ON_PAPER.get(page.query.get("language", ""))
    with use_locale(chosen_language or language_of(page.session, _key(page))):
        pdf = _blank(page, form)
    return page.show_file(f"{form}-form.pdf", pdf)


def _blank(page: Page, form: str) -> bytes:
    program, number = page.site.program, letter_number(page, _key(page))
    size = LetterSize.known(page.query.get("size", ""))
    if form == "change":
        # it is for another person, whom neither letter nor wish of this household concern
        return change_form(program, jst_date(page.now), large=size is LetterSize.LARGE)
    draw = {
        DECLINE: decline_form_pdf,
        ALTERNATIVE: alternative_form_pdf,
        REDELIVERY: redelivery_form_pdf,
    }[form]
    wished = large_print_of(page.session, _key(page)) is not None
    large = wished if size is None else size is LetterSize.LARGE
    return draw(program, page.now, number, large=large)


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    permission, base = Permission.ENTER_REQUESTS, "/households/{household_id:int}/blank-forms"
    return [
        staff_route("GET", base, choose_blank, permission),
        staff_route("GET", base + "/{blank:str}", show_blank, permission),
    ]
