"""Acting for a caller: each act asks for choices, is read out, confirmed, and gives a number."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import ModuleType
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Struct

from admin.access import number_in_address, post_key, staff_route
from admin.desk import household
from admin.desk.in_call import act_words
from admin.desk.in_call.household import at_desk
from admin.desk.in_call.offered_acts import PLACES
from admin.mailroom.incidents import incident_words
from admin.page import Page
from admin.requests import entry_words
from admin.requests.entry_forms import chosen
from portal.domain.contacts.calls.levels import VerifiedCaller, level_of, require_level
from portal.domain.contacts.calls.models import Call
from portal.domain.contacts.escalations.kinds import EscalationKind
from portal.domain.desk.call_desk.acting import channel
from portal.domain.desk.call_desk.acting.alternative import ask_alternative
from portal.domain.desk.call_desk.acting.coupon_fault import report_for_caller, shown_coupons
from portal.domain.desk.call_desk.acting.decline_form import ask_decline_form
from portal.domain.desk.call_desk.acting.kinds import NEEDED, Act
from portal.domain.desk.call_desk.acting.letter_size import LetterSize, change_letter_size
from portal.domain.desk.call_desk.acting.lost import report_lost
from portal.domain.desk.call_desk.acting.new_letter import ask_letter
from portal.domain.desk.call_desk.acting.offers import offers
from portal.domain.desk.call_desk.acting.on_behalf import spoken
from portal.domain.desk.call_desk.acting.receipts import is_asked_back, own_act
from portal.domain.desk.call_desk.acting.redelivery import ask_redelivery, next_step, ward_kind
from portal.domain.desk.call_desk.acting.spoken_texts import Line, after, before, beside
from portal.domain.desk.call_desk.acting.unlock import unlock
from portal.domain.desk.call_desk.models import DeskAct
from portal.domain.desk.call_desk.spelling import read_out
from portal.domain.foundation.audit.services import earlier_result, first_time, keep_result
from portal.domain.foundation.errors import DomainError, InputError, NotAllowedError
from portal.domain.foundation.languages import SOURCE_LOCALE
from portal.domain.foundation.program.settings.requests import AlternativeProduct
from portal.domain.foundation.texts import _s, plain, use_locale
from portal.domain.foundation.work import Work
from portal.domain.letters.shipments.words import where
from portal.domain.mailroom.incidents.faults import FaultReport
from portal.domain.mailroom.incidents.kinds import ShopAnswer
from portal.domain.people.households.large_print import large_print_of
from portal.domain.people.households.queries import view_household
from portal.domain.people.staff.permissions import Permission
from portal.domain.requests.alternatives import choosing
from portal.domain.requests.alternatives.written import WRITTEN as ALTERNATIVE_WRITTEN
from portal.domain.requests.redeliveries.letter_status import letter_statuses
from portal.domain.requests.redeliveries.states import MissingItem
from portal.domain.requests.redeliveries.words import said_text
from portal.domain.requests.requests.fields import Field, Place
from portal.platform.failures import failure_page
from portal.platform.http.locale import html_lang
from portal.platform.routes import Transaction
from portal.platform.view import View

GATE = frozenset({"no_call", "level", "removed"})
"""Codes of refusals that come before the act itself; its page is not shown again."""


def _key(page: Page) -> int:
    return number_in_address(page, "household_id")


def _admitted_call(page: Page, act: Act) -> Call | Response[Any]:
    """Return the active call if the caller's level allows the act, else the page that refuses it.

    A page, not an exception, so that the transaction with what was logged is committed.
    """
    desk = at_desk(page)
    if isinstance(desk, Response):
        return desk
    try:
        require_level(level_of(page.session, desk.call, _key(page)), NEEDED[act])
    except NotAllowedError as error:
        return failure_page(page, error)
    return desk.call


def show(act: Act, page: Page, status_code: int = 200) -> Response[Any]:
    """Show the choices of an act, with what is read out before it."""
    call = _admitted_call(page, act)
    return call if isinstance(call, Response) else _draw(act, page, call, status_code)


class ItemChoice(Struct, frozen=True):
    """A letter or parcel that may be sent again.

    ``bar`` says why it cannot, in two languages; ``next`` what the agent does then, ``ward`` the
    kind of question to the ward, if it is the ward's to decide.
    """

    value: str
    item: str
    sent_on: str
    where: str
    bar: Line | None
    next: str
    ward: EscalationKind | None


class AskedField(Struct, frozen=True):
    """A question about paper, and its answers, as they are read to the caller."""

    field: Field
    question: Line
    answers: Line


class ChildChoice(Struct, frozen=True):
    """A child that paper may be asked for; ``note`` says what prevents it, if anything."""

    ordinal: int
    name: str
    birth: str
    note: Line | None


class DeskActView(View, frozen=True):
    """What ``admin/desk/in_call/act.html`` shows."""

    act: Act
    acts: type[Act]
    household_id: int
    call_id: int
    why_not: str
    possible: bool
    place: str
    items: Sequence[ItemChoice]
    children: Sequence[ChildChoice]
    refused: Sequence[household.ChildRow]
    sizes: tuple[LetterSize, ...]
    large_now: bool
    incident_words: ModuleType
    shop_said: tuple[str, ...]
    chosen: set[int]
    products: tuple[AlternativeProduct, ...]
    asked: Sequence[AskedField]
    say: Sequence[Line]
    say_lang: str
    act_words: ModuleType
    entry_words: ModuleType


def _draw(act: Act, page: Page, call: Call, status_code: int) -> Response[Any]:
    session, program, household_id = page.session, page.site.program, _key(page)
    caller = VerifiedCaller(call, household_id, level_of(session, call, household_id))
    found = offers(page.work, caller)
    why_not = next(offer.why_not for offer in found if offer.act is act)
    locale = spoken(call)
    items = _items(page, locale) if act is Act.REDELIVERY else []
    children = _children(page, locale) if act is Act.ALTERNATIVE else []
    refused = _refused_children(page) if act is Act.COUPON_FAULT else []
    nothing = (act is Act.REDELIVERY and all(item.bar for item in items)) or (
        act is Act.ALTERNATIVE and all(child.note for child in children)
    )
    return page.render(
        "admin/desk/in_call/act.html",
        DeskActView(
            act=act,
            acts=Act,
            household_id=household_id,
            call_id=call.id,
            why_not=why_not,
            possible=not (why_not or nothing),
            place=f"/desk/{household_id}/{PLACES[act]}",
            items=items,
            children=children,
            refused=refused,
            sizes=tuple(LetterSize),
            large_now=large_print_of(session, household_id) is not None,
            incident_words=incident_words,
            shop_said=tuple(ShopAnswer),
            chosen=chosen(page, "child-"),
            products=program.alternatives,
            asked=_asked(locale) if act is Act.ALTERNATIVE else (),
            say=beside(partial(before, act), locale),
            say_lang=html_lang(locale),
            act_words=act_words,
            entry_words=entry_words,
        ),
        status_code,
    )


def _asked(locale: str) -> list[AskedField]:
    """Return the questions about paper with their answers, as they are read to the caller."""

    def answers(field: Field) -> str:
        return " / ".join(one.label for one in getattr(field.type, "options", ()))

    return [
        AskedField(field, _told(field.label, locale), _told(partial(answers, field), locale))
        for field in ALTERNATIVE_WRITTEN.asked(Place.CALL)
    ]


def _items(page: Page, locale: str) -> list[ItemChoice]:
    return [
        ItemChoice(
            value=one.item
            + (f"-{one.shipment.id}" if one.item != MissingItem.LETTER and one.shipment else ""),
            item=one.item,
            sent_on=one.sent_on.isoformat() if one.sent_on else "",
            where=where(one.shipment) if one.sent_on else "",
            bar=_told(partial(said_text, one), locale) if one.bar else None,
            next=next_step(one),
            ward=ward_kind(one),
        )
        for one in letter_statuses(page.work, _key(page))
    ]


def _told(sentence: Callable[[], str], locale: str) -> Line:
    """Return a resident text in the caller's language, with the Japanese one beside it."""

    def said(language: str) -> Sequence[str]:
        with use_locale(language):
            return (plain(sentence()),)

    return beside(said, locale)[0]


