"""Pages of daily work: what was begun and how far it is, its log, what it did, and what follows."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.response import Stream
from msgspec import Struct

from admin.access import allowed, first_post, number_in_address, staff_route
from admin.marks import Mark, marks
from admin.oversight.job_forms import OFFERED, address
from admin.oversight.job_words import Step, advice, next_steps, said_of
from admin.page import Page
from portal.domain.foundation.errors import ConflictError, WrongStateError
from portal.domain.foundation.jobs.begun import STOPPED_AT_WORK
from portal.domain.foundation.jobs.models import BegunTask
from portal.domain.foundation.jobs.names import BegunKind
from portal.domain.foundation.jobs.states import BegunState
from portal.domain.oversight.daily import acting, beginning
from portal.domain.oversight.daily.kinds import may_begin
from portal.domain.oversight.daily.queries import LogLine, log_of, task_seen, tasks_seen
from portal.domain.people.staff.permissions import Permission
from portal.domain.people.staff.queries import staff_names
from portal.platform.http.answer import Reply
from portal.platform.view import View

STATE_MARK = marks(
    {
        BegunState.WAITING: Mark.WAIT,
        BegunState.RUNNING: Mark.WAIT,
        BegunState.DONE: Mark.GOOD,
        BegunState.REFUSED: Mark.STOP,
        BegunState.FAILED: Mark.STOP,
    }
)


class Offer(Struct, frozen=True):
    """Work that somebody may begin: the address of its form, and what it is."""

    to: str
    words: str


class JobsView(View, frozen=True):
    """What ``admin/oversight/jobs.html`` shows."""

    offers: Sequence[Offer]
    tasks: Sequence[BegunTask]
    names: Mapping[int, str]
    state_mark: Callable[[str], Mark]


def show_list(page: Page) -> Response[Any]:
    """Show what somebody may begin, and what was begun."""
    tasks = tasks_seen(page.work)
    return page.render(
        "admin/oversight/jobs.html",
        JobsView(
            offers=[Offer(address(kind), kind.label) for kind in _offered(page)],
            tasks=tasks,
            names=staff_names(page.session, {one.asked_by for one in tasks if one.asked_by}),
            state_mark=STATE_MARK,
        ),
    )


def _offered(page: Page) -> list[BegunKind]:
    return [
        kind
        for kind in OFFERED
        if may_begin(page.actor, kind)
        and (kind is not BegunKind.ADVANCE_BUILD or page.site.program.advance is not None)
    ]


class JobView(View, frozen=True):
    """What ``admin/oversight/job.html`` shows."""

    task: BegunTask
    log: Sequence[LogLine]
    asked_by: str
    sentences: Sequence[str]
    refusal: str
    faults: Sequence[str]
    advice: str
    steps: Sequence[Step]
    may_act: bool
    may_cancel: bool
    may_import: bool
    state_mark: Callable[[str], Mark]
    said: str


def show(page: Page) -> Response[Any]:
    """Show a task: how far it is, what it did, its log, and what can be done."""
    task = task_seen(page.work, number_in_address(page, "task_id"))
    kind, acts = BegunKind(task.kind), may_begin(page.actor, BegunKind(task.kind))
    knows = allowed(page, Permission.KNOW_PROTECTED)
    refusal, *faults = (task.said or "").split("\n- ")
    return page.render(
        "admin/oversight/job.html",
        JobView(
            task=task,
            log=log_of(page.session, task.id),
            asked_by=staff_names(page.session, [task.asked_by or 0]).get(task.asked_by or 0, ""),
            sentences=said_of(task, include_protected=knows),
            refusal=refusal,
            faults=faults,
            advice=advice(task),
            steps=next_steps(task),
            may_act=acts,
            may_cancel=acts
            and (task.is_waiting or (task.is_open and kind in STOPPED_AT_WORK))
            and task.cancel_asked_at is None,
            may_import=acts and kind is BegunKind.EXTRACT_CHECK and task.is_done,
            state_mark=STATE_MARK,
            said=page.query.get("said", ""),
        ),
    )


def cancel(page: Page) -> Reply:
    """Cancel a task."""
    return _act(page, lambda key: acting.cancel(page.work, key), "canceled")


def try_again(page: Page) -> Reply:
    """Let a failed task be carried out again."""
    return _act(page, lambda key: acting.try_again(page.work, key), "again")


def _act(page: Page, act: Callable[[int], object], said: str) -> Reply:
    key = number_in_address(page, "task_id")
    try:
        with page.session.begin_nested():
            if first_post(page):
                act(key)
    except WrongStateError:
        said = "not_now"
    return page.redirect(f"/jobs/{key}?said={said}")


def import_checked(page: Page) -> Reply:
    """Begin to import the extract that a task checked."""
    key, begun = number_in_address(page, "task_id"), 0
    task_seen(page.work, key)
    try:
        with page.session.begin_nested():
            if first_post(page):
                begun = beginning.import_extract(page.work, key).id
    except (ConflictError, WrongStateError):
        return page.redirect(f"/jobs/{key}?said=not_now")
    return page.redirect(f"/jobs/{begun}" if begun else "/jobs")


def fetch(page: Page) -> Response[Any]:
    """Send the file that a task made; who fetches it is on record."""
    key = number_in_address(page, "task_id")
    found = acting.fetch(page.work, key, page.site.database.read)
    headers = {
        "content-disposition": f'attachment; filename="{found.name}"',
        "content-length": str(found.size),
    }
    return Stream(found.pieces, media_type="application/octet-stream", headers=headers)


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    one, sees = "/jobs/{task_id:int}", Permission.SEE_JOBS
    return [
        staff_route("GET", "/jobs", show_list, sees),
        staff_route("GET", one, show, sees),
        staff_route("POST", f"{one}/cancel", cancel, sees),
        staff_route("POST", f"{one}/again", try_again, sees),
        staff_route("POST", f"{one}/import", import_checked, sees),
        staff_route("POST", f"{one}/file", fetch, sees),
    ]
