"""Pages of the subjects of an incident: add them, find them in the audit log, stop them all."""

from collections.abc import Callable, Sequence
from datetime import datetime
from types import ModuleType
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import allowed, staff_route
from admin.carrying_out import carry_out_once
from admin.event_words import event
from admin.mailroom.incidents import incident_words
from admin.mailroom.incidents.incidents import act, found, show
from admin.page import Page
from admin.typed_instants import typed_instant
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import JST
from portal.domain.foundation.errors import DomainError, NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.mailroom.incidents import affected, queries, subjects
from portal.domain.mailroom.incidents.affected import Affected, Search, What
from portal.domain.mailroom.incidents.kinds import SubjectKind
from portal.domain.mailroom.incidents.models import Incident, IncidentSubject
from portal.domain.mailroom.incidents.queries import SubjectFilter
from portal.domain.mailroom.incidents.stopping import stop_codes, stop_letters
from portal.domain.mailroom.listing import PAGE, ListPage
from portal.domain.people.staff.permissions import Permission
from portal.platform.carrying_out import Again
from portal.platform.http.forms import Form
from portal.platform.view import View

SPOTS = frozenset({"numbers", "run", "batch", "theirs"})
ASKED = "incident_search"
CRITERIA = ("looked", "from_on", "from_time", "to_on", "to_time", "login", "session", "run", "page")
FIELDS = frozenset({"from_on", "to_on", "login", "session", "run"})


def add(page: Page) -> Response[Any]:
    """Add letters or codes: by number, by print run or batch, or of the listed households."""
    form, key = page.form, found(page).id
    what, by = form.get("what"), form.get("by")
    if what not in {SubjectKind.LETTER, SubjectKind.COUPON} or by not in {
        "numbers",
        "all",
        "theirs",
    }:
        form.error("add", _s("何を、どのように加えるかを選んでください。"))
        return show(page, 422)

    def service() -> None:
        if by == "theirs":
            subjects.add_theirs(page.work, key, what)
        elif what == SubjectKind.LETTER and by == "numbers":
            subjects.add_letters(page.work, key, form.get("numbers"))
        elif what == SubjectKind.LETTER:
            subjects.add_run(page.work, key, _number(form.get("run")))
        elif by == "numbers":
            subjects.add_codes(page.work, key, form.get("numbers"))
        else:
            subjects.add_batch(page.work, key, form.get("batch"))

    return carry_out_once(
        page, service, f"/incidents/{key}?said=added", Again(show, "add", SPOTS, but=NotFoundError)
    )


def _number(typed: str) -> int:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 16 else 0


def stop_all_codes(page: Page) -> Response[Any]:
    """Stop every listed code now."""
    return act(
        page,
        "stopped",
        lambda key: stop_codes(page.work, key),
        spot="stop-coupon",
    )


def stop_all_letters(page: Page) -> Response[Any]:
    """Stop every listed letter now."""
    return act(
        page,
        "stopped",
        lambda key: stop_letters(page.work, key),
        spot="stop-letter",
    )


class IncidentSubjectsView(View, frozen=True):
    """What ``admin/mailroom/incidents/incident_subjects.html`` shows."""

    row: Incident
    rows: Sequence[IncidentSubject]
    more: bool
    number: int
    kind: str
    kinds: tuple[SubjectKind, ...]
    incident_words: ModuleType
    opens: bool


def show_subjects(page: Page) -> Response[Any]:
    """List the subjects of an incident, twenty per page."""
    row = found(page)
    kind = page.query.get("kind", "")
    kind = kind if SubjectKind.known(kind) else ""
    number = max(1, _number(page.query.get("page", "")[:5]))
    rows = queries.subjects(
        page.session,
        SubjectFilter(row.id, kind),
        ListPage(number, PAGE + 1, include_protected=allowed(page, Permission.KNOW_PROTECTED)),
    )
    return page.render(
        "admin/mailroom/incidents/incident_subjects.html",
        IncidentSubjectsView(
            row=row,
            rows=rows[:PAGE],
            more=len(rows) > PAGE,
            number=number,
            kind=kind,
            kinds=tuple(SubjectKind),
            incident_words=incident_words,
            opens=allowed(page, Permission.OPEN_HOUSEHOLD),
        ),
    )


