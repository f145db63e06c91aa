"""Calls: starting with one key, hanging up, the after-call form, today's list, corrections."""

from collections.abc import Mapping, Sequence
from datetime import date
from types import ModuleType
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import allowed, first_post, number_in_address, staff_route
from admin.call_bar import DEFAULTS
from admin.contacts import call_form, escalation_words
from admin.contacts.call_form import chosen
from admin.desk.in_call import act_words
from admin.desk.in_call.follow_ups import FollowUpsView, after_finish, follow_ups_of
from admin.page import Page
from portal.domain.contacts.calls import finishing, queries, services, written
from portal.domain.contacts.calls.categories import CATEGORIES, Topic
from portal.domain.contacts.calls.description import LINE_MAX, CallDescription
from portal.domain.contacts.calls.kinds import (
    CallChannel,
    CallLanguage,
    Direction,
    Result,
)
from portal.domain.contacts.calls.macros import WRITE_UPS, Macro, WriteUp, likeliest_first
from portal.domain.contacts.calls.models import Call, CallHousehold
from portal.domain.contacts.calls.queries import DayOfCalls
from portal.domain.contacts.calls.states import AFTER_CALL, ENDED
from portal.domain.contacts.escalations.kinds import Outcome
from portal.domain.desk.call_desk import ending
from portal.domain.desk.call_desk.acting.receipts import acts_of_call
from portal.domain.desk.call_desk.models import DeskAct
from portal.domain.desk.call_desk.proposing import propose
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import ConflictError, InputError, NotFoundError
from portal.domain.foundation.program.hours_text import reception_text
from portal.domain.foundation.texts import _s
from portal.domain.people.staff.models import StaffUser
from portal.domain.people.staff.permissions import Permission
from portal.domain.people.staff.queries import staff_names, staff_user
from portal.domain.people.tasks.kinds import TaskKind
from portal.platform.view import View

AFTER_START = "/desk"
"""Where a call continues: the search."""


def _staff_id(page: Page) -> int:
    return page.who.staff.id if page.who.staff is not None else 0


def _number(typed: str) -> int:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 16 else 0


class CallsView(View, frozen=True):
    """What ``admin/contacts/calls/calls.html`` shows."""

    calls: Sequence[Call]
    more: bool
    everybody: bool
    leads: bool
    names: Mapping[int, str]
    said: str
    today: date
    undescribed: Sequence[Call]
    channels: Sequence[CallChannel]
    directions: Sequence[Direction]
    spoken: Sequence[CallLanguage]


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show today's calls of this person (a lead may see everybody's).

    The page also starts a call that is not the usual one.
    """
    leads = allowed(page, Permission.SUPERVISE_CALLS)
    everybody = leads and page.query.get("who") == "all"
    rows = queries.calls_of_day(
        page.session,
        DayOfCalls(jst_date(page.now), None if everybody else _staff_id(page)),
        before=_number(page.query.get("before", "")),
    )
    return page.render(
        "admin/contacts/calls/calls.html",
        CallsView(
            calls=rows[: queries.PAGE],
            more=len(rows) > queries.PAGE,
            everybody=everybody,
            leads=leads,
            names=staff_names(page.session, {row.agent_id for row in rows}) if everybody else {},
            said=page.query.get("said", ""),
            today=jst_date(page.now),
            undescribed=queries.undescribed(page.session, _staff_id(page), page.now),
            channels=list(CallChannel),
            directions=list(Direction),
            spoken=list(CallLanguage),
        ),
        status_code,
    )


def start(page: Page) -> Response[Any]:
    """Start a call with the values of the bar's button or the form."""
    form = page.form
    try:
        with page.session.begin_nested():
            if first_post(page):
                services.start_call(page.work, _described(page, CallDescription()))
    except InputError as error:
        form.error("line", error.message)
        return show(page, 422)
    except ConflictError as error:
        form.error("start", error.message)
        return show(page, 409)
    if page.who.auth is not None and form.get("keep") == "1":
        language = chosen(CallLanguage, form.get("language"), CallLanguage.JA)
        kept = {"line": form.get("line").strip()[:LINE_MAX], "language": language.value}
        page.who.auth.data = page.who.auth.data | {DEFAULTS: kept}
    return page.redirect(AFTER_START)


