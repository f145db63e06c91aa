"""The budget of SMS on the page of the system, and the way to double it for the day."""

from collections.abc import Sequence
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Struct

from admin.access import first_post, staff_route
from admin.marks import Mark
from admin.page import Page
from portal.domain.foundation.errors import WrongStateError
from portal.domain.foundation.texts import _s
from portal.domain.people.signin import sms_budget
from portal.domain.people.signin.sms_budget import RaiseReason, SmsBudget
from portal.domain.people.staff.permissions import Permission

PLACE = "/system?said={}#sms"


class SmsPart(Struct, frozen=True):
    """What ``admin/oversight/_system_sms.html`` shows; ``said`` names what was just done."""

    budget: SmsBudget
    reasons: Sequence[RaiseReason]
    mark: Mark
    word: str
    said: str


def sms_part(page: Page) -> SmsPart | None:
    """Return how the budget stands, in a transaction of its own; None if no SMS is sent."""
    if not page.site.program.channels.sms:
        return None
    with page.site.work_source().reading() as work:
        budget = sms_budget.budget(work)
    mark, word = Mark.GOOD, _s("余裕がある")
    if budget.is_spent:
        mark, word = Mark.STOP, _s("送信を制限中")
    elif budget.is_low:
        mark, word = Mark.WAIT, _s("上限が近い")
    return SmsPart(budget, tuple(RaiseReason), mark, word, page.query.get("said", ""))


def raise_for_today(page: Page) -> Response[Any]:
    """Double the budget until midnight, with a reason."""
    if first_post(page):
        try:
            sms_budget.raise_for_today(page.work, RaiseReason(page.form.get("reason")))
        except ValueError:
            return page.redirect(PLACE.format("no_reason"))
        except WrongStateError:
            return page.redirect(PLACE.format("raised_before"))
    return page.redirect(PLACE.format("raised"))


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    return [staff_route("POST", "/system/sms", raise_for_today, Permission.SEE_SYSTEM)]
