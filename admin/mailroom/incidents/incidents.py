"""Pages of the register of incidents with their deadlines.

An incident is opened, described in nine fields, reported to the ward, contained and closed.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import ModuleType
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import allowed, number_in_address, post_key, staff_route
from admin.carrying_out import carry_out_once
from admin.mailroom.incidents import incident_words
from admin.page import Page
from admin.typed_instants import typed_instant
from portal.domain.foundation.audit.services import earlier_result, keep_result
from portal.domain.foundation.clock import JST
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.program.schema import Contact
from portal.domain.mailroom.incidents import papers, queries, register, site_notices
from portal.domain.mailroom.incidents.clocks import Hand
from portal.domain.mailroom.incidents.kinds import (
    IncidentKind,
    ReportField,
    ReportKind,
    SubjectKind,
)
from portal.domain.mailroom.incidents.models import (
    Incident,
    IncidentReport,
    IncidentSubject,
    SiteNotice,
)
from portal.domain.mailroom.incidents.queries import DueClock, SubjectFilter, Touched
from portal.domain.mailroom.incidents.register import Description, Opening
from portal.domain.mailroom.incidents.states import INCIDENT, IncidentState
from portal.domain.mailroom.listing import PAGE, ListPage
from portal.domain.people.staff.permissions import Permission
from portal.domain.people.staff.queries import staff_names
from portal.platform.carrying_out import Again
from portal.platform.view import View

MOST = 20
STOPPABLE = (SubjectKind.LETTER, SubjectKind.COUPON)
FAULTS = frozenset({"kind", "known_on", "occurred_on", "told_on", *ReportField})


class IncidentsView(View, frozen=True):
    """What ``admin/mailroom/incidents/incidents.html`` shows."""

    rows: Sequence[Incident]
    more: bool
    number: int
    state: str
    states: tuple[IncidentState, ...]
    counts: Mapping[str, int]
    due: Sequence[DueClock]
    incident_words: ModuleType
    may_write: bool


def show_list(page: Page) -> Response[Any]:
    """List incidents, the latest known first, with the deadlines not met yet."""
    state = page.query.get("state", "")
    state = state if IncidentState.known(state) else ""
    typed = page.query.get("page", "")
    number = int(typed) if typed.isascii() and typed.isdigit() and 0 < len(typed) < 6 else 1
    rows = queries.incidents(page.session, ListPage(number, PAGE + 1), state=state)
    return page.render(
        "admin/mailroom/incidents/incidents.html",
        IncidentsView(
            rows=rows[:PAGE],
            more=len(rows) > PAGE,
            number=number,
            state=state,
            states=tuple(IncidentState),
            counts=queries.state_counts(page.session),
            due=queries.due_clocks(page.session, page.now),
            incident_words=incident_words,
            may_write=allowed(page, Permission.HANDLE_INCIDENTS),
        ),
    )


class IncidentNewView(View, frozen=True):
    """What ``admin/mailroom/incidents/incident_new.html`` shows."""

    kinds: tuple[IncidentKind, ...]
    incident_words: ModuleType
    today: str
    at: str
    contact: Contact


def show_new(page: Page, status_code: int = 200) -> Response[Any]:
    """Show the form for a new incident: what happened, and since when it is known."""
    now = page.now.astimezone(JST)
    return page.render(
        "admin/mailroom/incidents/incident_new.html",
        IncidentNewView(
            kinds=tuple(IncidentKind),
            incident_words=incident_words,
            today=f"{now:%Y-%m-%d}",
            at=f"{now:%H:%M}",
            contact=page.site.program.contact,
        ),
        status_code,
    )


def submit(page: Page) -> Response[Any]:
    """Open an incident; a repeated submission opens it once."""
    form, key = page.form, post_key(page)
    known = typed_instant(form, "known_on", "known_time")
    occurred = (
        typed_instant(form, "occurred_on", "occurred_time")
        if form.get("occurred_on").strip()
        else None
    )
    if not form.ok or known is None:
        return show_new(page, 422)
    opening = Opening(
        form.get("kind"), known, occurred, form.get("malicious") == "1", form.get("summary")
    )

    def service() -> None:
        row = register.open_incident(page.work, opening)
        keep_result(page.session, key, str(row.id))

    return carry_out_once(
        page,
        service,
        lambda: page.redirect(f"/incidents/{earlier_result(page.session, key)}?said=opened"),
        Again(show_new, "kind", FAULTS),
    )


def found(page: Page) -> Incident:
    """Return the incident in the page's address. Raises NotFoundError."""
    return register.incident_by_id(page.session, number_in_address(page, "incident_id"))


