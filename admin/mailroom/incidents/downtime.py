"""Page of the log of downtime: planned outages are announced, others recorded."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from types import ModuleType
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import allowed, number_in_address, staff_route
from admin.carrying_out import carry_out_once
from admin.mailroom.incidents import incident_words
from admin.page import Page
from admin.typed_instants import typed_instant
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import day_end, day_start, jst_date
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.languages import SOURCE_LOCALE
from portal.domain.foundation.texts import _s, use_locale
from portal.domain.mailroom.incidents import downtime
from portal.domain.mailroom.incidents.availability import Availability, availability
from portal.domain.mailroom.incidents.downtime import Minutes
from portal.domain.mailroom.incidents.kinds import DownPart
from portal.domain.mailroom.incidents.models import Downtime
from portal.domain.mailroom.listing import PAGE, ListPage
from portal.domain.oversight.reports.incidents.tables import downtime_table
from portal.domain.oversight.reports.monthly.due import first_of, last_of, read_month
from portal.domain.oversight.reports.outputs import as_xlsx
from portal.domain.oversight.reports.tables import Report
from portal.domain.people.staff.permissions import Permission
from portal.domain.people.staff.queries import staff_names
from portal.platform.carrying_out import Again
from portal.platform.view import View

FIELDS = frozenset({"what", "starts_on", "ends_on"})


class DowntimeView(View, frozen=True):
    """What ``admin/mailroom/incidents/downtime.html`` shows."""

    rows: Sequence[Downtime]
    more: bool
    number: int
    minutes: Sequence[Minutes]
    year: Sequence[Availability]
    limit: float | None
    things: tuple[DownPart, ...]
    days: int
    earliest: date
    month: str
    names: Mapping[int, str]
    incident_words: ModuleType
    may_keep: bool
    now: datetime
    said: str


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """List outages, the latest first, with this month's minutes and both forms."""
    typed = page.query.get("page", "")
    number = int(typed) if typed.isascii() and typed.isdigit() and 0 < len(typed) < 6 else 1
    rows = downtime.downtimes(page.session, ListPage(number, PAGE + 1))
    month = first_of(jst_date(page.now))
    start, end = day_start(month), day_end(last_of(month))
    return page.render(
        "admin/mailroom/incidents/downtime.html",
        DowntimeView(
            rows=rows[:PAGE],
            more=len(rows) > PAGE,
            number=number,
            minutes=downtime.minutes_between(page.session, downtime.Span(start, end), page.now),
            year=availability(page.work),
            limit=page.site.program.availability_percent,
            things=tuple(DownPart),
            days=downtime.NOTICE_DAYS,
            earliest=jst_date(downtime.first_plannable(page.now)),
            month=f"{month:%Y-%m}",
            names=staff_names(page.session, {row.entered_by for row in rows}),
            incident_words=incident_words,
            may_keep=allowed(page, Permission.KEEP_DOWNTIME),
            now=page.now,
            said=page.query.get("said", ""),
        ),
        status_code,
    )


def plan(page: Page) -> Response[Any]:
    """Plan an outage, and announce it."""
    form = page.form
    starts, ends = (
        typed_instant(form, "starts_on", "starts_time"),
        typed_instant(form, "ends_on", "ends_time"),
    )
    if not form.ok or starts is None or ends is None:
        return show(page, 422)
    return _act(
        page,
        "planned",
        lambda: downtime.plan(page.work, downtime.Outage(form.get("what"), starts, ends)),
    )


def log(page: Page) -> Response[Any]:
    """Record an outage."""
    form = page.form
    starts = typed_instant(form, "log_starts_on", "log_starts_time")
    ends = (
        typed_instant(form, "log_ends_on", "log_ends_time")
        if form.get("log_ends_on").strip()
        else None
    )
    if not form.ok or starts is None:
        return show(page, 422)
    return _act(
        page,
        "logged",
        lambda: downtime.log(page.work, downtime.Outage(form.get("log_what"), starts, ends)),
        prefix="log_",
    )


def end(page: Page) -> Response[Any]:
    """Record when an outage ended."""
    key = number_in_address(page, "downtime_id")
    ends = typed_instant(page.form, f"end-on-{key}", f"end-time-{key}")
    if ends is None:
        return show(page, 422)
    return _act(
        page,
        "ended",
        lambda: downtime.end(page.work, key, ends),
        spot=f"end-on-{key}",
    )


def cancel(page: Page) -> Response[Any]:
    """Cancel a planned outage."""
    key = number_in_address(page, "downtime_id")
    return _act(
        page,
        "cancelled",
        lambda: downtime.cancel(page.work, key),
        spot=f"cancel-{key}",
    )


def _act(
    page: Page, said: str, act: Callable[[], object], *, prefix: str = "", spot: str = "what"
) -> Response[Any]:
    fields = {name: prefix + name for name in FIELDS}
    return carry_out_once(
        page, act, f"/downtime?said={said}", Again(show, spot, fields, but=NotFoundError)
    )


def month_file(page: Page) -> Response[Any]:
    """Send a month's log as a workbook, with the same table as the monthly report."""
    month = read_month(page.form.get("month"))
    if month is None:
        page.form.error("month", _s("月を、2023-07 のように入力してください。"))
        return show(page, 422)
    program = page.site.program
    start, end_ = day_start(month), day_end(last_of(month))
    with use_locale(SOURCE_LOCALE):
        report = Report(
            title=_s("停止の記録"),
            addressee=program.names.ward.ja,
            sender=program.names.contractor.ja,
            facts=((_s("対象月"), f"{month:%Y-%m}"),),
            tables=(downtime_table(page.work, start, end_),),
        )
    record(page.work, "report.taken", "report", name="downtime.xlsx")
    return page.download(f"downtime-{month:%Y-%m}.xlsx", as_xlsx(report))


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    see, keep, one = (
        Permission.SEE_DOWNTIME,
        Permission.KEEP_DOWNTIME,
        "/downtime/{downtime_id:int}",
    )
    return [
        staff_route("GET", "/downtime", show, see),
        staff_route("POST", "/downtime/month", month_file, see, shows=show),
        staff_route("POST", "/downtime/plan", plan, keep, shows=show),
        staff_route("POST", "/downtime/log", log, keep, shows=show),
        staff_route("POST", one + "/end", end, keep, shows=show),
        staff_route("POST", one + "/cancel", cancel, keep, shows=show),
    ]
