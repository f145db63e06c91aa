"""Page of the copies of the data: what exists, until when, its destruction; and restore drills."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import number_in_address, staff_route
from admin.carrying_out import carry_out_once
from admin.marks import Mark, marks
from admin.page import Page
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.typed import whole_date
from portal.domain.oversight.copies import queries, services
from portal.domain.oversight.copies.kinds import CopyKind, Outcome
from portal.domain.oversight.copies.models import DataCopy, RestoreDrill
from portal.domain.oversight.reports.drills import drill_pdf
from portal.domain.people.staff.permissions import Permission
from portal.domain.people.staff.queries import staff_names
from portal.domain.requests.requests.documents import in_turn
from portal.platform.carrying_out import Again
from portal.platform.view import View

FIELDS = ("kind", "place", "owner", "purpose", "until")
OUTCOME_MARK = marks(
    {Outcome.SAME: Mark.GOOD, Outcome.DIFFERENT: Mark.STOP, Outcome.FAILED: Mark.STOP}
)


class CopiesView(View, frozen=True):
    """What ``admin/oversight/copies.html`` shows."""

    kept: Sequence[DataCopy]
    overdue: bool
    destroyed: Sequence[DataCopy]
    drills: Sequence[RestoreDrill]
    names: Mapping[int, str]
    kinds: tuple[CopyKind, ...]
    outcome_mark: Callable[[str], Mark]
    today: date
    latest: date
    said: str


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show the copies that exist or only the overdue ones, the destroyed ones, and the drills."""
    today, overdue = jst_date(page.now), page.query.get("shown") == "overdue"
    kept = (
        queries.overdue_copies(page.session, today)
        if overdue
        else queries.kept_copies(page.session)
    )
    gone = queries.destroyed_copies(page.session)
    people = {
        key for row in (*kept, *gone) for key in (row.made_by, row.destroyed_by) if key is not None
    }
    return page.render(
        "admin/oversight/copies.html",
        CopiesView(
            kept=kept,
            overdue=overdue,
            destroyed=gone,
            drills=queries.drills(page.session),
            names=staff_names(page.session, people),
            kinds=tuple(CopyKind),
            outcome_mark=OUTCOME_MARK,
            today=today,
            latest=services.latest_end(page.site.program, today),
            said=page.query.get("said", ""),
        ),
        status_code,
    )


def add(page: Page) -> Response[Any]:
    """Enter a copy that the program did not make itself."""
    kind, place, owner, purpose, until = (page.form.get(field) for field in FIELDS)
    day = whole_date(until)
    if not isinstance(day, date):
        page.form.error("until", _s("日付を、2023-06-30 のように入力してください。"))
        return show(page, 422)
    new = services.NewCopy(kind, place, owner, purpose, day)
    return _act(page, "added", lambda: services.register(page.work, new), {})


def destroyed(page: Page) -> Response[Any]:
    """Record that a copy was destroyed."""
    key = number_in_address(page, "copy_id")
    how = page.form.get(f"how-{key}")
    return _act(
        page,
        "destroyed",
        lambda: services.confirm_destroyed(page.work, key, how),
        {"how": f"how-{key}"},
    )


def drill_page(page: Page) -> Response[Any]:
    """Send the page for the ward about a drill."""
    drill = queries.drill_by_id(page.session, number_in_address(page, "drill_id"))
    if drill is None:
        raise NotFoundError(_s("この訓練は見つかりませんでした。"))
    with in_turn():
        return page.show_file(f"restore-drill-{drill.id}.pdf", drill_pdf(page.work, drill))


def _act(
    page: Page, said: str, act: Callable[[], object], fields: Mapping[str, str]
) -> Response[Any]:
    return carry_out_once(
        page, act, f"/copies?said={said}", Again(show, "copies", fields, named=True)
    )


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    see, keep = Permission.SEE_COPIES, Permission.KEEP_COPIES
    return [
        staff_route("GET", "/copies", show, see),
        staff_route("POST", "/copies/add", add, keep, shows=show),
        staff_route("POST", "/copies/{copy_id:int}/destroyed", destroyed, keep, shows=show),
        staff_route("GET", "/copies/drills/{drill_id:int}", drill_page, see),
    ]
