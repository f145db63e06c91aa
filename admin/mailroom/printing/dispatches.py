"""Pages of the dispatch calendar: plan a posting, change it, record it as sent, cancel it."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import number_in_address, staff_route
from admin.carrying_out import carry_out_once
from admin.page import Page
from admin.requests.parcels import read_number
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import InputError, NotFoundError
from portal.domain.foundation.program.day_text import weekday_name
from portal.domain.foundation.texts import _s
from portal.domain.foundation.typed import whole_date
from portal.domain.mailroom.printing.dispatch import calendar
from portal.domain.mailroom.printing.dispatch.models import Dispatch
from portal.domain.mailroom.printing.runs.queries import RunStatus, run_statuses
from portal.domain.mailroom.roster.checks.towns import load_towns
from portal.domain.people.staff.permissions import Permission
from portal.platform.carrying_out import Again
from portal.platform.http.forms import Form
from portal.platform.view import View

SHOWN = 20

FIELDS = frozenset({"day", "post_office", "planned", "towns", "note", "run"})
"""Fields of a planned dispatch that a refusal may name."""


class FieldsView(View, frozen=True):
    """What ``admin/components/dispatch_fields.html`` shows on both pages."""

    today: date
    runs: Sequence[RunStatus]
    weekday: Callable[[date], str]


class DispatchesView(View, frozen=True):
    """What ``admin/mailroom/printing/dispatches.html`` shows."""

    coming: Sequence[calendar.Planned]
    past: Sequence[calendar.Planned]
    said: str
    fields: FieldsView


class DispatchView(View, frozen=True):
    """What ``admin/mailroom/printing/dispatch.html`` shows."""

    row: Dispatch
    fields: FieldsView


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show the planned postings, the form for a new one, and the past postings."""
    return page.render(
        "admin/mailroom/printing/dispatches.html",
        DispatchesView(
            coming=calendar.coming(page.session, SHOWN),
            past=calendar.past(page.session, SHOWN),
            said=page.query.get("said", ""),
            fields=_fields_view(page),
        ),
        status_code,
    )


def show_one(page: Page, status_code: int = 200) -> Response[Any]:
    """Show one planned posting, to change it."""
    row = calendar.dispatch_by_id(page.session, number_in_address(page, "dispatch_id"))
    if status_code == 200 and not page.redrawn:
        page.fill(
            Form(
                {
                    "day": row.day.isoformat(),
                    "post_office": row.post_office,
                    "planned": str(row.planned),
                    "towns": "\n".join(row.towns),
                    "run": str(row.print_run_id or ""),
                    "note": calendar.note_of(page.site.vault, row),
                }
            )
        )
    return page.render(
        "admin/mailroom/printing/dispatch.html",
        DispatchView(row=row, fields=_fields_view(page)),
        status_code,
    )


def _fields_view(page: Page) -> FieldsView:
    return FieldsView(
        today=jst_date(page.now),
        runs=run_statuses(page.session)[:SHOWN],
        weekday=weekday_name,
    )


def _plan(page: Page) -> calendar.Plan | None:
    form = page.form
    day, planned, run = (
        whole_date(form.get("day")),
        read_number(form.get("planned")),
        form.get("run"),
    )
    if not isinstance(day, date):
        form.error("day", _s("日付を、2023-07-03 のように入力してください。"))
    if planned is None:
        form.error("planned", _s("予定の通数を、1以上の数字で入力してください。"))
    towns: tuple[str, ...] = ()
    try:
        known = {
            town for names in load_towns(page.site.program.towns_file).values() for town in names
        }
        towns = calendar.read_towns(form.get("towns"), known)
    except InputError as error:
        form.error("towns", error.message)
    if not form.ok or not isinstance(day, date) or planned is None:
        return None
    return calendar.Plan(
        day, form.get("post_office"), planned, towns, read_number(run) or None, form.get("note")
    )


def _act(
    page: Page, said: str, again: Callable[[Page, int], Response[Any]], act: Callable[[], object]
) -> Response[Any]:
    return carry_out_once(
        page,
        act,
        f"/dispatches?said={said}",
        Again(again, "coming", FIELDS, but=NotFoundError),
    )


def add(page: Page) -> Response[Any]:
    """Plan a posting."""
    wanted = _plan(page)
    if wanted is None:
        return show(page, 422)
    return _act(
        page,
        "planned",
        show,
        lambda: calendar.plan(page.work, wanted),
    )


def change(page: Page) -> Response[Any]:
    """Change a planned posting."""
    key, wanted = number_in_address(page, "dispatch_id"), _plan(page)
    if wanted is None:
        return show_one(page, 422)
    return _act(
        page,
        "changed",
        show_one,
        lambda: calendar.change(page.work, key, wanted),
    )


def mark_sent(page: Page) -> Response[Any]:
    """Record that the letters were brought to the post office."""
    key = number_in_address(page, "dispatch_id")
    return _act(page, "sent", show, lambda: calendar.mark_sent(page.work, key))


def cancel(page: Page) -> Response[Any]:
    """Cancel a planned posting."""
    key = number_in_address(page, "dispatch_id")
    return _act(page, "cancelled", show, lambda: calendar.cancel(page.work, key))


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    may, one = Permission.PLAN_DISPATCHES, "/dispatches/{dispatch_id:int}"
    return [
        staff_route("GET", "/dispatches", show, may),
        staff_route("POST", "/dispatches/add", add, may, shows=show),
        staff_route("GET", one, show_one, may),
        staff_route("POST", one + "/change", change, may, shows=show_one),
        staff_route("POST", one + "/sent", mark_sent, may, shows=show),
        staff_route("POST", one + "/cancel", cancel, may, shows=show),
    ]
