"""Tasks: residents' requests and automatic stops, oldest first, to be finished by a person."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Struct

from admin import words
from admin.access import allowed, first_post, number_in_address, staff_route
from admin.page import Page
from portal.domain.contacts.escalations import call_back_queries
from portal.domain.contacts.escalations.call_back_queries import Waiting
from portal.domain.desk.call_desk.acting.receipts import act_about
from portal.domain.desk.call_desk.models import DeskAct
from portal.domain.desk.casework import returned_in_use, worklists
from portal.domain.desk.casework.call_notes import call_notes
from portal.domain.desk.casework.finishing import finish_by_hand, why_not_yet
from portal.domain.desk.casework.frozen import can_unfreeze, unfreeze
from portal.domain.desk.casework.list_page import ListPage
from portal.domain.desk.casework.loss_reports import lift_at_counter
from portal.domain.desk.casework.new_letters import (
    last_day_to_decide,
    leads_to_letter,
    order_new_letter,
    why_not,
)
from portal.domain.desk.casework.returned_in_use import Finding, ProposedFinding
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import (
    ConflictError,
    InputError,
    NotFoundError,
)
from portal.domain.foundation.program.hours_text import reception_text
from portal.domain.foundation.texts import _s, label_of
from portal.domain.people.staff.permissions import Permission
from portal.domain.people.staff.queries import staff_user
from portal.domain.people.tasks.kinds import OF_SITE, TaskField, TaskKind
from portal.domain.people.tasks.models import Task
from portal.domain.people.tasks.services import details_of
from portal.domain.people.tasks.states import TaskState
from portal.domain.requests.recipients.counter import IdentityDocument
from portal.domain.requests.requests.fields import Line
from portal.platform.view import View


def _after(page: Page) -> int:
    typed = page.query.get("after", "0")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 16 else 0


class TasksView(View, frozen=True):
    """What ``admin/people/tasks.html`` shows."""

    tasks: Sequence[Task]
    more: bool
    counts: Mapping[str, int]
    of_site: frozenset[str]
    kind: str
    handed_on: bool
    said: str


def show_list(page: Page, status_code: int = 200) -> Response[Any]:
    """List the open tasks: all, of one kind, or the call-backs that the office has to finish."""
    protected = allowed(page, Permission.KNOW_PROTECTED)
    kind = page.query.get("kind", "")
    kind = kind if TaskKind.known(kind) else ""
    handed_on = kind == TaskKind.CALL_BACK and page.query.get("step") == "handed_on"
    tasks = worklists.waiting_tasks(
        page.session,
        ListPage(kind, _after(page)),
        include_protected=protected,
        handed_on=handed_on,
    )
    return page.render(
        "admin/people/tasks.html",
        TasksView(
            tasks=tasks[: worklists.PAGE],
            more=len(tasks) > worklists.PAGE,
            counts=worklists.task_counts(page.session, include_protected=protected),
            of_site=OF_SITE,
            kind=kind,
            handed_on=handed_on,
            said=page.query.get("said", ""),
        ),
        status_code,
    )


def task_of(page: Page) -> Task:
    """Return the task of the address.

    Raises:
        NotFoundError: there is none that this person may know of.
    """
    may_know = allowed(page, Permission.KNOW_PROTECTED)
    task = worklists.visible_task(
        page.session, number_in_address(page, "task_id"), include_protected=may_know
    )
    if task is None:
        raise NotFoundError(_s("この用件は見つかりませんでした。"))
    return task


class WrittenLine(Struct, frozen=True):
    """One field of what the requester wrote, with its label."""

    label: str
    text: str


class TaskView(View, frozen=True):
    """What ``admin/people/task.html`` shows."""

    task: Task
    desk_act: DeskAct | None
    of_site: bool
    is_open: bool
    has_details: bool
    details: Sequence[WrittenLine]
    call_notes: tuple[Line, ...]
    can_unfreeze: bool
    can_lift: bool
    documents: Sequence[tuple[str, str]]
    leads_to_letter: bool
    letter_closed: str
    not_yet: str
    decide_until: date | None
    findings: Sequence[Finding]
    found: ProposedFinding | None
    finder: str
    promise: Waiting | None
    reception: str
    moved: bool


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show one task; what the requester wrote is shown on demand only."""
    task = task_of(page)
    program = page.site.program
    written = page.who.auth is not None and page.who.auth.data.get("read_task") == task.id
    details = details_of(page.site.vault, task)
    is_open = task.state == TaskState.OPEN
    by_two = is_open and task.kind == TaskKind.RETURNED_IN_USE
    found = returned_in_use.proposed(page.work, task) if by_two else None
    finder = staff_user(page.session, found.proposed_by) if found is not None else None
    promise = _promise(page, task) if is_open else None
    return page.render(
        "admin/people/task.html",
        TaskView(
            task=task,
            desk_act=act_about(page.session, "task", task.id),
            of_site=task.kind in OF_SITE,
            is_open=is_open,
            has_details=any(details.values()),
            details=_written_lines(details) if written else (),
            call_notes=call_notes(page.work, task.household_id) if written else (),
            can_unfreeze=is_open and can_unfreeze(page.work, task),
            can_lift=task.kind == TaskKind.LOSS_REPORTED and is_open,
            documents=[(one.value, one.label) for one in IdentityDocument],
            leads_to_letter=leads_to_letter(task),
            letter_closed=why_not(page.work, task),
            not_yet=why_not_yet(page.work, task),
            decide_until=last_day_to_decide(program)
            if program.windows.new_letter.is_over(page.now)
            else None,
            findings=list(Finding) if by_two else [],
            found=found,
            finder=finder.display_name if finder is not None else "",
            promise=promise,
            reception=reception_text(program.calendar, jst_date(page.now)),
            moved=page.query.get("said") == "moved",
        ),
        status_code,
    )


