"""Call-backs: the waiting ones, the first due first; claimed, called, and their results."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from types import ModuleType
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import allowed, first_post, number_in_address, post_key, staff_route
from admin.carrying_out import carry_out_once
from admin.contacts import escalation_words
from admin.contacts.call_form import chosen
from admin.desk.in_call.follow_ups import Origin, Spelled, origin_of, spelled_in
from admin.page import Page
from admin.people import tasks
from portal.domain.contacts.calls.kinds import SPOKEN, CallLanguage
from portal.domain.contacts.escalations import (
    call_back_queries,
    call_back_results,
    call_backs,
    promised,
)
from portal.domain.contacts.escalations.call_back_queries import Waiting
from portal.domain.contacts.escalations.call_back_results import TryResult
from portal.domain.contacts.escalations.call_back_times import default_due
from portal.domain.contacts.escalations.call_backs import Wanted
from portal.domain.contacts.escalations.kinds import Outcome
from portal.domain.contacts.escalations.models import CallBackTry
from portal.domain.desk.casework.call_notes import call_notes, greeting_for, may_name_ward
from portal.domain.foundation.audit.services import earlier_result, keep_result
from portal.domain.foundation.clock import JST, jst_date
from portal.domain.foundation.errors import (
    ConflictError,
    DomainError,
    NotFoundError,
    WrongStateError,
)
from portal.domain.foundation.languages import SOURCE_LOCALE
from portal.domain.foundation.program.hours_text import reception_text
from portal.domain.foundation.texts import _s
from portal.domain.foundation.typed import clock_time, whole_date
from portal.domain.people.staff.permissions import Permission
from portal.domain.people.staff.queries import staff_names
from portal.domain.people.tasks.services import details_of
from portal.domain.people.tasks.states import TASK
from portal.domain.requests.requests.fields import Line
from portal.platform.carrying_out import Again, carry_out
from portal.platform.view import View

FIELDS = frozenset({"telephone", "at", "text", "outcome"})
FIELDS_OF_A_MOVE = frozenset({"at", "agreed"})
AFTER_CALL = "/calls/finish"


class Listed(StrEnum):
    """Which of the waiting call-backs are listed, as the address says it."""

    ALL = ""
    LATE = "late"
    UNKEPT = "unkept"
    """Promised for a time at which nobody is there any more."""


def _listed(page: Page) -> Listed:
    return next((one for one in Listed if one and page.query.get(one) == "1"), Listed.ALL)


def _page_number(page: Page) -> int:
    typed = page.query.get("page", "")
    return int(typed) if typed.isascii() and typed.isdigit() and 0 < len(typed) < 6 else 1


def _knows(page: Page) -> bool:
    return allowed(page, Permission.KNOW_PROTECTED)


class CallBacksView(View, frozen=True):
    """What ``admin/contacts/escalations/call_backs.html`` shows."""

    rows: Sequence[Waiting]
    number: int
    total: int
    late: int
    unkept: int
    only: Listed
    more: bool
    escalation_words: ModuleType
    said: str
    names: Mapping[int, str]
    tries: int


def show_list(page: Page, status_code: int = 200) -> Response[Any]:
    """List the waiting call-backs, the first due first.

    All, the overdue ones, or those promised for a time at which nobody is there any more.
    """
    number, only = _page_number(page), _listed(page)
    unkept = promised.unkept(page.work, include_protected=_knows(page))
    if only is Listed.UNKEPT:
        start = (max(1, number) - 1) * call_back_queries.PAGE
        keys = [one.task_id for one in unkept][start : start + call_back_queries.PAGE + 1]
        rows = call_back_queries.those(page.work, keys, include_protected=_knows(page))
    else:
        rows = call_back_queries.waiting(
            page.work, include_protected=_knows(page), page=number, late=only is Listed.LATE
        )
    total, late = call_back_queries.count_waiting(page.work, include_protected=_knows(page))
    return page.render(
        "admin/contacts/escalations/call_backs.html",
        CallBacksView(
            rows=rows[: call_back_queries.PAGE],
            number=number,
            total=total,
            late=late,
            unkept=len(unkept),
            only=only,
            more=len(rows) > call_back_queries.PAGE,
            escalation_words=escalation_words,
            said=page.query.get("said", ""),
            names=staff_names(
                page.session, {row.claimed_by for row in rows if row.claimed_by is not None}
            ),
            tries=page.site.program.escalations.call_back_tries,
        ),
        status_code,
    )


class CallBackNewView(View, frozen=True):
    """What ``admin/contacts/escalations/call_back_new.html`` shows."""

    origin: Origin
    spoken: Sequence[CallLanguage]
    due: datetime
    reception: str


def show_new(page: Page, status_code: int = 200) -> Response[Any]:
    """Ask for the number to call, the time, and the subject."""
    origin = origin_of(page)
    if page.method == "GET":
        page.form.values = {
            "telephone": origin.telephone,
            "language": origin.language,
            "about": "1",
        }
    return page.render(
        "admin/contacts/escalations/call_back_new.html",
        CallBackNewView(
            origin=origin,
            spoken=list(CallLanguage),
            due=default_due(page.site.program.calendar, page.now),
            reception=reception_text(page.site.program.calendar, jst_date(page.now)),
        ),
        status_code,
    )


def submit(page: Page) -> Response[Any]:
    """Open a call-back; pressed twice, it is one task."""
    form, key = page.form, post_key(page)
    origin, at = origin_of(page), _time(page)
    if form.ok:
        try:
            with page.session.begin_nested():
                if first_post(page):
                    language = chosen(CallLanguage, form.get("language"), CallLanguage.JA)
                    wanted = Wanted(form.get("telephone"), at, form.get("text"), language)
                    task = call_backs.ask(page.work, wanted, origin.raised(form))
                    keep_result(page.session, key, str(task.id))
        except DomainError as error:
            form.error(error.code if error.code in FIELDS else "telephone", error.message)
    if not form.ok:
        return show_new(page, 422)
    return page.redirect(f"/call-backs/{earlier_result(page.session, key)}?said=asked")


def _time(page: Page) -> datetime | None:
    """Parse the requested time: a day and time, or neither; a time alone is today's.

    Faults go into the form.
    """
    form = page.form
    day_typed, time_typed = form.get("at").strip(), form.get("clock").strip()
    if not day_typed and not time_typed:
        return None
    day = whole_date(day_typed) if day_typed else jst_date(page.now)
    clock = clock_time(time_typed)
    if not isinstance(day, date) or clock is None:
        form.error(
            "at",
            _s(
                "日にちと時刻は、2026-04-01 と 14:30 のように入力してください。"
                "急ぐだけなら、空のままにします。"
            ),
        )
        return None
    return datetime.combine(day, clock, tzinfo=JST)


def _found(page: Page) -> Waiting:
    row = call_back_queries.one(
        page.work, number_in_address(page, "task_id"), include_protected=_knows(page)
    )
    if row is None:
        raise NotFoundError(_s("この折り返しは見つかりませんでした。"))
    return row


class CallBackView(View, frozen=True):
    """What ``admin/contacts/escalations/call_back.html`` shows."""

    row: Waiting
    calling: bool
    details: Mapping[str, Any]  # what a task holds depends on who opened it
    call_notes: tuple[Line, ...]
    may_name_ward: bool
    greeting: str
    telephone: str
    tried: Sequence[CallBackTry]
    names: Mapping[int, str]
    language: CallLanguage
    outcomes: Sequence[Outcome]
    escalation_words: ModuleType
    tries: int
    mine: bool
    said: str
    spelled: Spelled
    open: bool
    reception: str


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show one call-back; its number only to the person whose call is made for it."""
    row, session, vault = _found(page), page.session, page.site.vault
    if page.method == "GET" and row.unkept:
        tasks.suggest_next_time(page, row)
    details = details_of(vault, row.task)
    calling = call_backs.calls_now(page.work, row.task)
    notes = call_notes(page.work, row.task.household_id)
    tried = call_back_queries.tries_of(session, row.task.id)
    language = call_backs.language_of(page.work, row.task)
    names = staff_names(
        session, {one.staff_id for one in tried} | ({row.claimed_by} if row.claimed_by else set())
    )
    return page.render(
        "admin/contacts/escalations/call_back.html",
        CallBackView(
            row=row,
            calling=calling,
            details=details if calling else {},
            call_notes=notes,
            may_name_ward=may_name_ward(notes),
            greeting=greeting_for(notes),
            telephone=call_backs.number_of(page.work, row.task) if calling else "",
            tried=tried,
            names=names,
            language=language,
            outcomes=list(Outcome),
            escalation_words=escalation_words,
            tries=page.site.program.escalations.call_back_tries,
            mine=page.who.staff is not None and row.claimed_by == page.who.staff.id,
            said=page.query.get("said", ""),
            spelled=spelled_in(SPOKEN.get(language, SOURCE_LOCALE), row.task.receipt_no),
            open=row.task.state == TASK.initial and row.state in call_back_queries.OPEN,
            reception=reception_text(page.site.program.calendar, jst_date(page.now)),
        ),
        status_code,
    )


