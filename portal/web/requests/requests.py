"""Pages of a household's requests: the list, one request with its status and steps, withdrawal."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Struct

from portal.domain.desk.call_desk.acting.kinds import Act
from portal.domain.desk.call_desk.acting.receipts import acts_of_household
from portal.domain.desk.call_desk.acting.spoken_texts import name_of
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import NotFoundError, WrongStateError
from portal.domain.foundation.program.day_text import format_day
from portal.domain.foundation.program.hours_text import instant_text
from portal.domain.foundation.texts import _
from portal.domain.people.signin.letter_requests import letter_requests, letter_state
from portal.domain.requests.all_kinds import kind_of
from portal.domain.requests.alternatives import services as alternatives
from portal.domain.requests.declines import services as declines
from portal.domain.requests.declines.items import items_of as decline_items
from portal.domain.requests.declines.states import DeclineState
from portal.domain.requests.redeliveries import review as redeliveries
from portal.domain.requests.redeliveries.services import confirm_own
from portal.domain.requests.redeliveries.services import withdraw as withdraw_redelivery
from portal.domain.requests.requests.kinds import OF_RESIDENTS, RequestKind, Result, kind_name
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.queries import own_request, requests_of
from portal.domain.requests.requests.services import reply_of
from portal.domain.requests.requests.states import RequestState
from portal.domain.requests.requests.steps import Step
from portal.domain.requests.requests.words import entered_words, next_words, state_words
from portal.platform.routes import endpoint
from portal.platform.view import View
from portal.resident_page import Page, with_family
from portal.web.access import signed_in
from portal.web.coupons.home import READ
from portal.web.coupons.tickets import tickets_of_household
from portal.web.coupons.ways_left import WaysLeft, ways_left
from portal.web.requests.alternative import names_of
from portal.web.requests.request_documents import children_of, declared_online
from portal.web.signin.activation import own_credential

ACCESS = "signed_in"


class Line(Struct, frozen=True):
    """One request in the list; ``coming`` is what happens next."""

    kind: str
    receipt_no: str
    children: list[str]
    day: str
    state: str
    coming: str
    entered: str


class ActLine(Struct, frozen=True):
    """An action of the call desk for the household that is no request."""

    name: str
    receipt_no: str
    day: str
    entered: str


class LetterLine(Struct, frozen=True):
    """One request for a new letter: it has no steps, but the household looks for it here too."""

    receipt_no: str
    day: str
    state: str
    coming: str


class RequestsView(View, frozen=True):
    """What ``portal/requests/requests.html`` shows."""

    lines: Sequence[Line]
    letters: Sequence[LetterLine]
    acts: Sequence[ActLine]
    left: WaysLeft


def show_list(page: Page, status_code: int = 200) -> Response[Any]:
    """List the household's requests, newest first."""
    found = requests_of(page.session, own_credential(page).household_id)
    names = names_of(page)
    lines = [_line(page, row, names) for row in found if row.kind in OF_RESIDENTS]
    left = ways_left(page, tickets_of_household(page))
    view = RequestsView(lines=lines, letters=_letters(page), acts=_acts(page), left=left)
    return page.render("portal/requests/requests.html", view, status_code)


def _letters(page: Page) -> list[LetterLine]:
    return [
        LetterLine(
            task.receipt_no,
            format_day(jst_date(task.created_at)),
            letter_state(task),
            _("担当者が確認してから、新しい手紙を送ります。") if task.state == "open" else "",
        )
        for task in letter_requests(page.session, own_credential(page).household_id, page.now)
    ]


def _acts(page: Page) -> list[ActLine]:
    """Return what was done on the telephone, so that the household notices another's call."""
    found = acts_of_household(page.session, own_credential(page).household_id)
    return [
        ActLine(
            name_of(Act(row.act)),
            row.receipt_no,
            format_day(jst_date(row.done_at)),
            entered_words(row.channel),
        )
        for row in found
        if row.subject != "request"
    ]


def _line(page: Page, row: Request, names: dict[int, str]) -> Line:
    coming = next_words(kind_of(row.kind).steps_of(page.session, row))
    day = format_day(jst_date(row.received_at))
    entered = entered_words(row.channel) if row.entered_by is not None else ""
    children = [name for name, _product in children_of(page, row, names)]
    return Line(
        kind_name(row.kind), row.receipt_no, children, day, state_words(row), coming, entered
    )


