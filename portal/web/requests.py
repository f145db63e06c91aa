"""My requests: what was asked for, where it stands, what happens next, the receipt, and taking it back."""

from dataclasses import dataclass
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from portal.domain.call_desk.acting.kinds import Act
from portal.domain.call_desk.acting.receipts import acts_of_household
from portal.domain.call_desk.acting.sayings import name_of
from portal.domain.casework.review_kinds import rules_of
from portal.domain.clock import jst_date
from portal.domain.errors import NotFoundError, WrongStateError
from portal.domain.program.day_text import format_day
from portal.domain.program.hours_text import instant_text
from portal.domain.redeliveries import review as redeliveries
from portal.domain.requests.kinds import ALTERNATIVE, DECLINE, OF_RESIDENTS, REDELIVERY, kind_name
from portal.domain.requests.models import Request
from portal.domain.requests.queries import own_request, requests_of
from portal.domain.requests.services import reply_of
from portal.domain.requests.words import entered_words, next_words, state_words
from portal.domain.texts import _
from portal.platform.page import Page
from portal.platform.routes import endpoint
from portal.web.access import signed_in
from portal.web.activation import own_credential

ACCESS = "signed_in"
OWN_PAGES = {DECLINE: "/decline/received/{}", ALTERNATIVE: "/alternative/received/{}"}
"""Kinds with a page of their own, where they are corrected and taken back with a one-time code."""


@dataclass(frozen=True, slots=True)
class Line:
    """One request in the list; ``coming`` is what happens next."""

    kind: str
    receipt_no: str
    day: str
    state: str
    coming: str
    entered: str


@dataclass(frozen=True, slots=True)
class ActLine:
    """One thing that the call desk did for the household, and that is no request."""

    name: str
    receipt_no: str
    day: str
    entered: str


def show_list(page: Page, status_code: int = 200) -> Response[Any]:
    """List the household's requests, newest first."""
    found = requests_of(page.session, own_credential(page).household_id)
    lines = [_line(page, row) for row in found if row.kind in OF_RESIDENTS]
    return page.render("portal/requests.html", status_code, lines=lines, acts=_acts(page))


def _acts(page: Page) -> list[ActLine]:
    """Return what was done on the telephone: whoever did not ask for it notices it here."""
    found = acts_of_household(page.session, own_credential(page).household_id)
    return [
        ActLine(
            name_of(Act(row.act)), row.receipt_no, format_day(jst_date(row.done_at)), entered_words(row.channel)
        )
        for row in found
        if row.subject != "request"
    ]  # fmt: skip


def _line(page: Page, row: Request) -> Line:
    coming = next_words(rules_of(row.kind).steps_of(page.session, row))
    day = format_day(jst_date(row.received_at))
    entered = entered_words(row.channel) if row.entered_by is not None else ""
    return Line(kind_name(row.kind), row.receipt_no, day, state_words(row), coming, entered)


def _own(page: Page) -> Request:
    return own_request(page.session, own_credential(page).household_id, str(page.params["receipt_no"])[:20])


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show one request with its steps, what the staff wrote, and what the resident can do."""
    row = _own(page)
    rules = rules_of(row.kind)
    reason = rules.REASONS.get(row.reply or "")
    is_redelivery = row.kind == REDELIVERY
    return page.render(
        "portal/request.html", status_code, request=row, kind=kind_name(row.kind), state=state_words(row),
        steps=rules.steps_of(page.session, row), reason=reason() if reason is not None else "",
        reply=reply_of(page.site.vault, row), said=page.query.get("said", ""), instant=instant_text,
        entered=entered_words(row.channel) if row.entered_by is not None else "", own_page=OWN_PAGES.get(row.kind, "").format(row.receipt_no),
        can_answer=is_redelivery and redeliveries.can_answer(page.session, row),
        can_withdraw=is_redelivery and redeliveries.can_withdraw(page.session, row),
    )  # fmt: skip


def withdraw(page: Page) -> Response[Any]:
    """Take a redelivery back; pressed twice it is one effect."""
    return _act(page, "withdrawn")


def answer(page: Page) -> Response[Any]:
    """Say whether a request without sign-in is one's own."""
    return _act(page, "mine" if page.form.get("mine") == "yes" else "not_mine")


def _act(page: Page, said: str) -> Response[Any]:
    row = _own(page)
    if row.kind != REDELIVERY:
        raise NotFoundError(_("お探しのページは見つかりませんでした。"))
    who = (row.id, own_credential(page).household_id, page.actor, page.now)
    session, vault, program = page.session, page.site.vault, page.site.program
    try:
        with session.begin_nested():
            if said == "withdrawn":
                redeliveries.withdraw(session, vault, program, *who)
            else:
                redeliveries.answer(session, vault, program, *who, mine=said == "mine")
    except WrongStateError as error:
        if not _said_before(page, row, said):
            page.form.error("steps", error.message)
            return show(page, 409)
    return page.redirect(f"/requests/{row.receipt_no}?said={said}")


def _said_before(page: Page, row: Request, said: str) -> bool:
    """Tell whether the same button was pressed a moment ago."""
    page.session.refresh(row)
    if said == "mine":
        return redeliveries.was_confirmed(page.session, row)
    return row.result == "withdrawn"


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    one = "/requests/{receipt_no:str}"
    return [
        endpoint("GET", "/requests", show_list, signed_in, ACCESS),
        endpoint("GET", one, show, signed_in, ACCESS),
        endpoint("POST", one + "/withdraw", withdraw, signed_in, ACCESS, shows=show),
        endpoint("POST", one + "/answer", answer, signed_in, ACCESS, shows=show),
    ]
