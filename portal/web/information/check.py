"""The eligibility check: a child's birth date gives yes or no, with the reason.

The birth date is neither stored nor part of any address.
"""

from datetime import date
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.program.eligibility import check_birth_date
from portal.domain.foundation.texts import _
from portal.domain.foundation.typed import DateFault, date_in_parts
from portal.platform.routes import Transaction, endpoint
from portal.platform.view import View
from portal.resident_page import Page
from portal.web.access import PUBLIC, everybody
from portal.web.information.dates import birth_error

IN, TOO_OLD, TOO_YOUNG = "in", "too-old", "too-young"


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Ask for a birth date; htmx gets the form alone."""
    fragment = page.request.htmx and page.method == "POST"
    return page.render(
        "portal/information/_check_form.html" if fragment else "portal/information/check.html",
        status_code=status_code,
    )


def submit(page: Page) -> Response[Any]:
    """Read the date and redirect to the answer, whose address does not contain the date."""
    form = page.form
    birth = date_in_parts(form.get("era"), form.get("year"), form.get("month"), form.get("day"))
    if isinstance(birth, DateFault):
        form.error("birth", birth_error(birth))
    elif birth > jst_date(page.now):
        form.error("birth", _("これから先の日付です。年をたしかめてください。"))
    else:
        return page.redirect(f"/check/{verdict_of(page, birth)}")
    return show(page, 422)


def verdict_of(page: Page, birth: date) -> str:
    """Return the name of the answer, which is the last part of its address."""
    program = page.site.program
    if check_birth_date(birth, program).eligible:
        return IN
    return TOO_OLD if birth < program.birth_from else TOO_YOUNG


class CheckAnswerView(View, frozen=True):
    """What ``portal/information/check_answer.html`` shows."""

    verdict: str
    sign_in_open: bool
    sign_in_first_day: date | None


def answer(page: Page) -> Response[Any]:
    """Show the answer: as a page, or as a fragment to htmx, which follows the form's redirect."""
    program = page.site.program
    sign_in = program.windows.sign_in
    return page.render(
        "portal/information/_check_answer.html"
        if page.request.htmx
        else "portal/information/check_answer.html",
        CheckAnswerView(
            verdict=page.path.rpartition("/")[2],
            sign_in_open=sign_in.is_open(page.now),
            sign_in_first_day=sign_in.first_day if sign_in.is_before(page.now) else None,
        ),
    )


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    return [
        endpoint("GET", "/check", show, everybody, PUBLIC),
        endpoint(
            "POST",
            "/check/submit",
            submit,
            everybody,
            PUBLIC,
            shows=show,
            transaction=Transaction.READ,
        ),
        *(
            endpoint("GET", f"/check/{name}", answer, everybody, PUBLIC)
            for name in (IN, TOO_OLD, TOO_YOUNG)
        ),
    ]
