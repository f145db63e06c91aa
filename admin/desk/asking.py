"""The page that asks for a reason; a form that was being sent goes with it and comes back."""

from collections.abc import Sequence
from typing import Any

from litestar import Response

from admin.interrupted import parts_of, sealed_request
from admin.page import Page
from portal.domain.desk.casework.access import Reason
from portal.platform.http.forms import Form
from portal.platform.view import View


class HouseholdReasonView(View, frozen=True):
    """What ``admin/desk/household_reason.html`` shows.

    Attributes:
        action: The address to which the reason is sent.
        place: The page of a record, for which the reason is given; empty for a household's own.
        reasons: The kinds of reasons.
        parts: Hidden fields that carry the form that was being sent.
    """

    action: str
    place: str
    reasons: Sequence[Reason]
    parts: Sequence[tuple[str, str]]


def ask(
    page: Page, action: str, place: str = "", *, kept: str = "", status_code: int = 200
) -> Response[Any]:
    """Ask for a reason before anything of a household is shown."""
    view = HouseholdReasonView(
        action=action, place=place, reasons=list(Reason), parts=parts_of(kept)
    )
    return page.render("admin/desk/household_reason.html", view, status_code)


def interrupt(page: Page, action: str, place: str = "") -> Response[Any]:
    """Ask in the middle of a form that was being sent: it comes back as it was typed."""
    kept = sealed_request(page)
    page.fill(Form())  # its fields are no answer to this question
    return ask(page, action, place, kept=kept, status_code=403)
