"""Opening hours: what is in force, what was proposed and approved, and forms to change them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from types import ModuleType
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Struct

from admin.access import allowed, number_in_address, post_key, staff_route
from admin.carrying_out import carry_out_once
from admin.contacts import hours_words
from admin.page import Page
from portal.domain.contacts.escalations.promised import (
    Promise,
    PromisedError,
    broken_by,
    require_seen,
)
from portal.domain.contacts.hours import preview, queries, services
from portal.domain.contacts.hours.models import OpeningHours
from portal.domain.foundation.audit.services import earlier_result, keep_result
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.program.calendar import Payer
from portal.domain.foundation.program.hours_text import closed_days, hours_text
from portal.domain.foundation.program.public_reasons import PublicReason
from portal.domain.people.staff.permissions import Permission
from portal.domain.people.staff.queries import staff_names
from portal.platform.carrying_out import Again
from portal.platform.http.locale import CODE_OF, NAMES, html_lang
from portal.platform.view import View

PLACE = "/opening-hours"
MOST = 20


class Promised(Struct, frozen=True):
    """Call-backs promised for a time in which nobody is there, as far as this person may know.

    ``shown`` are the first of ``count``; the page of one is at ``place`` and its key.
    """

    shown: Sequence[Promise]
    count: int
    place: str

    @property
    def rest(self) -> int:
        """How many are not listed."""
        return self.count - len(self.shown)


def _promised(page: Page, found: Sequence[Promise]) -> Promised:
    place = "/call-backs/" if allowed(page, Permission.HANDLE_CALLS) else "/tasks/"
    return Promised(found[:MOST], len(found), place)


def _knows(page: Page) -> bool:
    return allowed(page, Permission.KNOW_PROTECTED)


class HoursInForce(Struct, frozen=True):
    """Hours and closed days in words: those in force, and those of the program's file."""

    hours: str
    closed: str
    filed_hours: str
    filed_closed: str

    @property
    def differs(self) -> bool:
        """Whether the first letters say something else than what is in force."""
        return (self.hours, self.closed) != (self.filed_hours, self.filed_closed)


def in_force(page: Page) -> HoursInForce:
    """Return the hours of today, beside those that the program's file has."""
    calendar, today = page.site.program.calendar, jst_date(page.now)
    filed = calendar.filed
    return HoursInForce(
        hours_text(calendar, today),
        closed_days(calendar, today),
        hours_text(filed, today),
        closed_days(filed, today),
    )


class OpeningHoursView(View, frozen=True):
    """What ``admin/contacts/hours/opening_hours.html`` shows."""

    rows: Sequence[OpeningHours]
    more: bool
    number: int
    names: Mapping[int, str]
    say: ModuleType
    now_in_force: HoursInForce
    waiting: int


def show_list(page: Page) -> Response[Any]:
    """Show what is in force and the changes, the newest first."""
    typed = page.query.get("page", "")
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 6 else 1
    rows = queries.changes(page.session, number)
    people = {row.proposed_by for row in rows} | {row.decided_by or 0 for row in rows}
    return page.render(
        "admin/contacts/hours/opening_hours.html",
        OpeningHoursView(
            rows=rows[: queries.PAGE],
            more=len(rows) > queries.PAGE,
            number=max(1, number),
            names=staff_names(page.session, people),
            say=hours_words,
            now_in_force=in_force(page),
            waiting=queries.waiting_count(page.session),
        ),
    )


