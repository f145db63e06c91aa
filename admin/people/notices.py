"""Resume a stopped notice: always a person's decision, never automatic when a hold ends."""

from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import first_post, number_in_address, staff_route
from admin.desk import household
from admin.page import Page
from portal.domain.foundation.errors import NotAllowedError, NotFoundError, WrongStateError
from portal.domain.foundation.texts import _s
from portal.domain.letters.announcements.queries import delivery_log
from portal.domain.letters.announcements.services import resume
from portal.domain.people.staff.permissions import Permission


def submit_resume(page: Page) -> Response[Any]:
    """Send a stopped notice of an open household after all."""
    household_id = number_in_address(page, "household_id")
    if (refused := household.refused(page)) is not None:
        return refused
    entry = number_in_address(page, "notice_id")
    if all(known.id != entry for known in delivery_log(page.session, household_id)):
        raise NotFoundError(_s("このお知らせは見つかりませんでした。"))
    if first_post(page):
        try:
            resume(page.work, entry)
        except (NotAllowedError, WrongStateError) as error:
            page.form.error("notice", error.message)
            return household.show(page, 422)
    return page.redirect(f"/households/{household_id}?said=resumed")


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    path = "/households/{household_id:int}/notices/{notice_id:int}/resume"
    return [staff_route("POST", path, submit_resume, Permission.DECIDE_TASKS, shows=household.show)]
