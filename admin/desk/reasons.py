"""The question for a reason, before a household or an ended record of one is shown."""

from enum import StrEnum
from typing import Any, TypeVar

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import first_post, staff_route
from admin.desk import gate
from admin.desk.asking import ask
from admin.interrupted import carried, go_on
from admin.page import Page
from portal.domain.desk.casework.access import Reason, existing
from portal.domain.desk.openings.services import open_with_reason
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.people.households.models import Household
from portal.domain.people.staff.permissions import Permission
from portal.platform.http.answer import Reply

WORDS_MAX = 400
Choice = TypeVar("Choice", bound=StrEnum)


def open_household(page: Page, household: Household) -> bool:
    """Log the reason of the form and open the household; False, with errors, where one lacks."""
    reason = chosen(Reason, page.form.get("reason"))
    words = page.form.get("words").strip()
    if reason is None:
        page.form.error("reason", _s("開く理由を選んでください。"))
    if reason is Reason.OTHER and not words:
        page.form.error("words", _s("理由を書いてください。"))
    if len(words) > WORDS_MAX:
        page.form.error("words", _s("理由は400文字までで書いてください。"))
    if not page.form.ok or reason is None:
        return False
    if first_post(page):
        until = open_with_reason(page.work, household, reason, words)
        gate.remember(page, gate.OPENED, str(household.id), until)
    return True


def chosen(kind: type[Choice], typed: str) -> Choice | None:
    """Return the member with a typed value, or None."""
    return next((member for member in kind if member.value == typed), None)


def _place(page: Page) -> tuple[str, int | None]:
    """Return the record's page, and the household for which a reason is due.

    Raises:
        NotFoundError: it is no page of a record.
    """
    place = page.form.get("place") or page.query.get("place", "")
    record = gate.record_at(place)
    if record is None:
        raise NotFoundError(_s("お探しのページは見つかりませんでした。"))
    return place, gate.household_to_ask(page, *record)


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Ask for a reason before an ended record is shown."""
    place, household_id = _place(page)
    if household_id is None:  # it is open, or there is nothing: its own page says which
        return page.redirect(place)
    return ask(page, gate.ASKED_AT, place, kept=carried(page), status_code=status_code)


def submit(page: Page) -> Reply:
    """Open the household of a record, and go on to the record."""
    place, household_id = _place(page)
    if household_id is not None and not open_household(page, existing(page.session, household_id)):
        return show(page, 422)
    return go_on(page, place)


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    permission = Permission.OPEN_WITH_REASON
    return [
        staff_route("GET", "/opening", show, permission),
        staff_route("POST", gate.ASKED_AT, submit, permission, shows=show),
    ]
