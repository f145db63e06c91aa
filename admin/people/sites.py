"""Sites of the call center, and switching on the reserve site (BCP) with a fresh proof."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import number_in_address, place_of, staff_route
from admin.carrying_out import carry_out_once
from admin.page import Page
from admin.people.fresh_proof import fresh_proof
from portal.domain.foundation.clock import JST
from portal.domain.foundation.program.settings.workplaces import Workplace, WorkplaceKind
from portal.domain.foundation.texts import _s
from portal.domain.foundation.typed import clock_time, whole_date
from portal.domain.people.sites import queries, services
from portal.domain.people.sites.admission import Place
from portal.domain.people.sites.models import SiteSwitch
from portal.domain.people.staff.permissions import Permission
from portal.domain.people.staff.queries import staff_names
from portal.platform.carrying_out import Again
from portal.platform.view import View

CAN = Permission.SWITCH_SITES

FIELDS = {"reason": "reason", "ends_at": "day"}
"""The field of each refusal that names one."""


class SitesView(View, frozen=True):
    """What ``admin/people/sites.html`` shows."""

    workplaces: tuple[Workplace, ...]
    ward_is_bound: bool
    here: Place | None
    running: Mapping[str, SiteSwitch | None]
    rows: Sequence[SiteSwitch]
    reasons: Mapping[int, str]
    names: Mapping[int, str]
    sites: Mapping[str, str]
    days: int
    said: str
    now: datetime


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show the sites, what is on until when, and the last twenty periods."""
    workplaces = page.site.program.workplaces
    rows = queries.history(page.session)
    here = place_of(page, page.who.staff) if page.who.staff is not None else None
    people = {key for row in rows for key in (row.on_by, row.off_by) if key is not None}
    return page.render(
        "admin/people/sites.html",
        SitesView(
            workplaces=workplaces,
            ward_is_bound=any(place.kind is WorkplaceKind.WARD for place in workplaces),
            here=here,
            running={w.id: queries.switched_on(page.session, w.id, page.now) for w in workplaces},
            rows=rows,
            reasons={row.id: queries.reason_of(page.site.vault, row) for row in rows},
            names=staff_names(page.session, people),
            sites={w.id: w.name for w in workplaces},
            days=services.LONGEST.days,
            said=page.query.get("said", ""),
            now=page.now,
        ),
        status_code,
    )


def switch_on(page: Page) -> Response[Any]:
    """Switch a reserve site on."""
    form = page.form
    ends_at = _end(page)
    if form.ok:
        fresh_proof(page)
    if not form.ok or ends_at is None:
        return show(page, 422)
    return carry_out_once(
        page,
        lambda: services.switch_on(
            page.work, services.SwitchOrder(form.get("site"), form.get("reason"), ends_at)
        ),
        "/sites?said=on",
        Again(show, "sites", FIELDS),
    )


def prolong(page: Page) -> Response[Any]:
    """Move the end of a site that is on."""
    ends_at = _end(page)
    if page.form.ok:
        fresh_proof(page)
    if not page.form.ok or ends_at is None:
        return show(page, 422)
    return carry_out_once(
        page,
        lambda: services.prolong(page.work, number_in_address(page, "switch_id"), ends_at),
        "/sites?said=prolonged",
        Again(show, "sites", FIELDS),
    )


def switch_off(page: Page) -> Response[Any]:
    """Close a reserve site at once; from there even this supervisor then gets only this page."""
    return carry_out_once(
        page,
        lambda: services.switch_off(page.work, number_in_address(page, "switch_id")),
        "/sites?said=off",
        Again(show, "sites", FIELDS),
    )


def _end(page: Page) -> datetime | None:
    """Read day and time of the end; faults go into the form."""
    day, at = whole_date(page.form.get("day")), clock_time(page.form.get("time"))
    if not isinstance(day, date):
        page.form.error("day", _s("終わりの日を、2023-08-04 のように入力してください。"))
    if at is None:
        page.form.error("time", _s("終わりの時刻を、17:00 のように入力してください。"))
    if not isinstance(day, date) or at is None:
        return None
    return datetime.combine(day, at, tzinfo=JST)


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    return [
        staff_route("GET", "/sites", show, CAN),
        staff_route("POST", "/sites/on", switch_on, CAN, shows=show),
        staff_route("POST", "/sites/{switch_id:int}/prolong", prolong, CAN, shows=show),
        staff_route("POST", "/sites/{switch_id:int}/off", switch_off, CAN, shows=show),
    ]