def _possible(page: Page, row: Request) -> list[tuple[str, str]]:
    """Return what can be done about a request on pages of its kind: address and label."""
    found: list[tuple[str, str]] = []
    if row.kind == RequestKind.DECLINE:
        items = decline_items(page.session, row.id)
        if any(item.state == DeclineState.RETURNED_FOR_CORRECTION for item in items):
            found.append(("/decline/choose", _("直して、もう一度送る")))
        elif row.state == RequestState.WITH_RESIDENT and not items:
            found.append(("/decline", _("辞退の手続きへ進む")))
        if declines.can_withdraw(page.work, row, items):
            found.append((f"/decline/withdraw/{row.receipt_no}", _("辞退を取り下げる")))
    if row.kind == RequestKind.ALTERNATIVE:
        if row.state == RequestState.WITH_RESIDENT:
            found.append((f"/alternative/correct/{row.receipt_no}", _("直して、もう一度送る")))
        if alternatives.can_withdraw(page.session, row):
            back = _("紙の代替品の申し込みを取り下げる")
            found.append((f"/alternative/withdraw/{row.receipt_no}", back))
    return found


def _own(page: Page) -> Request:
    return own_request(
        page.session, own_credential(page).household_id, str(page.params["receipt_no"])[:20]
    )


class RequestView(View, frozen=True):
    """What ``portal/requests/request.html`` shows."""

    request: Request
    kind: str
    state: str
    steps: Sequence[Step]
    reason: str
    reply: str
    said: str
    instant: Callable[[datetime], str]
    entered: str
    possible: Sequence[tuple[str, str]]
    children: Sequence[str]
    is_form: bool
    can_answer: bool
    can_withdraw: bool


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show one request with its steps, what the staff wrote, and what the resident can do."""
    row = _own(page)
    kind = kind_of(row.kind)
    reason = kind.reasons.known(row.reply)
    is_redelivery = row.kind == RequestKind.REDELIVERY
    return page.render(
        "portal/requests/request.html",
        RequestView(
            request=row,
            kind=kind_name(row.kind),
            state=state_words(row),
            steps=kind.steps_of(page.session, row),
            reason=reason.label if reason is not None else "",
            reply=reply_of(page.site.vault, row),
            said=page.query.get("said", ""),
            instant=instant_text,
            entered=entered_words(row.channel) if row.entered_by is not None else "",
            possible=_possible(page, row),
            children=[name for name, _product in children_of(page, row, names_of(page))],
            is_form=declared_online(row),
            can_answer=is_redelivery and redeliveries.can_answer(page.session, row),
            can_withdraw=is_redelivery and redeliveries.can_withdraw(page.session, row),
        ),
        status_code,
    )


def withdraw(page: Page) -> Response[Any]:
    """Withdraw a redelivery; pressing twice has one effect."""
    return _act(page, "withdrawn")


def answer(page: Page) -> Response[Any]:
    """Confirm or deny that a request without sign-in is one's own."""
    return _act(page, "mine" if page.form.get("mine") == "yes" else "not_mine")


def _act(page: Page, said: str) -> Response[Any]:
    row = _own(page)
    if row.kind != RequestKind.REDELIVERY:
        raise NotFoundError(_("お探しのページは見つかりませんでした。"))
    household_id = own_credential(page).household_id
    try:
        with page.session.begin_nested():
            act = confirm_own if said == "mine" else withdraw_redelivery
            act(page.work, row.id, household_id)
    except WrongStateError:
        if not _said_before(page, row, said):
            page.form.error(
                "steps",
                _(
                    "この申請は、画面を開いたあとに変わりました。いまの様子を、"
                    "下で確認してください。"
                ),
            )
            return show(page, 409)
    return page.redirect(f"/requests/{row.receipt_no}?said={said}")


def _said_before(page: Page, row: Request, said: str) -> bool:
    """Tell whether the same button was pressed a moment ago."""
    page.session.refresh(row)
    if said == "mine":
        return redeliveries.was_confirmed(page.session, row)
    return row.result == Result.WITHDRAWN


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    one = "/requests/{receipt_no:str}"
    return [
        endpoint("GET", "/requests", show_list, signed_in, ACCESS, load=with_family(READ)),
        endpoint("GET", one, show, signed_in, ACCESS),
        endpoint("POST", one + "/withdraw", withdraw, signed_in, ACCESS, shows=show),
        endpoint("POST", one + "/answer", answer, signed_in, ACCESS, shows=show),
    ]
