"""One household in a call: the verification first, then answers, masked fields and acts."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from types import ModuleType
from typing import Any, TypeVar

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import first_post, number_in_address, post_key, staff_route
from admin.desk.contacts_of import ContactsView, contacts_of, write_note
from admin.desk.household import ChildRow, child_rows
from admin.desk.in_call.follow_ups import FollowUpsView, follow_ups_of
from admin.desk.in_call.offered_acts import ActsView, acts_of
from admin.desk.in_call.scripts import ScriptsView, scripts_beside
from admin.desk.in_call.search import kept, no_call
from admin.page import Page
from admin.people import message_words, notice_words
from portal.domain.contacts.calls.caller_answers import (
    Caller,
    Item,
    SaidError,
    read_number,
    read_said,
)
from portal.domain.contacts.calls.kinds import CallChannel, Direction, Relation
from portal.domain.contacts.calls.levels import Level, VerifiedCaller
from portal.domain.contacts.calls.models import Call, CallHousehold
from portal.domain.contacts.calls.states import TALKING
from portal.domain.contacts.calls.verification import verify
from portal.domain.contacts.escalations.services import RaisedIn
from portal.domain.desk.call_desk import calling_back
from portal.domain.desk.call_desk.acting.on_behalf import spoken
from portal.domain.desk.call_desk.answer_words import Answer, answers
from portal.domain.desk.call_desk.answers import Facts, look_up
from portal.domain.desk.call_desk.message_answers import MessageFacts, messages_of
from portal.domain.desk.call_desk.opening import open_in_call
from portal.domain.desk.casework import access, masking
from portal.domain.desk.casework.call_notes import call_notes, greeting_for, may_name_ward
from portal.domain.foundation.audit.services import earlier_result, first_time, keep_result
from portal.domain.foundation.errors import InputError, NotAllowedError, WrongStateError
from portal.domain.foundation.texts import _s
from portal.domain.letters.letters.queries import valid_letter_numbers
from portal.domain.people.households.models import Household
from portal.domain.people.households.queries import view_of
from portal.domain.people.staff.permissions import Permission
from portal.domain.requests.requests.fields import Line
from portal.platform.http.locale import html_lang
from portal.platform.routes import Transaction
from portal.platform.view import View

Choice = TypeVar("Choice", bound=StrEnum)
SHOWN = "desk_shown"
PASSED = "passed"
REASONS = (access.Reason.INQUIRY, access.Reason.REQUEST, access.Reason.CHECK)
PARTS = {
    Level.STATUS: (access.Part.NAME, access.Part.NOTES),
    Level.ACT: (
        access.Part.NAME,
        access.Part.CHILDREN,
        access.Part.ADDRESS,
        access.Part.NOTES,
    ),
}
"""Parts that may be unmasked: never a birth date, ID or postal code, which callers are asked for.

Of the address, only the town.
"""


class Desk:
    """What every handler here needs: the active call, the household and its record in the call."""

    def __init__(self, call: Call, household: Household, place: CallHousehold) -> None:
        self.call = call
        self.household = household
        self.place = place

    @property
    def level(self) -> Level:
        """The caller's verification level."""
        return Level(self.place.level)

    @property
    def address(self) -> str:
        """The address of the household's page."""
        return f"/desk/{self.household.id}"


def at_desk(page: Page) -> Desk | Response[Any]:
    """Return the household of the address, opened in the actor's call, or a page with the reason.

    A household that callers may not know of and one that does not exist get the same page.
    """
    call = page.who.call
    if call is None:
        return no_call(page)
    household_id = number_in_address(page, "household_id")
    found = open_in_call(page.work, call, household_id)
    if found is None:
        return page.render("admin/desk/in_call/missing.html", status_code=404)
    return Desk(call, *found)


class KnownView(View, frozen=True):
    """What the agent may tell about a household once its caller is verified."""

    facts: Facts
    answers: Sequence[Answer]
    name: str
    kana: str
    parts: Sequence[access.Part]
    part_names: type[access.Part]
    shown: set[access.Part]
    reasons: Sequence[access.Reason]
    town: str
    children: Sequence[ChildRow]
    number_counts: bool
    has_number: bool
    messages: Sequence[MessageFacts]
    message_words: ModuleType
    notice_words: ModuleType
    known_contacts: ContactsView


