"""Rehearsals: an invented caller beside the real pages, in a training world alone."""

from collections.abc import Mapping, Sequence
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Struct

from admin.access import allowed, number_in_address, staff_route
from admin.carrying_out import carry_out_once
from admin.page import Page
from portal.domain.contacts.calls.kinds import CallLanguage
from portal.domain.foundation.errors import NotFoundError
from portal.domain.oversight.rehearsals import queries, services
from portal.domain.oversight.rehearsals.models import Rehearsal
from portal.domain.oversight.rehearsals.scenarios import (
    Point,
    Scenario,
    ScenarioKey,
    Spoken,
    scenarios,
)
from portal.domain.oversight.rehearsals.states import PASSED, RehearsalState
from portal.domain.people.staff.permissions import Permission
from portal.domain.people.staff.queries import staff_names
from portal.platform.carrying_out import Again
from portal.platform.view import View


class Scored(Struct, frozen=True):
    """A point of the guide, and whether the records show it."""

    point: Point
    met: bool


class RehearsalsView(View, frozen=True):
    """What ``admin/oversight/rehearsals/rehearsals.html`` shows."""

    here: bool
    callers: Sequence[ScenarioKey]
    going: Rehearsal | None
    passed: frozenset[str]
    rows: Sequence[Rehearsal]
    everybody: bool
    names: Mapping[int, str]
    titles: Mapping[str, str]
    states: Mapping[str, str]
    counts: Mapping[str, int]


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """List the invented callers and one's own results; a lead sees everybody's."""
    lead = allowed(page, Permission.SUPERVISE_CALLS)
    own = page.actor.id or 0
    rows = queries.latest(page.session, None if lead else own)
    return page.render(
        "admin/oversight/rehearsals/rehearsals.html",
        RehearsalsView(
            here=services.is_training_world(page.work),
            callers=list(ScenarioKey),
            going=services.going(page.session, own),
            passed=queries.passed_by(page.session, own),
            rows=rows,
            everybody=lead,
            names=staff_names(page.session, {row.staff_id for row in rows}),
            titles={key.value: key.label for key in ScenarioKey},
            states={state.value: state.label for state in RehearsalState},
            counts={key.value: len(one.points) for key, one in scenarios().items()},
        ),
        status_code,
    )


def begin(page: Page) -> Response[Any]:
    """Let an invented caller call."""
    return carry_out_once(
        page,
        lambda: services.begin(page.work, page.form.get("scenario")),
        lambda: page.redirect(_place_of_own(page)),
        Again(show, "scenario", but=NotFoundError),
    )


def _place_of_own(page: Page) -> str:
    row = services.going(page.session, page.actor.id or 0)
    return f"/rehearsals/{row.id}" if row is not None else "/rehearsals"


class RehearsalView(View, frozen=True):
    """What ``admin/oversight/rehearsals/rehearsal.html`` shows."""

    row: Rehearsal
    scenario: Scenario
    language: CallLanguage
    lines: Sequence[Spoken]
    scored: Sequence[Scored]
    passed: bool
    trained: bool


def show_one(page: Page, status_code: int = 200) -> Response[Any]:
    """Show what the caller says; after the score also the trap and the points."""
    row = services.own(page.session, number_in_address(page, "rehearsal_id"), page.actor.id or 0)
    scenario = scenarios()[ScenarioKey(row.scenario)]
    said = services.caller_facts(page.work, row).words
    return page.render(
        "admin/oversight/rehearsals/rehearsal.html",
        RehearsalView(
            row=row,
            scenario=scenario,
            language=scenario.language,
            lines=[Spoken(one.spoken % said, one.japanese % said) for one in scenario.lines],
            scored=[Scored(point, point.value in row.met) for point in scenario.points],
            passed=row.state == PASSED,
            trained=row.entry_id is not None,
        ),
        status_code,
    )


def finish(page: Page) -> Response[Any]:
    """Score the rehearsal."""
    key = number_in_address(page, "rehearsal_id")
    return carry_out_once(
        page,
        lambda: services.finish(page.work, key),
        f"/rehearsals/{key}",
        Again(show_one, "step", status=409, but=NotFoundError),
    )


def drop(page: Page) -> Response[Any]:
    """Give the rehearsal up."""
    key = number_in_address(page, "rehearsal_id")
    return carry_out_once(
        page,
        lambda: services.drop(page.work, key),
        "/rehearsals",
        Again(show_one, "step", status=409, but=NotFoundError),
    )


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    handle, one = Permission.HANDLE_CALLS, "/rehearsals/{rehearsal_id:int}"
    return [
        staff_route("GET", "/rehearsals", show, handle),
        staff_route("POST", "/rehearsals/begin", begin, handle, shows=show),
        staff_route("GET", one, show_one, handle),
        staff_route("POST", one + "/finish", finish, handle, shows=show_one),
        staff_route("POST", one + "/drop", drop, handle, shows=show_one),
    ]