def move(page: Page) -> Response[Any]:
    """Promise another time."""
    row, at = _found(page), _time(page)
    if not page.form.ok:
        return show(page, 422)
    agreed = page.form.get("agreed") == "1"
    return carry_out_once(
        page,
        lambda: call_backs.move(page.work, row.task.id, at, agreed=agreed),
        f"/call-backs/{row.task.id}?said=moved",
        Again(show, "at", FIELDS_OF_A_MOVE),
    )


def move_by_ward(page: Page) -> Response[Any]:
    """Promise another time on the page of the task: the ward has no calls, but its own families."""
    task, at = tasks.task_of(page), _time(page)
    if not page.form.ok:
        return tasks.show(page, 422)
    agreed = page.form.get("agreed") == "1"
    return carry_out_once(
        page,
        lambda: call_backs.move(page.work, task.id, at, agreed=agreed),
        f"/tasks/{task.id}?said=moved",
        Again(tasks.show, "at", FIELDS_OF_A_MOVE),
    )


def start(page: Page) -> Response[Any]:
    """Claim the call-back and start the call."""
    row = _found(page)
    language = call_backs.language_of(page.work, row.task)
    return carry_out(
        page,
        lambda: call_backs.start(page.work, row.task.id, language),
        f"/call-backs/{row.task.id}",
        Again(show, "start", status=409, only=(ConflictError, WrongStateError)),
    )


