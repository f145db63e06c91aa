"""Requests of persons that the ward hands on: their list, and the steps of each."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import allowed, number_in_address, staff_route
from admin.carrying_out import carry_out_once
from admin.marks import Mark, marks
from admin.page import Page
from portal.domain.foundation.approvals.services import Instruction
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.typed import whole_date
from portal.domain.oversight.auditing.reserved import Reserved
from portal.domain.oversight.disclosure import steps
from portal.domain.oversight.disclosure.answering import Drawn, draw_decided
from portal.domain.oversight.disclosure.case import Words, words_of
from portal.domain.oversight.disclosure.searching import Found
from portal.domain.oversight.disclosure.seen import found_by
from portal.domain.oversight.registers.models import PersonRequest, RegisterEntry
from portal.domain.oversight.registers.person_requests import (
    MEASURES,
    OUTCOMES,
    Line,
    Measure,
    Outcome,
    Reminder,
    Wanted,
    lines,
    reminders,
)
from portal.domain.oversight.registers.states import PERSON_REQUEST, PersonRequestState
from portal.domain.people.households.queries import HouseholdView, view_household
from portal.domain.people.staff.permissions import Permission
from portal.domain.people.staff.queries import staff_names
from portal.platform.carrying_out import Again
from portal.platform.view import View

PLACE = "/person-requests"
STATE_MARK = marks(
    {
        PersonRequestState.CLOSED: Mark.GOOD,
        PersonRequestState.RECEIVED: Mark.WAIT,
        PersonRequestState.SEARCH_ASKED: Mark.WAIT,
        PersonRequestState.SEARCHED: Mark.WAIT,
        PersonRequestState.DECISION_ASKED: Mark.WAIT,
        PersonRequestState.DECIDED: Mark.WAIT,
        PersonRequestState.CARRIED_OUT: Mark.WAIT,
        PersonRequestState.TOLD: Mark.WAIT,
    }
)


class RequestsView(View, frozen=True):
    """What ``admin/oversight/person_requests.html`` shows."""

    lines: Sequence[Line]
    reminders: Sequence[Reminder]
    kinds: tuple[Wanted, ...]
    state_mark: Callable[[str], Mark]
    today: date
    usual: date
    said: str


class RequestView(View, frozen=True):
    """What ``admin/oversight/person_request.html`` shows.

    ``answers``: the reader answers for the ward; ``household`` is the family's key, for these.
    ``found`` and ``family`` are for the two who searched.
    """

    row: PersonRequest
    entry: RegisterEntry
    kind: Wanted
    state: PersonRequestState
    outcome: Outcome | None
    measure: Measure | None
    answers: bool
    household: int | None
    own: bool
    actions: frozenset[str]
    found: Found | None
    family: HouseholdView | None
    said_before: Words
    outcomes: Sequence[Outcome]
    measures: Sequence[Measure]
    reserved: tuple[Reserved, ...]
    names: dict[int, str]
    state_mark: Callable[[str], Mark]
    today: date
    said: str


def show_list(page: Page, status_code: int = 200) -> Response[Any]:
    """List the requests, those that wait first, and enter another one."""
    today = jst_date(page.now)
    return page.render(
        "admin/oversight/person_requests.html",
        RequestsView(
            lines=lines(page.session),
            reminders=list(reminders(page.session, today)),
            kinds=tuple(Wanted),
            state_mark=STATE_MARK,
            today=today,
            usual=today + steps.USUAL,
            said=page.query.get("said", ""),
        ),
        status_code,
    )


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show a request, what was found, and its next step."""
    row, entry = steps.request_of(page.work, _key(page))
    answers = allowed(page, Permission.ANSWER_PERSON_REQUESTS)
    state = PersonRequestState(row.state)
    found = found_by(page.work, row) if answers else None
    outcome = Outcome.known(row.outcome or "")
    return page.render(
        "admin/oversight/person_request.html",
        RequestView(
            row=row,
            entry=entry,
            kind=Wanted(row.kind),
            state=state,
            outcome=outcome,
            measure=Measure.known(row.measure or ""),
            answers=answers,
            household=row.household_id if answers else None,
            own=_own(page, row),
            actions=_actions(row),
            found=found,
            family=view_household(page.work, found.household) if found is not None else None,
            said_before=words_of(page.work, row) if answers else Words(),
            outcomes=OUTCOMES[Wanted(row.kind)],
            measures=_measures(outcome),
            reserved=tuple(Reserved),
            names=_names(page, row),
            state_mark=STATE_MARK,
            today=jst_date(page.now),
            said=page.query.get("said", ""),
        ),
        status_code,
    )


