"""The floor's big screen, and the plan that it is held against; figures of no single person."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Struct

from admin.access import screen_route, staff_route
from admin.carrying_out import carry_out_once
from admin.page import Page
from portal.domain.contacts.floor.counting import FEWEST, Floor, FloorHalf, read_floor
from portal.domain.contacts.floor.plan import Planned, plan_of, planned_from, save_plan
from portal.domain.contacts.telephony.kpi import NONE, answer_rate, service_level
from portal.domain.contacts.telephony.queries import open_halves
from portal.domain.foundation.clock import JST, jst_date
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _s
from portal.domain.foundation.typed import digits, whole_date
from portal.domain.oversight.reports.calls.tables import half_hour_name
from portal.domain.people.staff.permissions import Permission
from portal.platform.carrying_out import Again
from portal.platform.http.answer import Reply
from portal.platform.view import View

CAN = Permission.SUPERVISE_CALLS
EVERY_SECONDS = 15
WEEK = range(7)


class HalfRow(Struct, frozen=True):
    """A half hour as written in its cells; planned and actual stand in one as ``8／10``."""

    name: str
    is_now: bool
    crowded: bool
    few: bool
    seats: str
    planned_seats: str
    offered: str
    planned_calls: str
    answered: str
    abandoned: str
    rate: str


class FloorView(View, frozen=True):
    """What ``admin/oversight/_floor.html`` shows."""

    floor: Floor
    at: str
    last_told: str
    longest: str
    rate: str
    level: str
    rows: Sequence[HalfRow]
    has_plan: bool
    withheld: bool
    fewest: int
    seconds: int
    every: int
    still: bool


def show(page: Page) -> Response[Any]:
    """Show the floor now, and today by half hour."""
    floor = read_floor(page.work)
    seconds = floor.queue.longest(floor.at)
    return page.render(
        "admin/oversight/_floor.html" if page.request.htmx else "admin/oversight/floor.html",
        FloorView(
            floor=floor,
            at=f"{floor.at.astimezone(JST):%H:%M:%S}",
            last_told=f"{floor.last_told.astimezone(JST):%H:%M:%S}" if floor.last_told else "",
            longest=f"{seconds // 60}:{seconds % 60:02}",
            rate=answer_rate(floor.counts),
            level=service_level(floor.counts),
            rows=[_row(half) for half in floor.halves],
            has_plan=any(half.planned is not None for half in floor.halves),
            withheld=any(half.counts is None and half.offered is not None for half in floor.halves),
            fewest=FEWEST,
            seconds=page.site.program.calls.service_level_seconds,
            every=EVERY_SECONDS,
            still=page.query.get("still") == "1",
        ),
    )


def _row(half: FloorHalf) -> HalfRow:
    plan, counts = half.planned, half.counts
    return HalfRow(
        name=half_hour_name(half.half_hour),
        is_now=half.is_now,
        crowded=half.crowded,
        few=plan is not None and half.seats is not None and half.seats < plan.seats,
        seats=_number(half.seats),
        planned_seats=_number(plan.seats if plan is not None else None),
        offered=_number(half.offered),
        planned_calls=_number(plan.calls if plan is not None else None),
        answered=_number(counts.answered if counts is not None else None),
        abandoned=_number(counts.abandoned if counts is not None else None),
        rate=answer_rate(counts) if counts is not None else NONE,
    )


def _number(value: int | None) -> str:
    return NONE if value is None else f"{value:,}"


class PlannedHalf(Struct, frozen=True):
    """A half hour of the form: its name, and what stands in its fields."""

    half_hour: int
    name: str
    seats: str
    calls: str


class PlanView(View, frozen=True):
    """What ``admin/oversight/floor_plan.html`` shows; ``since``: the plan that is in force."""

    halves: Sequence[PlannedHalf]
    since: date | None
    today: date
    said: str


def show_plan(page: Page, status_code: int = 200) -> Response[Any]:
    """Show the plan that is in force, in the fields of the next one."""
    today = jst_date(page.now)
    plan = plan_of(page.session, today)
    if page.method == "GET":
        page.form.values = {"from_day": today.isoformat()}
        for half, planned in plan.items():
            page.form.values[f"seats_{half}"] = str(planned.seats)
            page.form.values[f"calls_{half}"] = str(planned.calls)
    return page.render(
        "admin/oversight/floor_plan.html",
        PlanView(
            halves=[
                PlannedHalf(
                    half,
                    half_hour_name(half),
                    page.form.get(f"seats_{half}"),
                    page.form.get(f"calls_{half}"),
                )
                for half in _halves(page.site.program, today)
            ],
            since=planned_from(page.session, today),
            today=today,
            said=page.query.get("said", ""),
        ),
        status_code,
    )


def submit_plan(page: Page) -> Reply:
    """Save the plan; a half hour whose fields are empty has none."""

    def save() -> None:
        day = whole_date(page.form.get("from_day"))
        if not isinstance(day, date):
            raise InputError(_s("日付は 2023-08-04 のように入力してください。"), code="from_day")
        save_plan(page.work, day, _typed_plan(page))

    return carry_out_once(
        page, save, "/floor/plan?said=saved", Again(show_plan, "from_day", named=True)
    )


def _typed_plan(page: Page) -> dict[int, Planned]:
    found = {}
    for half in _halves(page.site.program, jst_date(page.now)):
        seats, calls = (_typed(page, f"{kind}_{half}") for kind in ("seats", "calls"))
        if seats is not None or calls is not None:
            found[half] = Planned(seats or 0, calls or 0)
    return found


def _typed(page: Page, name: str) -> int | None:
    text = page.form.get(name).strip()
    if not text:
        return None
    number = digits(text)
    if number is None or len(number) > 6:
        raise InputError(_s("数字で入力してください。"), code=name)
    return int(number)


def _halves(program: Program, today: date) -> range:
    """Return the half hours of an ordinary day: those of the first open day from today on."""
    days = (date.fromordinal(today.toordinal() + ahead) for ahead in WEEK)
    spans = (open_halves(program.calendar, day) for day in days)
    return range(*next((span for span in spans if span is not None), (18, 34)))


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    return [
        screen_route("GET", "/floor", show, CAN),
        staff_route("GET", "/floor/plan", show_plan, CAN),
        staff_route("POST", "/floor/plan/save", submit_plan, CAN, shows=show_plan),
    ]
