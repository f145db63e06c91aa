"""The auditor's page: who did what, when, with which family; and the list as a file."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import allowed, first_post, staff_route
from admin.carrying_out import carry_out_once
from admin.event_words import event
from admin.page import Page
from admin.typed_instants import typed_instant
from portal.domain.foundation.audit.queries import ChainStatus, chain_status
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import JST
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.typed import whole_date
from portal.domain.oversight.auditing.searching import LISTED, AuditRow, Wanted, search
from portal.domain.oversight.person_lists import asking
from portal.domain.oversight.person_lists.contents import MOST_ROWS, scope_of
from portal.domain.oversight.person_lists.kinds import ListKind
from portal.domain.people.households.queries import household_id_of
from portal.domain.people.staff.permissions import Permission
from portal.platform.carrying_out import Again
from portal.platform.http.forms import Form
from portal.platform.view import View

ASKED = "audit_search"
CRITERIA = ("from_on", "from_time", "to_on", "to_time", "login", "household", "action", "before")
FIELDS = frozenset({"from_on", "to_on", "login", "household"})
KINDS = ("data.viewed", "household.", "staff.", "export.", "protection.", "report.", "approval.")
"""Beginnings of actions that the page offers; others can be typed."""


class AuditView(View, frozen=True):
    """What ``admin/oversight/audit.html`` shows."""

    rows: Sequence[AuditRow] | None
    more: bool
    since: datetime
    until: datetime
    kinds: tuple[str, ...]
    event_name: Callable[[str], str]
    status: ChainStatus
    latest: date
    most: int


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show the search, and what this session's last one finds now."""
    rows, kept = None, _kept(page)
    if kept is not None and (page.method == "GET" or "purpose" in page.form.values):
        page.fill(Form(kept | dict(page.form.values), page.form.errors))
        rows = _find(page, LISTED + 1)
    until = page.now.astimezone(JST) + timedelta(minutes=1)
    return page.render(
        "admin/oversight/audit.html",
        AuditView(
            rows=rows[:LISTED] if rows is not None else None,
            more=rows is not None and len(rows) > LISTED,
            since=until - timedelta(days=7),
            until=until,
            kinds=KINDS,
            event_name=event,
            status=chain_status(page.session, page.now),
            latest=asking.last_possible_day(page.work),
            most=MOST_ROWS[ListKind.AUDIT],
        ),
        status_code,
    )


def _kept(page: Page) -> dict[str, str] | None:
    kept = page.who.auth.data.get(ASKED) if page.who.auth is not None else None
    return {name: str(value) for name, value in kept.items()} if kept else None


def _find(page: Page, limit: int) -> list[AuditRow] | None:
    wanted = _wanted(page)
    if wanted is None:
        return None
    knows = allowed(page, Permission.KNOW_PROTECTED)
    try:
        return search(page.work, wanted, include_protected=knows, limit=limit)
    except InputError as error:
        page.form.error(error.code if error.code in FIELDS else "from_on", error.message)
        return None


def _wanted(page: Page) -> Wanted | None:
    form = page.form
    start = typed_instant(form, "from_on", "from_time")
    end = typed_instant(form, "to_on", "to_time")
    if start is None or end is None:
        return None
    typed = form.get("before")
    before = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 16 else None
    action = form.get("action").strip()
    return Wanted(start, end, form.get("login"), form.get("household"), action, before)


def ask(page: Page) -> Response[Any]:
    """Search; the search itself is on record. Numbers of families never stand in an address."""
    found = _find(page, 1)
    wanted = _wanted(page)
    if found is None or wanted is None:
        return show(page, 422)
    typed = {name: page.form.get(name) for name in CRITERIA}
    if wanted.household.strip():
        typed["household"] = f"#{household_id_of(page.work, wanted.household)}"
    if first_post(page):
        _record(page, "audit.searched", wanted)
    if page.who.auth is not None:
        page.who.auth.data = page.who.auth.data | {ASKED: typed}
    return page.redirect("/audit")


def _record(page: Page, action: str, wanted: Wanted, **more: Any) -> None:
    # the family is the subject, so that the search does not stand in its timeline, before those
    # who are looked into
    number = wanted.household
    record(
        page.work,
        action,
        "audit",
        household_id_of(page.work, number) if number.strip() else None,
        start=wanted.start.isoformat(),
        end=wanted.end.isoformat(),
        login=wanted.login,
        kind=wanted.action,
        **more,
    )


def take_out(page: Page) -> Response[Any]:
    """Ask that the list of the last search may leave as a file; somebody else approves it."""
    kept, form = _kept(page), page.form
    if kept is None:
        return page.redirect("/audit")
    day = whole_date(form.get("until"))
    if not isinstance(day, date):
        form.error("until", _s("日付を、2023-06-30 のように入力してください。"))
        return show(page, 422)
    purpose, recipient = form.get("purpose"), form.get("recipient")
    page.fill(Form(kept | dict(form.values) | {"before": ""}, form.errors))
    wanted = _wanted(page)
    if wanted is None:
        return show(page, 422)
    wish = asking.Wish(ListKind.AUDIT, scope_of(wanted), purpose, recipient, day)
    return carry_out_once(
        page,
        lambda: asking.ask(page.work, wish),
        "/person-lists?said=requested",
        Again(show, "purpose", ("purpose", "recipient", "until")),
    )


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    permission = Permission.SEE_AUDIT
    return [
        staff_route("GET", "/audit", show, permission),
        staff_route("POST", "/audit/search", ask, permission, shows=show),
        staff_route("POST", "/audit/take-out", take_out, permission, shows=show),
    ]
