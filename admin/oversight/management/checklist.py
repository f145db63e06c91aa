"""Answers to the ward's security checklist, with the settings in force."""

from collections.abc import Callable, Sequence
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import allowed, staff_route
from admin.carrying_out import carry_out_once
from admin.marks import Mark, marks
from admin.page import Page
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.oversight.management import checklist, promises
from portal.domain.oversight.management.checklist import Answered, Standing, Verdict
from portal.domain.oversight.management.promises import Kept
from portal.domain.oversight.management.tested import results
from portal.domain.oversight.reports.management.papers import outside_table
from portal.domain.oversight.reports.tables import ReportTable
from portal.domain.people.staff.permissions import Permission
from portal.platform.carrying_out import Again
from portal.platform.view import View

VERDICT_MARK = marks(
    {
        Standing.YES: Mark.GOOD,
        Standing.PARTLY: Mark.WAIT,
        Standing.OFFICE: Mark.PLAIN,
        Standing.NO: Mark.STOP,
        Standing.UNPROVEN: Mark.WAIT,
    }
)


class ChecklistView(View, frozen=True):
    """What ``admin/oversight/management/checklist.html`` shows."""

    answers: Sequence[Answered]
    broken: Sequence[Kept]
    tested: bool
    keeps: bool
    verdict_mark: Callable[[str], Mark]
    outside: ReportTable
    said: str


def show_list(page: Page) -> Response[Any]:
    """Show all answers."""
    return page.render(
        "admin/oversight/management/checklist.html",
        ChecklistView(
            answers=checklist.answers(page.work),
            broken=[kept for kept in promises.not_kept(page.work) if kept.fails],
            tested=results() is not None,
            keeps=allowed(page, Permission.KEEP_MANAGEMENT),
            verdict_mark=VERDICT_MARK,
            outside=outside_table(page.site.program),
            said=page.query.get("said", ""),
        ),
    )


class ChecklistItemView(View, frozen=True):
    """What ``admin/oversight/management/checklist_item.html`` shows."""

    one: Answered
    base: str
    verdicts: tuple[Verdict, ...]


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show one answer with its form."""
    one = _one(page)
    if page.method == "GET":
        page.form.values = {"verdict": one.verdict, "answer": one.answer, "evidence": one.evidence}
    base = page.form.get("base") if page.method == "POST" else str(one.number)
    return page.render(
        "admin/oversight/management/checklist_item.html",
        ChecklistItemView(one=one, base=base, verdicts=tuple(Verdict)),
        status_code,
    )


def _one(page: Page) -> checklist.Answered:
    key = str(page.params["key"])
    for one in checklist.answers(page.work):
        if one.key == key:
            return one
    raise NotFoundError(_s("この項目は見つかりませんでした。"))


def write(page: Page) -> Response[Any]:
    """Save the answer as its next version."""
    form, key, base = page.form, _one(page).key, page.form.get("base")
    number = int(base) if base.isascii() and base.isdigit() and len(base) < 9 else 0
    return carry_out_once(
        page,
        lambda: checklist.write(
            page.work,
            key,
            checklist.TypedAnswer(
                form.get("verdict"), form.get("answer"), form.get("evidence"), number
            ),
        ),
        "/checklist?said=saved",
        Again(show, "answer", named=True),
    )


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    keep = Permission.KEEP_MANAGEMENT
    one = "/checklist/{key:str}"
    return [
        staff_route("GET", "/checklist", show_list, Permission.SEE_MANAGEMENT),
        staff_route("GET", one, show, keep),
        staff_route("POST", one + "/write", write, keep, shows=show),
    ]