def _promise(page: Page, task: Task) -> Waiting | None:
    """Return the call-back that somebody was promised for a time, and suggest the next one."""
    may_know = allowed(page, Permission.KNOW_PROTECTED)
    row = call_back_queries.one(page.work, task.id, include_protected=may_know)
    if row is None or task.due_at is None:
        return None
    if page.method == "GET" and row.unkept:
        suggest_next_time(page, row)
    return row


def suggest_next_time(page: Page, row: Waiting) -> None:
    """Fill the form that moves a promised call-back with the next time when somebody is there."""
    later = call_back_queries.next_time(page.work, row)
    if later is not None:
        page.form.values = {"at": f"{later:%Y-%m-%d}", "clock": f"{later:%H:%M}"}


def _written_lines(details: Mapping[str, Any]) -> list[WrittenLine]:
    """Return the fields that were filled in, with stored code words as their labels."""
    shown: Mapping[str, Callable[[str], str]] = {
        TaskField.TROUBLE: words.trouble,
        TaskField.LANGUAGE: words.calls.language,
    }
    return [
        WrittenLine(label_of(TaskField, name), shown.get(name, str)(value))
        for name, value in details.items()
        if value
    ]


def read(page: Page) -> Response[Any]:
    """Show what the requester wrote, and log that it was read."""
    task = task_of(page)
    if page.who.auth is not None:
        record(page.work, "task.read", "task", task.id, household_id=task.household_id)
        page.who.auth.data = page.who.auth.data | {"read_task": task.id}
    return page.redirect(f"/tasks/{task.id}")


def finish(page: Page) -> Response[Any]:
    """Finish a task."""
    task = task_of(page)
    if first_post(page):
        finish_by_hand(page.work, task.id)
    return page.redirect("/tasks?said=finished")


def unfreeze_birth(page: Page) -> Response[Any]:
    """Let a household try its first sign-in again."""
    task = task_of(page)
    if first_post(page):
        unfreeze(page.work, task.id)
    return page.redirect("/tasks?said=unfrozen")


def lift(page: Page) -> Response[Any]:
    """End a report of a loss for a person who showed an identity document."""
    task = task_of(page)
    if first_post(page):
        try:
            lift_at_counter(page.work, task.id, page.form.get("document"))
        except InputError as error:
            page.form.error("document", error.message)
            return show(page, 422)
    return page.redirect("/tasks?said=lifted")


def new_letter(page: Page) -> Response[Any]:
    """Decide that the household gets a new letter."""
    task = task_of(page)
    if first_post(page):
        try:
            order_new_letter(page.work, task.id)
        except ConflictError as error:
            page.form.error("letter", error.message)
            return show(page, 422)
    return page.redirect("/tasks?said=letter")


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    return [
        staff_route("GET", "/tasks", show_list, Permission.SEE_TASKS),
        staff_route("GET", "/tasks/{task_id:int}", show, Permission.SEE_TASKS),
        staff_route("POST", "/tasks/{task_id:int}/read", read, Permission.SEE_TASKS),
        staff_route("POST", "/tasks/{task_id:int}/finish", finish, Permission.DECIDE_TASKS),
        staff_route(
            "POST",
            "/tasks/{task_id:int}/new-letter",
            new_letter,
            Permission.DECIDE_TASKS,
            shows=show,
        ),
        staff_route(
            "POST", "/tasks/{task_id:int}/unfreeze", unfreeze_birth, Permission.DECIDE_TASKS
        ),
        staff_route("POST", "/tasks/{task_id:int}/lift", lift, Permission.DECIDE_TASKS, shows=show),
    ]