class DeskHouseholdView(View, frozen=True):
    """``admin/desk/in_call/household.html``; ``known`` only of a verified caller's household."""

    call: Call
    household_id: int
    address: str
    level: int
    place: CallHousehold
    items: Sequence[Item]
    relations: Sequence[Relation]
    talking: bool
    said: str
    typed: Mapping[str, str]
    spoken_lang: str
    can_call_back: bool
    may_dial: bool
    dialing: calling_back.Dialing | None
    call_notes: Sequence[Line]
    may_name_ward: bool
    greeting: str
    known: KnownView | None
    offered: ActsView
    scripts: ScriptsView
    follow_ups: FollowUpsView


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show the verification, and as much of the household as its level allows."""
    desk = at_desk(page)
    return draw(page, desk, status_code) if isinstance(desk, Desk) else desk


def draw(page: Page, desk: Desk, status_code: int = 200) -> Response[Any]:
    """Render the household's page."""
    call, household, level = desk.call, desk.household, desk.level
    dialing = calling_back.dialing_now(page.work, desk.place)
    may_dial = calling_back.may_dial(page.work, call, household.id)
    notes = call_notes(page.work, household.id) if dialing is not None or may_dial else ()
    view = DeskHouseholdView(
        call=call,
        household_id=household.id,
        address=desk.address,
        level=int(level),
        place=desk.place,
        items=list(Item),
        relations=list(Relation),
        talking=call.state == TALKING,
        said=page.query.get("said", ""),
        typed=_typed(page, desk),
        spoken_lang=html_lang(spoken(call)),
        can_call_back=call.channel == CallChannel.PHONE and call.direction == Direction.INBOUND,
        may_dial=may_dial,
        dialing=dialing,
        call_notes=notes,
        may_name_ward=may_name_ward(notes),
        greeting=greeting_for(notes),
        known=_known(page, desk) if level >= Level.STATUS else None,
        offered=acts_of(page, VerifiedCaller(call, household.id, level)),
        scripts=scripts_beside(page, call),
        follow_ups=follow_ups_of(page, call, household.id),
    )
    return page.render("admin/desk/in_call/household.html", view, status_code)


def _known(page: Page, desk: Desk) -> KnownView:
    household, level = desk.household, desk.level
    view = view_of(page.work, household)
    shown = {part for part in PARTS[level] if _is_shown(page, desk, part)}
    fields = view.fields
    facts = look_up(page.work, household)
    open_name = access.Part.NAME in shown
    return KnownView(
        facts=facts,
        answers=answers(facts, spoken(desk.call), page.now),
        name=fields.name if open_name else masking.mask_name(fields.name),
        kana=fields.kana if open_name else masking.mask_name(fields.kana),
        parts=[part for part in PARTS[level] if part is not access.Part.NOTES],
        part_names=access.Part,
        shown=shown,
        reasons=REASONS,
        town=fields.town if access.Part.ADDRESS in shown else masking.HIDDEN * 3,
        children=child_rows(page, view, shown=access.Part.CHILDREN in shown)
        if level >= Level.ACT
        else [],
        number_counts=valid_letter_numbers(page.session, household.id) is not None,
        has_number=calling_back.has_number(page.session, household.id),
        messages=messages_of(page.work, household.id, spoken(desk.call)),
        message_words=message_words,
        notice_words=notice_words,
        known_contacts=contacts_of(
            page, household.id, shown=access.Part.NOTES in shown, but_call=desk.call.id
        ),
    )


def _typed(page: Page, desk: Desk) -> dict[str, str]:
    """Return the content of the verification form.

    That is what was typed last, or what the caller said for the search.
    """
    if page.method == "POST" and "relation" in page.form.values:
        return dict(page.form.values)
    asked = kept(page, desk.call)
    # a caller who reached the status without the number has given this one before: another try with
    # it would fail
    number = asked.number if desk.level is Level.NONE and read_number(asked.number) else ""
    return {
        "number": number,
        "name": asked.name,
        "postal": asked.postal,
        "relation": desk.place.relation or "",
    }