def _described(page: Page, otherwise: CallDescription) -> CallDescription:
    """Return the description that was typed; what is not known is as ``otherwise``."""
    form = page.form
    return CallDescription(
        channel=chosen(CallChannel, form.get("channel"), otherwise.channel),
        direction=chosen(Direction, form.get("direction"), otherwise.direction),
        language=chosen(CallLanguage, form.get("language"), otherwise.language),
        line=form.get("line"),
    )


def hang_up(page: Page) -> Response[Any]:
    """End the conversation, or find it ended, and continue with the after-call form."""
    call = services.locked_own(page.work, _number(page.form.get("call_id")))
    if call.state != AFTER_CALL:
        services.hang_up(page.work, call.id)
    return page.redirect("/calls/finish")


def describe(page: Page) -> Response[Any]:
    """Correct language, line or channel of the active call."""
    call = services.locked_own(page.work, _number(page.form.get("call_id")))
    before = CallDescription(
        CallChannel(call.channel), Direction(call.direction), CallLanguage(call.language)
    )
    services.describe(page.work, call.id, _described(page, before))
    return page.redirect(
        f"/desk/{shown}" if (shown := queries.opened_last(page.session, call.id)) else AFTER_START
    )


class CallFinishView(View, frozen=True):
    """What ``admin/contacts/calls/call_finish.html`` shows."""

    call: Call
    suggested: Sequence[Topic]
    macros: Sequence[tuple[Macro, WriteUp]]
    categories: Mapping[str, tuple[str, ...]]
    results: Sequence[Result]
    action: str
    correcting: bool
    reception: str
    outcomes: Sequence[Outcome]
    escalation_words: ModuleType


def show_finish(page: Page, status_code: int = 200) -> Response[Any]:
    """Show the after-call form, prefilled from what was done in the call."""
    call = page.who.call
    if call is None:
        return page.redirect("/calls")
    proposal = propose(page.session, call)
    called_for = ending.unsettled(page.session, call)
    if page.method == "GET":
        page.form.values = call_form.proposed_values(proposal)
        if called_for is not None and called_for.kind == TaskKind.UNMATCHED:
            page.form.values["office"] = call_form.YES
    return page.render(
        "admin/contacts/calls/call_finish.html",
        CallFinishView(
            call=call,
            suggested=proposal.topics,
            macros=[(one, WRITE_UPS[one]) for one in likeliest_first(proposal.topics)],
            categories=CATEGORIES,
            results=list(Result),
            action="/calls/finish/submit",
            correcting=False,
            reception=reception_text(page.site.program.calendar, jst_date(page.now)),
            outcomes=list(Outcome) if called_for is not None else [],
            escalation_words=escalation_words,
        ),
        status_code,
    )


def finish(page: Page) -> Response[Any]:
    """End the call with its after-call record."""
    after = call_form.read_macro(page.form, call_form.read(page.form))
    tried = call_form.read_try(page.form)
    try:
        with page.session.begin_nested():
            if page.form.ok and first_post(page):
                ending.end_call(page.work, _number(page.form.get("call_id")), after, tried)
    except finishing.FieldsError as error:
        call_form.put_faults(page.form, error.faults)
    if not page.form.ok:
        return show_finish(page, 422)
    return page.redirect(
        after_finish(page, _number(page.form.get("call_id"))) or "/calls?said=finished"
    )


def _found(page: Page) -> Call:
    leads = allowed(page, Permission.SUPERVISE_CALLS)
    call = queries.find_call(
        page.session,
        number_in_address(page, "call_id"),
        agent_id=None if leads else _staff_id(page),
    )
    if call is None:
        raise NotFoundError(_s("この受付は見つかりませんでした。"))
    return call