class ChangeView(View, frozen=True):
    """What ``admin/contacts/hours/opening_hours_change.html`` shows."""

    row: OpeningHours
    names: Mapping[int, str]
    say: ModuleType
    said: str
    can: frozenset[str]
    own: bool
    late: bool
    told: Sequence[tuple[str, str, Sequence[str]]]
    promised: Promised


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show a change: what residents read of it in each language, who decided, what to do next."""
    row = queries.change_by_id(page.session, number_in_address(page, "hours_id"))
    told = preview.told(page.work, row)
    people = {key for key in (row.proposed_by, row.decided_by, row.ended_by) if key is not None}
    return page.render(
        "admin/contacts/hours/opening_hours_change.html",
        ChangeView(
            row=row,
            names=staff_names(page.session, people),
            say=hours_words,
            said=page.query.get("said", ""),
            can=services.BY_THE_WARD.possible(page.work, row),
            own=page.actor.id == row.proposed_by,
            late=row.is_waiting and row.first_day < jst_date(page.now),
            told=[
                (NAMES[CODE_OF[locale]], html_lang(locale), sentences)
                for locale, sentences in told.items()
            ],
            promised=_promised(page, broken_by(page.work, row, include_protected=_knows(page))),
        ),
        status_code,
    )


def approve(page: Page) -> Response[Any]:
    """Put a change in force as the second person."""
    return _act(page, "approved")


def refuse(page: Page) -> Response[Any]:
    """Refuse a change."""
    return _act(page, "refused")


def take_back(page: Page) -> Response[Any]:
    """Take a change back."""
    return _act(page, "taken_back")


_ACTS = {
    "approved": services.approve,
    "refused": services.refuse,
    "taken_back": services.take_back,
}


def _act(page: Page, said: str) -> Response[Any]:
    key = number_in_address(page, "hours_id")
    queries.change_by_id(page.session, key)
    return carry_out_once(
        page,
        lambda: _ACTS[said](page.work, key),
        f"{PLACE}/{key}?said={said}",
        Again(show, "change"),
    )


class SpecialView(View, frozen=True):
    """What ``admin/contacts/hours/opening_hours_special.html`` shows."""

    reasons: Sequence[PublicReason]
    payers: Sequence[Payer]
    today: date
    promised: Promised


def show_special(
    page: Page, status_code: int = 200, found: Sequence[Promise] = ()
) -> Response[Any]:
    """Ask for special days: closed, or other hours, and why."""
    return page.render(
        "admin/contacts/hours/opening_hours_special.html",
        SpecialView(
            reasons=list(PublicReason),
            payers=list(Payer),
            today=jst_date(page.now),
            promised=_promised(page, found),
        ),
        status_code,
    )


def submit_special(page: Page) -> Response[Any]:
    """Propose special days."""
    form = page.form
    first = hours_words.typed_day(form, "first_day")
    last = hours_words.typed_day(form, "last_day") if form.get("last_day").strip() else first
    closed = form.get("open") == "closed"
    if form.get("open") not in {"closed", "other"}:
        form.error("open", hours_words.nothing_chosen())
    hours = None if closed or not form.ok else hours_words.typed_hours(form, "opens", "closes")
    if not closed and form.ok and hours is None:
        form.error("opens", hours_words.no_time())
    if not form.ok or first is None or last is None:
        return show_special(page, 422)
    special = services.Special(first, last, hours, form.get("reason"), form.get("paid_by"))
    return _propose(page, lambda: services.propose_special(page.work, special), show_special)


def _propose(
    page: Page,
    propose: Callable[[], OpeningHours],
    shows: Callable[[Page, int, Sequence[Promise]], Response[Any]],
) -> Response[Any]:
    """Propose a change, once its writer has seen the call-backs promised for its time."""
    key, found = post_key(page), list[Promise]()

    def service() -> None:
        row = propose()
        try:
            require_seen(page.work, row, _seen(page), include_protected=_knows(page))
        except PromisedError as error:
            found.extend(error.found)
            raise
        keep_result(page.session, key, str(row.id))

    return carry_out_once(
        page,
        service,
        lambda: page.redirect(f"{PLACE}/{earlier_result(page.session, key)}?said=proposed"),
        Again(lambda again, status: shows(again, status, found), "first_day", named=True),
    )


def _seen(page: Page) -> int:
    typed = page.form.get("seen")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 6 else 0


class WeekView(View, frozen=True):
    """What ``admin/contacts/hours/opening_hours_week.html`` shows."""

    weekdays: Sequence[tuple[str, str]]
    payers: Sequence[Payer]
    promised: Promised


def show_week(page: Page, status_code: int = 200, found: Sequence[Promise] = ()) -> Response[Any]:
    """Ask for other hours of the weekdays; the form begins with those in force."""
    if page.method == "GET" and not page.redrawn:
        page.fill(hours_words.form_of(page.site.program.calendar.week_on(jst_date(page.now))))
    return page.render(
        "admin/contacts/hours/opening_hours_week.html",
        WeekView(
            weekdays=hours_words.weekdays(), payers=list(Payer), promised=_promised(page, found)
        ),
        status_code,
    )


def submit_week(page: Page) -> Response[Any]:
    """Propose other hours of the weekdays."""
    form = page.form
    first = hours_words.typed_day(form, "first_day")
    hours = [
        hours_words.typed_hours(form, f"{name}_opens", f"{name}_closes")
        for name, _label in hours_words.weekdays()
    ]
    if not form.ok or first is None:
        return show_week(page, 422)
    week = services.Week(first, hours, form.get("paid_by"))
    return _propose(page, lambda: services.propose_week(page.work, week), show_week)


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    edit, decide = Permission.PROPOSE_OPENING_HOURS, Permission.APPROVE_OPENING_HOURS
    one = PLACE + "/{hours_id:int}"
    return [
        staff_route("GET", PLACE, show_list, edit),
        staff_route("GET", PLACE + "/special", show_special, edit),
        staff_route("POST", PLACE + "/special/submit", submit_special, edit, shows=show_special),
        staff_route("GET", PLACE + "/week", show_week, edit),
        staff_route("POST", PLACE + "/week/submit", submit_week, edit, shows=show_week),
        staff_route("GET", one, show, edit),
        staff_route("POST", one + "/approve", approve, decide, shows=show),
        staff_route("POST", one + "/refuse", refuse, decide, shows=show),
        staff_route("POST", one + "/take-back", take_back, edit, shows=show),
    ]