def _children(page: Page, locale: str) -> list[ChildChoice]:
    """Return the children, masked, with what prevents paper, if anything."""
    view = view_household(page.work, _key(page))

    def notes() -> dict[int, str]:
        return {
            choice.ordinal: choice.why_not for choice in choosing.choices(page.session, _key(page))
        }

    with use_locale(SOURCE_LOCALE):
        japanese = notes()
    with use_locale(locale):
        other = notes() if locale != SOURCE_LOCALE else {}

    def note(row: household.ChildRow) -> Line | None:
        if row.checking or row.ordinal not in japanese:
            return Line(_s("確認中") if row.checking else _s("対象ではありません"), "")
        why_not = japanese[row.ordinal]
        return Line(plain(why_not), plain(other.get(row.ordinal, ""))) if why_not else None

    rows = household.child_rows(page, view, shown=False)
    return [ChildChoice(row.ordinal, row.name, row.birth, note(row)) for row in rows]


def _refused_children(page: Page) -> list[household.ChildRow]:
    """Return the children whose code was shown, masked."""
    view = view_household(page.work, _key(page))
    wanted = {entry.ordinal for entry in shown_coupons(page.session, _key(page))}
    return [row for row in household.child_rows(page, view, shown=False) if row.ordinal in wanted]


def submit(act: Act, page: Page) -> Response[Any]:
    """Carry out an act once.

    A refusal is shown with what was typed; a repeated press gets the first one's number.
    """
    key = post_key(page)
    if (place := earlier_result(page.session, key)) is not None:
        return page.redirect(place)
    call = _admitted_call(page, act)
    if isinstance(call, Response):
        return call
    if page.form.get("told") != "yes":
        page.form.error("told", _s("読み上げて、本人の返事を確かめてから、印を付けてください。"))
        return _draw(act, page, call, 422)
    try:
        with page.session.begin_nested():
            if not first_time(page.session, key, page.now):
                return page.redirect(earlier_result(page.session, key) or f"/desk/{_key(page)}")
            made = DOES[act](page)
            place = f"/desk/{made.household_id}/receipts/{made.id}"
            keep_result(page.session, key, place)
    except DomainError as error:
        if error.code in GATE:
            return failure_page(page, error)
        page.form.error(FIELDS.get((act, error.code), LAST.get(act, "act")), error.message)
        return _draw(act, page, call, 422)
    return page.redirect(place)


