"""The coupon: revealed by a button, then the issuer's link, its QR, and its number as text.

The QR stands in the page itself, so that a slow line fetches no second thing.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from portal.domain.foundation.clock import JST, jst_date, last_day_before
from portal.domain.foundation.errors import NotAllowedError, NotFoundError
from portal.domain.foundation.program.hours_text import clock_text
from portal.domain.foundation.texts import _
from portal.domain.letters.letters.drawing.coupon_picture import KeptCoupon, coupon_picture
from portal.domain.people.coupons.models import Coupon
from portal.domain.people.coupons.qr import fit_at_320, modules_of_png, path_of_png
from portal.domain.people.coupons.queries import HouseholdCoupon, OwnCoupon, open_coupon
from portal.domain.people.coupons.sealed import CouponCode
from portal.domain.people.coupons.services import reveal
from portal.domain.people.signin.own_family import FamilyRead
from portal.domain.requests.requests.documents import in_turn
from portal.platform.routes import endpoint
from portal.platform.view import View
from portal.resident_page import Page, with_family
from portal.web.access import signed_in
from portal.web.coupons.how_to_use import HowToUse, how_to_use
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


class CouponView(View, frozen=True):
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
    others: Sequence[Ticket]
    use: str
    how_to: HowToUse
    aloud: str
    at: str
    today: date


def show(page: Page) -> Response[Any]:
    """Show exactly one code."""
    found = _shown(page)
    if found is None:
        return page.redirect("/home")
    entry, coupon = found
    family, program = family_of(page), page.site.program
    names = family.names(page.site.vault)
    ordinals = sorted(names)
    place = ordinals.index(entry.ordinal)
    opened = open_coupon(page.site.vault, coupon, entry.wrapped_key)
    modules = modules_of_png(opened.image)
    return page.render_small(
        "portal/coupons/coupon.html",
        CouponView(
            ticket=ticket(page, names[entry.ordinal], entry),
            code=opened.code,
            qr=path_of_png(opened.image),
            modules=modules,
            full=fit_at_320(modules) != "panel",
            use_last_day=_last_day(entry.use_end),
            issuer=issuer_sentence(coupon, entry.entitlement_state),
            place=place + 1,
            count=len(ordinals),
            others=[
                ticket(page, names[one.ordinal], one)
                for one in family.coupons
                if one.ordinal in ordinals[max(0, place - 1) : place + 2] and one is not entry
            ],
            use=program.issuer.use.value,
            how_to=how_to_use(program),
            aloud=" ".join(opened.code.grouped),
            at=clock_text(page.now.astimezone(JST).time()),
            today=jst_date(page.now),
        ),
    )


def picture(page: Page) -> Response[Any]:
    """Return the picture to keep, without the child's name.

    Raises:
        BusyError: too many are drawn at this moment.
    """
    found = _shown(page)
    if found is None:
        raise NotFoundError(_("クーポンが見つかりません。"))
    entry, coupon = found
    opened = open_coupon(page.site.vault, coupon, entry.wrapped_key)
    kept = KeptCoupon(
        amount_yen=entry.amount_yen,
        number=opened.code.grouped,
        pin=opened.code.pin,
        image=opened.image,
        exchange_to=_last_day(entry.exchange_end),
        use_to=_last_day(entry.use_end),
    )
    with in_turn():
        drawn = coupon_picture(page.site.program, kept, page.now)
    return page.download(f"coupon-{entry.ordinal}.png", drawn)


def _last_day(end: datetime | None) -> date | None:
    return last_day_before(end) if end is not None else None


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    return [
        endpoint("POST", "/coupon/{ordinal:int}/reveal", submit_reveal, signed_in, "signed_in"),
        endpoint("GET", "/coupon/{ordinal:int}", show, signed_in, "signed_in", load=LOAD),
        endpoint(
            "GET", "/coupon/{ordinal:int}/picture.png", picture, signed_in, "signed_in", load=LOAD
        ),
    ]