class IncidentAffectedView(View, frozen=True):
    """What ``admin/mailroom/incidents/incident_affected.html`` shows."""

    row: Incident
    result: Affected | None
    whats: tuple[What, ...]
    incident_words: ModuleType
    number: int
    since: datetime
    until: datetime
    event_name: Callable[[str], str]
    opens: bool
    of_ward: bool


def show_affected(page: Page, status_code: int = 200) -> Response[Any]:
    """Show the search of the audit log, and the result of this incident's last search."""
    row = found(page)
    result = None
    if page.method == "GET" and (kept := _kept(page, row.id)) is not None:
        page.fill(Form(kept))
        asked = _asked(page)
        result = _find(page, asked) if asked is not None else None
    since = (row.occurred_at or row.known_at).astimezone(JST)
    until = page.now.astimezone(JST)
    return page.render(
        "admin/mailroom/incidents/incident_affected.html",
        IncidentAffectedView(
            row=row,
            result=result,
            whats=tuple(What),
            incident_words=incident_words,
            number=_page(page),
            since=since,
            until=until,
            event_name=event,
            opens=allowed(page, Permission.OPEN_HOUSEHOLD),
            of_ward=allowed(page, Permission.KNOW_PROTECTED),
        ),
        status_code,
    )


def _page(page: Page) -> int:
    return max(1, _number(page.form.get("page")[:5]))


def _kept(page: Page, incident_id: int) -> dict[str, str] | None:
    """Return the last search as it was typed; None for another incident."""
    kept = page.who.auth.data.get(ASKED) if page.who.auth is not None else None
    if not kept or kept.get("incident") != str(incident_id):
        return None
    return {name: str(value) for name, value in kept.items()}


def _find(page: Page, asked: Search) -> affected.Affected | None:
    try:
        return affected.find(
            page.session,
            asked,
            ListPage(_page(page), include_protected=allowed(page, Permission.KNOW_PROTECTED)),
        )
    except DomainError as error:
        page.form.error(error.code if error.code in FIELDS else "from_on", error.message)
        return None


def search(page: Page) -> Response[Any]:
    """Search the audit log; the search is logged with the number of households found."""
    row, asked = found(page), _asked(page)
    result = _find(page, asked) if asked is not None else None
    if asked is None or result is None:
        return show_affected(page, 422)
    record(
        page.work,
        "incident.searched",
        "incident",
        row.id,
        what=asked.what.value,
        start=asked.start.isoformat(),
        end=asked.end.isoformat(),
        households=result.households,
    )
    if page.who.auth is not None:
        typed = {name: page.form.get(name) for name in CRITERIA}
        page.who.auth.data = page.who.auth.data | {ASKED: typed | {"incident": str(row.id)}}
    return page.redirect(f"/incidents/{row.id}/affected")


def keep(page: Page) -> Response[Any]:
    """Add all affected households to the incident."""
    asked = _asked(page)
    if asked is None:
        return show_affected(page, 422)
    return act(
        page,
        "added",
        lambda key: subjects.add_households(
            page.work, key, affected.household_ids(page.session, asked)
        ),
        spot="add",
    )


def _asked(page: Page) -> Search | None:
    form = page.form
    start, end = (
        typed_instant(form, "from_on", "from_time"),
        typed_instant(form, "to_on", "to_time"),
    )
    what = form.get("looked")
    numbers: dict[str, int | None] = {}
    for name in ("session", "run"):
        typed = form.get(name).strip()
        numbers[name] = _number(typed) if typed else None
        if typed and not numbers[name]:
            form.error(name, _s("番号を、数字で入力してください。"))
    if what not in set(What):
        form.error("looked", _s("何をしたかを選んでください。"))
    if not form.ok or start is None or end is None:
        return None
    return Search(start, end, What(what), form.get("login"), numbers["session"], numbers["run"])


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    write, one = Permission.HANDLE_INCIDENTS, "/incidents/{incident_id:int}"
    return [
        staff_route("GET", one + "/subjects", show_subjects, Permission.SEE_INCIDENTS),
        staff_route("POST", one + "/add", add, write, shows=show),
        staff_route("POST", one + "/stop-codes", stop_all_codes, write, shows=show),
        staff_route("POST", one + "/stop-letters", stop_all_letters, write, shows=show),
        staff_route("GET", one + "/affected", show_affected, write),
        staff_route("POST", one + "/affected/search", search, write, shows=show_affected),
        staff_route("POST", one + "/affected/keep", keep, write, shows=show_affected),
    ]