def _redelivery(page: Page) -> DeskAct:
    item, _dash, key = page.form.get("item").partition("-")
    parcel = int(key) if key.isascii() and key.isdigit() and len(key) < 16 else None
    if not (item == MissingItem.LETTER and not key) and not (
        item == MissingItem.PARCEL and parcel is not None
    ):
        raise InputError(_s("届いていないものを選んでください。"))
    return ask_redelivery(page.work, _key(page), item, parcel)


def _alternative(page: Page) -> DeskAct:
    wishes = {number: page.form.get(f"product-{number}") for number in chosen(page, "child-")}
    written, faults = ALTERNATIVE_WRITTEN.read(page.form.get, Place.CALL)
    if faults:
        raise InputError(faults[0].sentence, code=faults[0].field)
    return ask_alternative(page.work, _key(page), wishes, written)


def _for_household(act: Callable[[Work, int], DeskAct]) -> Callable[[Page], DeskAct]:
    """Return an act of which nothing is asked but the household."""
    return lambda page: act(page.work, _key(page))


def _coupon_fault(page: Page) -> DeskAct:
    typed = page.form.get("child")
    ordinal = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 5 else None
    reported = FaultReport(page.form.get("said"), page.form.get("shop"), page.form.get("words"))
    return report_for_caller(page.work, _key(page), ordinal, reported)


def _letter_size(page: Page) -> DeskAct:
    return change_letter_size(page.work, _key(page), page.form.get("size"))


DOES: Mapping[Act, Callable[[Page], DeskAct]] = {
    Act.REDELIVERY: _redelivery,
    Act.NEW_LETTER: _for_household(ask_letter),
    Act.UNLOCK: _for_household(unlock),
    Act.LOST: _for_household(report_lost),
    Act.ALTERNATIVE: _alternative,
    Act.DECLINE_FORM: _for_household(ask_decline_form),
    Act.CHANNEL: _for_household(channel.propose),
    Act.COUPON_FAULT: _coupon_fault,
    Act.LETTER_SIZE: _letter_size,
}
FIELDS = {
    (Act.ALTERNATIVE, one.name): one.name for one in ALTERNATIVE_WRITTEN.asked(Place.CALL)
} | {(Act.COUPON_FAULT, name): name for name in ("child", "said", "shop", "words")}
LAST = {Act.REDELIVERY: "item", Act.ALTERNATIVE: "children", Act.LETTER_SIZE: "size"}
"""The field beside which a refusal is shown, if the act has one."""


class DeskReceiptView(View, frozen=True):
    """What ``admin/desk/in_call/receipt.html`` shows."""

    row: DeskAct
    act: Act
    acts: type[Act]
    say: Sequence[Line]
    say_lang: str
    spelled: tuple[tuple[str, str], ...]
    act_words: ModuleType


def show_receipt(page: Page) -> Response[Any]:
    """Show the receipt number, spelled out in the caller's language."""
    row, call = own_act(page.work, number_in_address(page, "act_id"), _key(page))
    locale, act = spoken(call), Act(row.act)
    asked_back = is_asked_back(page.session, row)
    return page.render(
        "admin/desk/in_call/receipt.html",
        DeskReceiptView(
            row=row,
            act=act,
            acts=Act,
            say=beside(partial(after, act, row.receipt_no, asked_back=asked_back), locale),
            say_lang=html_lang(locale),
            spelled=read_out(row.receipt_no, locale),
            act_words=act_words,
        ),
    )


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module: each act has a page and an address for its form."""
    permission, base = Permission.HANDLE_CALLS, "/desk/{household_id:int}"
    found = [staff_route("GET", base + "/receipts/{act_id:int}", show_receipt, permission)]
    for act, place in PLACES.items():
        shows, submits = partial(show, act), partial(submit, act)
        shows.__name__, submits.__name__ = f"show_{act}", f"submit_{act}"  # type: ignore[attr-defined]
        found += [
            # writes what is logged of opening a household
            staff_route("GET", f"{base}/{place}", shows, permission, transaction=Transaction.WRITE),
            staff_route("POST", f"{base}/{place}/submit", submits, permission, shows=shows),
        ]
    return found
