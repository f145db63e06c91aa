"""The coupon: revealed by a button, then the issuer's link, its QR, and its number as text.

The QR stands in the page itself, so that a slow line fetches no second thing.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from portal.domain.foundation.clock import last_day_before
from portal.domain.foundation.errors import NotAllowedError, NotFoundError
from portal.domain.foundation.texts import _
from portal.domain.people.coupons.models import Coupon
from portal.domain.people.coupons.qr import fit_at_320, modules_of_png, path_of_png
from portal.domain.people.coupons.queries import HouseholdCoupon, OwnCoupon, open_coupon
from portal.domain.people.coupons.sealed import CouponCode
from portal.domain.people.coupons.services import reveal
from portal.domain.people.signin.own_family import FamilyRead
from portal.platform.routes import endpoint
from portal.platform.view import View
from portal.resident_page import Page, with_family
from portal.web.access import signed_in
from portal.web.coupons.issuer_words import issuer_sentence
from portal.web.coupons.tickets import Ticket, coupon_in_address, family_of, ticket

LOAD = with_family(FamilyRead())


def _shown(page: Page) -> tuple[HouseholdCoupon, Coupon | OwnCoupon] | None:
    """Return the household's coupon if it was revealed before and can be exchanged now."""
    try:
        entry = coupon_in_address(page)
    except NotAllowedError:
        return None
    if entry.coupon is None or entry.coupon.revealed_at is None or not entry.can_show(page.now):
        return None
    return entry, entry.coupon


def submit_reveal(page: Page) -> Response[Any]:
    """Reveal the code (logged), then show it under its own address."""
    entry = coupon_in_address(page)
    if entry.coupon is None:
        return page.redirect("/home")
    reveal(page.work, entry.coupon)
    return page.redirect(f"/coupon/{entry.ordinal}")


@dataclass(frozen=True, slots=True)
class CouponView(View):
    """What ``portal/coupons/coupon.html`` shows."""

    ticket: Ticket
    code: CouponCode
    qr: str
    modules: int
    full: bool
    use_last_day: date | None
    issuer: str
    place: int
    count: int
    before: tuple[int, str] | None
    after: tuple[int, str] | None


def show(page: Page) -> Response[Any]:
    """Show exactly one code."""
    found = _shown(page)
    if found is None:
        return page.redirect("/home")
    entry, coupon = found
    names = family_of(page).names(page.site.vault)
    ordinals = sorted(names)
    place = ordinals.index(entry.ordinal)
    opened = open_coupon(page.site.vault, coupon, entry.wrapped_key)
    modules = modules_of_png(opened.image)
    return page.render(
        "portal/coupons/coupon.html",
        CouponView(
            ticket=ticket(page, names[entry.ordinal], entry),
            code=opened.code,
            qr=path_of_png(opened.image),
            modules=modules,
            full=fit_at_320(modules) != "panel",
            use_last_day=last_day_before(entry.use_end) if entry.use_end is not None else None,
            issuer=issuer_sentence(coupon, entry.entitlement_state),
            place=place + 1,
            count=len(ordinals),
            before=(ordinals[place - 1], names[ordinals[place - 1]].name) if place else None,
            after=(ordinals[place + 1], names[ordinals[place + 1]].name)
            if place + 1 < len(ordinals)
            else None,
        ),
    )


def image(page: Page) -> Response[Any]:
    """Return the QR image to save, as it was drawn when the batch was loaded."""
    found = _shown(page)
    if found is None:
        raise NotFoundError(_("クーポンが見つかりません。"))
    headers = {}
    if "save" in page.query:
        headers["content-disposition"] = f'attachment; filename="coupon-{found[0].ordinal}.png"'
    opened = open_coupon(page.site.vault, found[1], found[0].wrapped_key)
    return page.send(opened.image, "image/png", headers)


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    return [
        endpoint("POST", "/coupon/{ordinal:int}/reveal", submit_reveal, signed_in, "signed_in"),
        endpoint("GET", "/coupon/{ordinal:int}", show, signed_in, "signed_in", load=LOAD),
        endpoint("GET", "/coupon/{ordinal:int}/qr.png", image, signed_in, "signed_in", load=LOAD),
    ]