class CallPageView(View, frozen=True):
    """What ``admin/contacts/calls/call.html`` shows."""

    shows_matched: bool
    acts: Sequence[DeskAct]
    act_words: ModuleType
    call: Call
    mine: bool
    correctable: bool
    has_words: bool
    words_shown: Mapping[str, str]
    households: Sequence[CallHousehold]
    agent: StaffUser | None
    said: str
    follow_ups: FollowUpsView


def show_call(page: Page, status_code: int = 200) -> Response[Any]:
    """Show one call; its text only to its agent on that day, or on demand."""
    call = _found(page)
    mine = call.agent_id == _staff_id(page)
    correctable = mine and call.state == ENDED and finishing.may_correct(call, page.now)
    asked = page.who.auth is not None and page.who.auth.data.get("read_call") == call.id
    has_words = call.sealed is not None
    shown = CallPageView(
        # callers are verified blindly: the agent of a call never learns, not even later, which
        # answers were right
        shows_matched=allowed(page, Permission.SUPERVISE_CALLS) and not mine,
        acts=acts_of_call(page.session, call.id),
        act_words=act_words,
        call=call,
        mine=mine,
        correctable=correctable,
        has_words=has_words,
        words_shown=written.read_text(page.site.vault, call)
        if has_words and (asked or correctable)
        else {},
        households=queries.households_of(page.session, call.id),
        agent=staff_user(page.session, call.agent_id),
        said=page.query.get("said", ""),
        follow_ups=follow_ups_of(page, call),
    )
    return page.render("admin/contacts/calls/call.html", shown, status_code)


def read(page: Page) -> Response[Any]:
    """Show the text about a call, and log that it was read."""
    call = _found(page)
    if page.who.auth is not None:
        record(page.work, "call.read", "call", call.id)
        page.who.auth.data = page.who.auth.data | {"read_call": call.id}
    return page.redirect(f"/calls/{call.id}")


def show_correction(page: Page, status_code: int = 200) -> Response[Any]:
    """Show the after-call record of an ended call for correction."""
    call = _found(page)
    if call.agent_id != _staff_id(page) or not finishing.may_correct(call, page.now):
        return page.redirect(f"/calls/{call.id}")
    if page.method == "GET":
        page.form.values = call_form.recorded_values(call, written.read_text(page.site.vault, call))
    return page.render(
        "admin/contacts/calls/call_finish.html",
        CallFinishView(
            call=call,
            suggested=[],
            macros=[],
            categories=CATEGORIES,
            results=list(Result),
            action=f"/calls/{call.id}/correct/submit",
            correcting=True,
            reception=reception_text(page.site.program.calendar, jst_date(page.now)),
            outcomes=[],
            escalation_words=escalation_words,
        ),
        status_code,
    )


def correct(page: Page) -> Response[Any]:
    """Correct the after-call record."""
    call = _found(page)
    after = call_form.read(page.form)
    try:
        with page.session.begin_nested():
            if page.form.ok and first_post(page):
                ending.correct_call(page.work, call.id, after)
    except finishing.FieldsError as error:
        call_form.put_faults(page.form, error.faults)
    if not page.form.ok:
        return show_correction(page, 422)
    return page.redirect(f"/calls/{call.id}?said=corrected")


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    handle, one = Permission.HANDLE_CALLS, "/calls/{call_id:int}"
    return [
        staff_route("GET", "/calls", show, handle),
        staff_route("POST", "/calls/start", start, handle, shows=show),
        staff_route("POST", "/calls/hang-up", hang_up, handle),
        staff_route("POST", "/calls/describe", describe, handle),
        staff_route("GET", "/calls/finish", show_finish, handle),
        staff_route("POST", "/calls/finish/submit", finish, handle, shows=show_finish),
        staff_route("GET", one, show_call, handle),
        staff_route("POST", one + "/read", read, handle),
        staff_route("GET", one + "/correct", show_correction, handle),
        staff_route("POST", one + "/correct/submit", correct, handle, shows=show_correction),
    ]