def _actions(row: PersonRequest) -> frozenset[str]:
    return frozenset(one for one in PERSON_REQUEST.steps if PERSON_REQUEST.can(row.state, one))


def _measures(outcome: Outcome | None) -> Sequence[Measure]:
    """Return what may be said to have been done; an extract is drawn instead."""
    fitting = MEASURES[outcome] if outcome is not None else ()
    return [one for one in fitting if one is not Measure.EXTRACT]


def _names(page: Page, row: PersonRequest) -> dict[int, str]:
    people = (
        row.searched_by,
        row.searched_with,
        row.proposed_by,
        row.decided_by,
        row.done_by,
        row.told_by,
    )
    return staff_names(page.session, {key for key in people if key is not None})


def _own(page: Page, row: PersonRequest) -> bool:
    """Return whether the reader is the first of the two whom the step waits for."""
    me = page.who.staff.id if page.who.staff is not None else None
    first = {
        PersonRequestState.SEARCH_ASKED: row.searched_by,
        PersonRequestState.DECISION_ASKED: row.proposed_by,
    }
    return me is not None and first.get(PersonRequestState(row.state)) == me


def receive(page: Page) -> Response[Any]:
    """Enter a request that the ward handed on."""
    form = page.form
    day, until = _day(page, "day"), _day(page, "until")
    if day is None or until is None:
        return show_list(page, 422)
    receipt = steps.Receipt(form.get("kind"), form.get("number"), day, until)
    return carry_out_once(
        page,
        lambda: steps.receive(page.work, receipt),
        f"{PLACE}?said=received",
        Again(show_list, "kind", named=True),
    )


def begin(page: Page) -> Response[Any]:
    """Begin the steps of a request that stands in the register already."""
    key = number_in_address(page, "entry_id")
    kind = page.form.get(f"kind-{key}")
    return carry_out_once(
        page,
        lambda: steps.begin(page.work, key, kind),
        f"{PLACE}?said=begun",
        Again(show_list, f"kind-{key}", but=NotFoundError),
    )


def ask_search(page: Page) -> Response[Any]:
    """Type the number of whom it is about."""
    number = page.form.get("number")
    return _act(page, "search_asked", lambda key: steps.ask_search(page.work, key, number))


def search(page: Page) -> Response[Any]:
    """Search, as the second person."""
    number = page.form.get("number")
    return _act(page, "searched", lambda key: steps.search(page.work, key, number))


def propose(page: Page) -> Response[Any]:
    """Propose what the ward decides."""
    form = page.form
    day = _day(page, "decision_on")
    if day is None:
        return show(page, 422)
    words = Words(
        reason=form.get("reason"),
        persons=tuple(n for n in range(100) if form.get(f"person-{n}")),
        reserved=tuple(one for one in Reserved if form.get(f"reserved-{one}")),
        read=tuple(name.removeprefix("read-") for name in form.values if name.startswith("read-")),
        black=tuple(line.strip() for line in form.get("black").splitlines() if line.strip()),
        protection_considered=bool(form.get("protection_considered")),
    )
    proposal = steps.Proposal(form.get("outcome"), Instruction(form.get("decision_no"), day), words)
    return _act(page, "proposed", lambda key: steps.propose(page.work, key, proposal))


