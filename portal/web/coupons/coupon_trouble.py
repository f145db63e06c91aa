"""A household reports a coupon that a shop refused, gets a receipt, and follows the case."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from portal.domain.foundation.audit.services import earlier_result, first_time, keep_result
from portal.domain.foundation.errors import DomainError, InputError
from portal.domain.foundation.program.hours_text import instant_text
from portal.domain.foundation.texts import _
from portal.domain.foundation.typed import DateFault, date_in_parts
from portal.domain.mailroom.incidents.fault_queries import ordinal_of, own_fault
from portal.domain.mailroom.incidents.faults import (
    SHOP_MAX,
    WORDS_MAX,
    FaultOrigin,
    FaultReport,
    open_fault,
    report_fault,
)
from portal.domain.mailroom.incidents.kinds import ShopAnswer, Source
from portal.domain.mailroom.incidents.models import CouponFault
from portal.domain.people.coupons.queries import HouseholdCoupon
from portal.domain.people.signin.own_family import ChildName
from portal.platform.routes import Transaction, endpoint
from portal.platform.view import View
from portal.resident_page import Page
from portal.web.access import signed_in
from portal.web.coupons.how_to_use import Check, how_to_use
from portal.web.coupons.issuer_words import state_words
from portal.web.coupons.tickets import coupon_in_address, household_of, ticket
from portal.web.information.dates import day_error
from portal.web.signin.activation import own_credential

ONE = "/coupon/{ordinal:int}/trouble"
FIELDS = frozenset({"said", "shop", "words", "shop_on"})


def said_words() -> dict[str, str]:
    """Return the reasons that shops give, in the reader's words, by code."""
    return {
        "not_read": _("コードを読み取れない"),
        "used": _("もう使われている"),
        "expired": _("期限が過ぎている"),
        "stopped": _("止められている"),
        "not_accepted": _("このお店では使えない"),
        "other": _("そのほか"),
    }


def _name(page: Page, ordinal: int) -> str:
    return next(
        (child.fields.name for child in household_of(page).children if child.ordinal == ordinal), ""
    )


class CouponTroubleView(View, frozen=True):
    """What ``portal/coupons/coupon_trouble.html`` shows."""

    ordinal: int
    name: str
    said: Sequence[tuple[str, str]]
    shop_max: int
    words_max: int


class CouponChecklistView(View, frozen=True):
    """What ``portal/coupons/coupon_checklist.html`` shows."""

    ordinal: int
    name: str
    issuer: str
    last_day: date | None
    is_over: bool
    shops: Sequence[str]
    checks: Sequence[Check]


def _elsewhere(page: Page, entry: HouseholdCoupon) -> Response[Any] | None:
    """Return where to go instead: home with a coupon nobody has seen, or the case that is open."""
    if entry.coupon is None or entry.coupon.revealed_at is None:
        return page.redirect("/home")
    found = open_fault(page.session, entry.entitlement_id)
    return None if found is None else page.redirect(f"/coupon/trouble/{found.receipt_no}")


def checklist(page: Page) -> Response[Any]:
    """Show what helps at the till at once; most coupons need no case."""
    entry = coupon_in_address(page)
    elsewhere = _elsewhere(page, entry)
    if elsewhere is not None:
        return elsewhere
    name, end = _name(page, entry.ordinal), entry.exchange_end
    card = ticket(page, ChildName(name, ""), entry)  # it knows what must not be told
    return page.render(
        "portal/coupons/coupon_checklist.html",
        CouponChecklistView(
            ordinal=entry.ordinal,
            name=name,
            issuer=card.issuer,
            last_day=card.last_day,
            is_over=end is not None and page.now >= end,
            shops=str(page.site.program.texts.where_usable).strip().split("\n"),
            checks=how_to_use(page.site.program).checks,
        ),
    )


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Ask what the shop said; if a case is open, show that instead."""
    entry = coupon_in_address(page)
    elsewhere = _elsewhere(page, entry)
    if elsewhere is not None:
        return elsewhere
    return page.render(
        "portal/coupons/coupon_trouble.html",
        CouponTroubleView(
            ordinal=entry.ordinal,
            name=_name(page, entry.ordinal),
            said=[(code, said_words()[code]) for code in ShopAnswer],
            shop_max=SHOP_MAX,
            words_max=WORDS_MAX,
        ),
        status_code,
    )


def submit(page: Page) -> Response[Any]:
    """Open the case once; a repeated press leads to the same receipt."""
    entry = coupon_in_address(page)
    credential = own_credential(page)
    key = f"coupon_trouble:{credential.id}:{entry.ordinal}:{page.form.get('form_key')[:40]}"
    if (place := earlier_result(page.session, key)) is not None:
        return page.redirect(place)
    reported = FaultReport(
        page.form.get("said"), page.form.get("shop"), page.form.get("words"), _day(page)
    )
    if page.form.ok:
        try:
            with page.session.begin_nested():
                row = report_fault(
                    page.work,
                    FaultOrigin(credential.household_id, entry.entitlement_id, Source.RESIDENT),
                    reported,
                )
                if first_time(page.session, key, page.now):
                    keep_result(page.session, key, f"/coupon/trouble/{row.receipt_no}")
            return page.redirect(f"/coupon/trouble/{row.receipt_no}")
        except InputError as error:
            page.form.error(error.code if error.code in FIELDS else "said", error.message)
        except DomainError as error:
            page.form.error("said", error.message)
    return show(page, 422)


def _day(page: Page) -> date | None:
    typed = [page.form.get(part).strip() for part in ("era", "year", "month", "day")]
    if not any(typed[1:]):
        return None
    found = date_in_parts(*typed)
    if isinstance(found, DateFault):
        page.form.error("shop_on", day_error(found))
        return None
    return found


class CouponTroubleReceivedView(View, frozen=True):
    """What ``portal/coupons/coupon_trouble_received.html`` shows."""

    fault: CouponFault
    kind: str
    words: str
    name: str
    ordinal: int
    at: str


def received(page: Page) -> Response[Any]:
    """Show the receipt number and the state of the case."""
    household_id = own_credential(page).household_id
    row = own_fault(page.session, household_id, str(page.params["receipt_no"]))
    kind, words = state_words(row)
    ordinal = ordinal_of(page.session, row)
    return page.render(
        "portal/coupons/coupon_trouble_received.html",
        CouponTroubleReceivedView(
            fault=row,
            kind=kind,
            words=words,
            name=_name(page, ordinal),
            ordinal=ordinal,
            at=instant_text(row.reported_at),
        ),
    )


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    return [
        endpoint("GET", ONE, checklist, signed_in, "signed_in"),
        endpoint("GET", ONE + "/report", show, signed_in, "signed_in"),
        endpoint(
            "POST",
            ONE + "/submit",
            submit,
            signed_in,
            "signed_in",
            shows=show,
            transaction=Transaction.WRITE,
        ),
        endpoint("GET", "/coupon/trouble/{receipt_no:str}", received, signed_in, "signed_in"),
    ]
