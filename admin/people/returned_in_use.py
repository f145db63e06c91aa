"""Two people decide about the ID of a letter that came back although it is in use."""

from collections.abc import Callable
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import staff_route
from admin.carrying_out import carry_out_once
from admin.page import Page
from admin.people.tasks import show, task_of
from portal.domain.desk.casework import returned_in_use
from portal.domain.foundation.errors import InputError, NotAllowedError
from portal.domain.people.staff.permissions import Permission
from portal.platform.carrying_out import Again


def find_out(page: Page) -> Response[Any]:
    """Record, as the first person, who uses the ID of a letter that came back."""
    return _by_two(
        page, lambda task_id: returned_in_use.propose(page.work, task_id, page.form.get("finding"))
    )


def confirm_finding(page: Page) -> Response[Any]:
    """Decide, as the second person, what the first one found out."""
    return _by_two(
        page, lambda task_id: returned_in_use.confirm(page.work, task_id), "/tasks?said=finished"
    )


def refuse_finding(page: Page) -> Response[Any]:
    """Reject or withdraw what the first person found out."""
    return _by_two(page, lambda task_id: returned_in_use.turn_down(page.work, task_id))


def _by_two(page: Page, act: Callable[[int], object], then: str = "") -> Response[Any]:
    task = task_of(page)
    again = Again(show, "finding", only=(InputError, NotAllowedError))
    return carry_out_once(page, lambda: act(task.id), then or f"/tasks/{task.id}", again)


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    decide, base = Permission.DECIDE_TASKS, "/tasks/{task_id:int}/finding"
    return [
        staff_route("POST", base, find_out, decide, shows=show),
        staff_route("POST", base + "/confirm", confirm_finding, decide, shows=show),
        staff_route("POST", base + "/refuse", refuse_finding, decide, shows=show),
    ]