def submit_verification(page: Page) -> Response[Any]:
    """Compare the caller's answers; the result is only whether they are enough."""
    desk = at_desk(page)
    if not isinstance(desk, Desk):
        return desk
    form = page.form
    relation = next((one for one in Relation if one.value == form.get("relation")), None)
    if relation is None:
        form.error("relation", _s("かけてきた人が、世帯のだれかを選んでください。"))
    try:
        said = read_said(dict(form.values))
    except SaidError as error:
        for name, sentence in error.faults.items():
            form.error(name, sentence)
        return draw(page, desk, 422)
    if not form.ok or relation is None:
        return draw(page, desk, 422)
    try:
        passed = _verified_once(page, desk, Caller(desk.call, said, relation))
    except (InputError, WrongStateError, NotAllowedError) as error:
        form.error("number" if error.code == "number" else "said", error.message)
        return draw(page, desk, 422)
    if not passed:
        form.error("said", not_enough())
        return draw(page, desk, 422)
    return page.redirect(f"{desk.address}?said=verified")


def _verified_once(page: Page, desk: Desk, caller: Caller) -> bool:
    """Verify, or, if this form was sent before, return the former result.

    A double click is one try.
    """
    key = post_key(page)
    with page.session.begin_nested():
        if not first_time(page.session, key, page.now):
            return earlier_result(page.session, key) == PASSED
        passed = verify(page.work, desk.household.id, caller)
        keep_result(page.session, key, PASSED if passed else "no")
    return passed


def not_enough() -> str:
    """Return the sentence that the answers were not enough.

    It is the same whatever was wrong, and for a record that is closed for the day.
    """
    return _s(
        "確認できませんでした。何が違うかは、表示しません。ほかのことも聞いて、"
        "もう一度入力してください。それでも確認できないときは、"
        "「お手元の手紙をご用意のうえ、あすもう一度お電話ください」と伝えてください。"
    )


def _key(desk: Desk, part: access.Part) -> str:
    return f"{desk.call.id}:{desk.household.id}:{part.value}"


def _is_shown(page: Page, desk: Desk, part: access.Part) -> bool:
    entries = page.who.auth.data.get(SHOWN, {}) if page.who.auth is not None else {}
    until = entries.get(_key(desk, part))
    return until is not None and datetime.fromisoformat(until) > page.now


def reveal(page: Page) -> Response[Any]:
    """Show a masked part for five minutes, with a reason, logged and counted."""
    desk = at_desk(page)
    if not isinstance(desk, Desk):
        return desk
    part = _choice(access.Part, page.form.get("part"))
    reason = _choice(access.Reason, page.form.get("reason"))
    if part is None or part not in PARTS.get(desk.level, ()):
        raise NotAllowedError(_s("この項目は、この受付では表示できません。"), code="level")
    if reason not in REASONS:
        page.form.error("reason", _s("表示する理由を選んでください。"))
        return draw(page, desk, 422)
    if first_post(page):
        until = access.unmask(page.work, desk.household, part, reason)
        if page.who.auth is not None:
            entries = page.who.auth.data.get(SHOWN, {})
            alive = {k: v for k, v in entries.items() if datetime.fromisoformat(v) > page.now}
            page.who.auth.data = page.who.auth.data | {
                SHOWN: alive | {_key(desk, part): until.isoformat()}
            }
    return page.redirect(f"{desk.address}?said=shown")


def _choice(kind: type[Choice], typed: str) -> Choice | None:
    return next((member for member in kind if member.value == typed), None)


def note(page: Page) -> Response[Any]:
    """Write a note about the household of the call."""
    desk = at_desk(page)
    if not isinstance(desk, Desk):
        return desk
    raised = RaisedIn(desk.call.id, desk.household.id)
    return write_note(page, raised, f"{desk.address}?said=noted", show)


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    permission = Permission.HANDLE_CALLS
    base = "/desk/{household_id:int}"
    return [
        staff_route("GET", base, show, permission, transaction=Transaction.WRITE),
        staff_route("POST", base + "/verify", submit_verification, permission, shows=show),
        staff_route("POST", base + "/reveal", reveal, permission, shows=show),
        staff_route("POST", base + "/notes", note, permission, shows=show),
    ]