def decide(page: Page) -> Response[Any]:
    """Confirm, as the second person, what the ward decides."""
    return _act(page, "decided", lambda key: steps.decide(page.work, key))


def turn_down(page: Page) -> Response[Any]:
    """Send back what waits for a second person."""
    return _act(page, "turned_down", lambda key: steps.turn_down(page.work, key))


def reconsider(page: Page) -> Response[Any]:
    """Take a decision back before anything was done."""
    return _act(page, "reconsidered", lambda key: steps.reconsider(page.work, key))


def take_extract(page: Page) -> Response[Any]:
    """Draw the extract, and send it."""
    key, drawn = _key(page), list[Drawn]()

    def done() -> Response[Any]:
        if not drawn:  # the same form sent again: it was downloaded, and is a numbered copy
            return page.redirect(f"{PLACE}/{key}?said=drawn")
        return page.download(drawn[0].name, drawn[0].body)

    return carry_out_once(
        page,
        lambda: drawn.append(draw_decided(page.work, key)),
        done,
        Again(show, "step", but=NotFoundError),
    )


def carried_out(page: Page) -> Response[Any]:
    """Say what was done."""
    measure = page.form.get("measure")
    return _act(page, "carried_out", lambda key: steps.carry_out(page.work, key, measure))


def tell(page: Page) -> Response[Any]:
    """Record that the ward was told."""
    day = _day(page, "told_on")
    if day is None:
        return show(page, 422)
    return _act(page, "told", lambda key: steps.tell(page.work, key, day))


def close(page: Page) -> Response[Any]:
    """Close a request."""
    day = _day(page, "decision_on")
    if day is None:
        return show(page, 422)
    answer = Instruction(page.form.get("decision_no"), day)
    return _act(page, "closed", lambda key: steps.close(page.work, key, answer))


def withdraw(page: Page) -> Response[Any]:
    """Record that the person took the request back."""
    return _act(page, "withdrawn", lambda key: steps.withdraw(page.work, key))


def _act(page: Page, said: str, act: Callable[[int], None]) -> Response[Any]:
    key = _key(page)
    again = Again(show, "step", named=True, but=NotFoundError)
    return carry_out_once(page, lambda: act(key), f"{PLACE}/{key}?said={said}", again)


def _day(page: Page, field: str) -> date | None:
    day = whole_date(page.form.get(field))
    if isinstance(day, date):
        return day
    page.form.error(field, _s("日付を、2023-06-30 のように入力してください。"))
    return None


def _key(page: Page) -> int:
    return number_in_address(page, "person_request_id")


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    keep, answer = Permission.KEEP_PERSON_REQUESTS, Permission.ANSWER_PERSON_REQUESTS
    one = PLACE + "/{person_request_id:int}"
    return [
        staff_route("GET", PLACE, show_list, keep),
        staff_route("POST", PLACE + "/receive", receive, keep, shows=show_list),
        staff_route("POST", PLACE + "/begin/{entry_id:int}", begin, keep, shows=show_list),
        staff_route("GET", one, show, keep),
        staff_route("POST", one + "/ask-search", ask_search, answer, shows=show),
        staff_route("POST", one + "/search", search, answer, shows=show),
        staff_route("POST", one + "/propose", propose, answer, shows=show),
        staff_route("POST", one + "/decide", decide, answer, shows=show),
        staff_route("POST", one + "/turn-down", turn_down, answer, shows=show),
        staff_route("POST", one + "/reconsider", reconsider, answer, shows=show),
        staff_route("POST", one + "/extract", take_extract, answer, shows=show),
        staff_route("POST", one + "/carried-out", carried_out, keep, shows=show),
        staff_route("POST", one + "/tell", tell, keep, shows=show),
        staff_route("POST", one + "/close", close, answer, shows=show),
        staff_route("POST", one + "/withdraw", withdraw, answer, shows=show),
    ]