class IncidentView(View, frozen=True):
    """What ``admin/mailroom/incidents/incident.html`` shows."""

    row: Incident
    clocks: Sequence[Hand]
    fields_of: Mapping[str, str]
    names_of_fields: tuple[ReportField, ...]
    touched: Touched
    subjects: Sequence[IncidentSubject]
    page_of: int
    reports: Sequence[IncidentReport]
    because: Mapping[int, str]
    most: int
    kinds_of_reports: tuple[ReportKind, ...]
    notices: Sequence[SiteNotice]
    text_of: Callable[[SiteNotice], str]
    names: Mapping[int, str]
    can: set[str]
    said: str
    me: int
    incident_words: ModuleType
    may_write: bool
    may_confirm: bool
    may_tell: bool
    contact: Contact
    stoppable: tuple[SubjectKind, ...]


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show an incident: deadlines, fields, subjects with results, reports and notices."""
    row = found(page)
    session = page.session
    reports = queries.reports_of(session, row.id)
    listed = ListPage(include_protected=allowed(page, Permission.KNOW_PROTECTED))
    people = {
        row.opened_by,
        *(one.written_by for one in reports),
        *(one.decided_by or 0 for one in reports),
    }
    return page.render(
        "admin/mailroom/incidents/incident.html",
        IncidentView(
            row=row,
            clocks=queries.clocks_of(session, row, page.now),
            fields_of=register.fields_of(page.site.vault, row),
            names_of_fields=tuple(ReportField),
            touched=queries.touched(session, row.id),
            subjects=queries.subjects(session, SubjectFilter(row.id), listed),
            page_of=PAGE,
            reports=reports,
            because={one.id: papers.given_back_because(page.work, one) for one in reports[:MOST]},
            most=MOST,
            kinds_of_reports=tuple(ReportKind),
            notices=site_notices.notices(session, ListPage(), incident_id=row.id),
            text_of=lambda notice: site_notices.texts_of(notice)["ja"],
            names=staff_names(session, people),
            can={action for action in INCIDENT.steps if INCIDENT.can(row.state, action)},
            said=page.query.get("said", ""),
            me=page.who.staff.id if page.who.staff is not None else 0,
            incident_words=incident_words,
            may_write=allowed(page, Permission.HANDLE_INCIDENTS),
            may_confirm=allowed(page, Permission.CONFIRM_INCIDENT_REPORTS),
            may_tell=allowed(page, Permission.PUBLISH_SITE_NOTICES),
            contact=page.site.program.contact,
            stoppable=STOPPABLE,
        ),
        status_code,
    )


def write_fields(page: Page) -> Response[Any]:
    """Write the nine fields."""
    form = page.form
    texts = {name.value: form.get(name) for name in ReportField if name in form.values}
    return act(
        page,
        "written",
        lambda key: register.write_fields(
            page.work, key, Description(texts, malicious=form.get("malicious") == "1")
        ),
    )


def tell_ward(page: Page) -> Response[Any]:
    """Record when the ward was informed."""
    informed: datetime | None = page.now
    if page.form.get("told_on").strip():
        informed = typed_instant(page.form, "told_on", "told_time")
    if informed is None:
        return show(page, 422)
    at = informed
    return act(page, "told", lambda key: register.tell_ward(page.work, key, at))


def contain(page: Page) -> Response[Any]:
    """Record that the incident is contained."""
    return act(page, "contained", lambda key: register.contain(page.work, key))


def close(page: Page) -> Response[Any]:
    """Close an incident."""
    return act(page, "closed", lambda key: register.close(page.work, key))


def reopen(page: Page) -> Response[Any]:
    """Reopen an incident."""
    return act(page, "reopened", lambda key: register.reopen(page.work, key))


def act(
    page: Page, said: str, step: Callable[[int], object], *, spot: str = "steps"
) -> Response[Any]:
    """Carry out a step once.

    A refusal is shown on the incident's page, beside its field or at ``spot``.
    """
    row = found(page)
    return carry_out_once(
        page,
        lambda: step(row.id),
        f"/incidents/{row.id}?said={said}",
        Again(show, spot, FAULTS, but=NotFoundError),
    )


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    see, write, one = (
        Permission.SEE_INCIDENTS,
        Permission.HANDLE_INCIDENTS,
        "/incidents/{incident_id:int}",
    )
    return [
        staff_route("GET", "/incidents", show_list, see),
        staff_route("GET", "/incidents/new", show_new, write),
        staff_route("POST", "/incidents/new/submit", submit, write, shows=show_new),
        staff_route("GET", one, show, see),
        staff_route("POST", one + "/fields", write_fields, write, shows=show),
        staff_route("POST", one + "/tell", tell_ward, write, shows=show),
        staff_route("POST", one + "/contain", contain, write, shows=show),
        staff_route("POST", one + "/close", close, write, shows=show),
        staff_route("POST", one + "/reopen", reopen, write, shows=show),
    ]
