"""A household's wish for large print, as it came on paper, by FAX or at the counter."""

from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import number_in_address, staff_route
from admin.carrying_out import carry_out_once
from admin.desk import household
from admin.page import Page
from admin.requests import entries
from portal.domain.desk.call_desk.acting.letter_size import LetterSize
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s
from portal.domain.people.households.large_print import wish_large_print
from portal.domain.people.staff.permissions import Permission
from portal.platform.carrying_out import Again
from portal.platform.http.locale import ON_PAPER


def submit(page: Page) -> Response[Any]:
    """Keep the wish; why is not asked and has no place."""
    if (answer := household.refused(page)) is not None:
        return answer
    key = number_in_address(page, "household_id")
    return carry_out_once(
        page,
        lambda: _keep(page, key),
        f"/households/{key}/entry?said=letter-size#letter-size",
        Again(entries.show, "size", only=InputError),
    )


def _keep(page: Page, household_id: int) -> None:
    size = LetterSize.known(page.form.get("size"))
    language = ON_PAPER.get(page.form.get("large_language"))
    if size is None or language is None:
        raise InputError(_s("文字の大きさを選んでください。"), code="size")
    wanted = language if size is LetterSize.LARGE else None
    wish_large_print(page.work, household_id, wanted)


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    place = "/households/{household_id:int}/entry/letter-size"
    permission = Permission.ENTER_REQUESTS
    return [staff_route("POST", place, submit, permission, shows=entries.show)]