def release(page: Page) -> Response[Any]:
    """Release the call-back, so that others may claim it."""
    row = _found(page)
    return carry_out(
        page,
        lambda: call_backs.release(page.work, row.task.id),
        "/call-backs?said=released",
        Again(show, "start", status=409),
    )


def settle(page: Page) -> Response[Any]:
    """Record the result of the call, and continue with its after-call form."""
    row, form = _found(page), page.form

    def service() -> None:
        outcome = call_back_results.read_outcome(form.get("outcome"))
        result = TryResult(outcome, office=form.get("office") == "1")
        call_back_results.settle(page.work, row.task.id, result)

    return carry_out_once(
        page,
        service,
        AFTER_CALL,
        Again(show, "outcome", FIELDS),
    )


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    handle, one = Permission.HANDLE_CALLS, "/call-backs/{task_id:int}"
    return [
        staff_route("GET", "/call-backs", show_list, handle),
        staff_route("GET", "/call-backs/new", show_new, handle),
        staff_route("POST", "/call-backs/new/submit", submit, handle, shows=show_new),
        staff_route("GET", one, show, handle),
        staff_route("POST", one + "/move", move, handle, shows=show),
        staff_route("POST", one + "/start", start, handle, shows=show),
        staff_route("POST", one + "/release", release, handle, shows=show),
        staff_route("POST", one + "/settle", settle, handle, shows=show),
        staff_route(
            "POST",
            "/tasks/{task_id:int}/move",
            move_by_ward,
            Permission.DECIDE_TASKS,
            shows=tasks.show,
        ),
    ]
