"""Pages for requesting paper: explanation, children and product, check, receipt."""

from collections.abc import Mapping, Sequence
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Struct

from portal.domain.foundation.audit.services import earlier_result, first_time, keep_result
from portal.domain.foundation.errors import DomainError
from portal.domain.foundation.program.deadlines import Window
from portal.domain.foundation.program.opening import closed_text
from portal.domain.foundation.texts import _
from portal.domain.foundation.vault import seal_json, unseal_json
from portal.domain.people.authn.sessions import keep_data
from portal.domain.requests.alternatives import services
from portal.domain.requests.alternatives.choosing import Choice, choices, delivery_words
from portal.domain.requests.alternatives.form import alternative_form_pdf
from portal.domain.requests.alternatives.words import product_name
from portal.domain.requests.alternatives.written import WRITTEN, PaperWish
from portal.domain.requests.requests.fields import Field, Line, Place
from portal.platform.http.written_forms import read_written
from portal.platform.routes import endpoint
from portal.platform.view import View
from portal.resident_page import Page
from portal.web.access import PUBLIC, everybody, signed_in
from portal.web.coupons.tickets import household_of
from portal.web.requests.own_form import own_form_key
from portal.web.signin.activation import own_credential, session_of
from portal.web.signin.fresh import freshly_signed_in

ACCESS = "signed_in"
KEY = "alternative"
WARD_CODES = {"coupon_spent", "coupon_cannot_be_stopped", "coupon_stock"}
"""Refusals after which only the ward can help: the page gives its telephone number."""


class Chosen(Struct, frozen=True):
    """What the household chose so far: in the session, sealed, until the receipt is shown."""

    ordinals: tuple[int, ...]
    product: str
    written: PaperWish


def keep(page: Page, chosen: Chosen | None) -> None:
    """Store the choice in the session, or remove it."""
    auth = session_of(page)
    data = {name: value for name, value in auth.data.items() if name != KEY}
    if chosen is not None:
        plain = {
            "ordinals": chosen.ordinals,
            "product": chosen.product,
            **WRITTEN.seal(chosen.written),
        }
        data[KEY] = seal_json(page.site.vault.kek, plain, f"{KEY}:{auth.owner_id}").hex()
    keep_data(page.session, auth, data)


def kept(page: Page) -> Chosen | None:
    """Return the choice in the session."""
    auth = session_of(page)
    sealed = auth.data.get(KEY)
    if not sealed:
        return None
    opened = unseal_json(page.site.vault.kek, bytes.fromhex(sealed), f"{KEY}:{auth.owner_id}")
    return Chosen(tuple(opened["ordinals"]), opened["product"], WRITTEN.open(opened))


def names_of(page: Page) -> dict[int, str]:
    """Return the names of the household's children by their numbers."""
    return {child.ordinal: child.fields.name for child in household_of(page).children}


def offered(page: Page) -> list[Choice]:
    """Return the household's children as the journey offers them."""
    return choices(page.session, own_credential(page).household_id)


def products(page: Page) -> list[tuple[str, str, int]]:
    """Return the products: id, name in the reader's language, yen per piece."""
    return [(one.id, str(one.name), one.piece_yen) for one in page.site.program.alternatives]


def closed(page: Page) -> str:
    """Return why paper cannot be requested now ("" if it can): not offered, or not the time."""
    if not page.site.program.alternatives:
        return _("この事業には、紙の代替品がありません。コールセンターにご相談ください。")
    return closed_text(page.site.program.windows.alternative, page.now)


class AlternativeView(View, frozen=True):
    """What ``portal/requests/alternative.html`` shows."""

    closed: str
    children: Sequence[Choice]
    free: Sequence[Choice]
    names: Mapping[int, str]
    products: Sequence[tuple[str, str, int]]
    window: Window
    delivery: tuple[str, ...]


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Explain for whom paper is and what happens to the coupon, before anything can be chosen."""
    children = offered(page)
    free = [child for child in children if not child.why_not]
    return page.render(
        "portal/requests/alternative.html",
        AlternativeView(
            closed=closed(page),
            children=children,
            free=free,
            names=names_of(page),
            products=products(page),
            window=page.site.program.windows.alternative,
            delivery=delivery_words(
                page.site.program,
                tuple(c.amount_yen for c in free),
                shown=any(c.shown for c in free),
            ),
        ),
        status_code,
    )


class AlternativeChooseView(View, frozen=True):
    """What ``portal/requests/alternative_choose.html`` shows."""

    free: Sequence[Choice]
    names: Mapping[int, str]
    others: Sequence[Choice]
    products: Sequence[tuple[str, str, int]]
    before: Chosen | None
    asked: tuple[Field, ...]


def show_choose(page: Page, status_code: int = 200) -> Response[Any]:
    """Ask for children, product and reason; nothing is preselected where there is a choice."""
    if closed(page):
        return page.redirect("/alternative")
    children = offered(page)
    return page.render(
        "portal/requests/alternative_choose.html",
        AlternativeChooseView(
            free=[c for c in children if not c.why_not],
            names=names_of(page),
            others=[child for child in children if child.why_not],
            products=products(page),
            before=kept(page) if page.method == "GET" else None,
            asked=WRITTEN.asked(Place.PAGE),
        ),
        status_code,
    )


class Asked(Struct, frozen=True):
    """What a posted form asks for: one product for all chosen children, and what was written."""

    product: str
    written: PaperWish


def read_asked(page: Page) -> Asked:
    """Read product and written fields of the posted form, with an error beside what is missing."""
    form, known = page.form, [one.id for one in page.site.program.alternatives]
    product = known[0] if len(known) == 1 else form.get("product")
    if product not in known:
        form.error("product", _("紙の代替品の種類を、選んでください。"))
    return Asked(product, read_written(form, WRITTEN, Place.PAGE))


def submit_choose(page: Page) -> Response[Any]:
    """Store the choice and go on to the check."""
    free = [child.ordinal for child in offered(page) if not child.why_not]
    chosen = tuple(ordinal for ordinal in free if page.form.get(f"child_{ordinal}"))
    if not chosen:
        page.form.error("who", _("紙に変えるこどもを、選んでください。"))
    asked = read_asked(page)
    if not page.form.ok:
        return show_choose(page, 422)
    keep(page, Chosen(chosen, asked.product, asked.written))
    return page.redirect("/alternative/check")


class AlternativeCheckView(View, frozen=True):
    """What ``portal/requests/alternative_check.html`` shows."""

    chosen: Chosen
    total: int
    lines: Sequence[tuple[str, int]]
    written: tuple[Line, ...]
    product: str
    delivery: tuple[str, ...]


def show_check(page: Page, status_code: int = 200) -> Response[Any]:
    """Show again who gets what, and that the coupon stops."""
    chosen = kept(page)
    free = {child.ordinal: child for child in offered(page) if not child.why_not}
    if chosen is None or closed(page) or not set(chosen.ordinals) <= set(free):
        return page.redirect("/alternative")
    names, mine = names_of(page), [free[ordinal] for ordinal in chosen.ordinals]
    return page.render(
        "portal/requests/alternative_check.html",
        AlternativeCheckView(
            chosen=chosen,
            total=sum(c.amount_yen for c in mine),
            lines=[(names.get(child.ordinal, ""), child.amount_yen) for child in mine],
            written=WRITTEN.lines(chosen.written, Place.CHECK),
            product=product_name(page.site.program, chosen.product),
            delivery=delivery_words(
                page.site.program,
                tuple(c.amount_yen for c in mine),
                shown=any(c.shown for c in mine),
            ),
        ),
        status_code,
    )


def submit(page: Page) -> Response[Any]:
    """Request paper; the same form sent again has no further effect and the same receipt."""
    key = own_form_key(page, "alternative")
    if not first_time(page.session, key, page.now):
        receipt = earlier_result(page.session, key)
        return page.redirect(
            f"/alternative/received/{receipt}" if receipt else "/alternative/check"
        )
    chosen = kept(page)
    if chosen is None:
        return page.redirect("/alternative")
    try:
        row = services.submit(
            page.work,
            services.PaperRequest(
                own_credential(page).household_id,
                dict.fromkeys(chosen.ordinals, chosen.product),
                chosen.written,
            ),
        )
    except DomainError as error:
        return refused(page, error)
    keep(page, None)
    keep_result(page.session, key, row.receipt_no)
    return page.redirect(f"/alternative/received/{row.receipt_no}")


class AlternativeRefusedView(View, frozen=True):
    """What ``portal/requests/alternative_refused.html`` shows."""

    message: str
    ward: str


def refused(page: Page, error: DomainError) -> Response[Any]:
    """Show a refusal, with the ward's telephone number where only the ward can help."""
    ward = page.site.program.contact.escalation_telephone if error.code in WARD_CODES else ""
    return page.render(
        "portal/requests/alternative_refused.html",
        AlternativeRefusedView(message=error.message, ward=ward),
        409,
    )


def blank_form(page: Page) -> Response[Any]:
    """Send the blank form for requesting paper to anybody."""
    pdf = alternative_form_pdf(page.site.program, page.now, large=page.wants_large)
    return page.download("alternative.pdf", pdf)


def leave(page: Page) -> Response[Any]:
    """Discard the choice and go home: the coupon stays as it is."""
    keep(page, None)
    return page.redirect("/home")


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    fresh = freshly_signed_in
    return [
        endpoint("GET", "/alternative/form.pdf", blank_form, everybody, PUBLIC),
        endpoint("GET", "/alternative", show, signed_in, ACCESS),
        endpoint("GET", "/alternative/choose", show_choose, signed_in, ACCESS),
        endpoint(
            "POST",
            "/alternative/choose/submit",
            submit_choose,
            signed_in,
            ACCESS,
            shows=show_choose,
        ),
        endpoint("GET", "/alternative/check", show_check, fresh, ACCESS),
        endpoint("POST", "/alternative/check/submit", submit, fresh, ACCESS, shows=show_check),
        endpoint("POST", "/alternative/leave", leave, signed_in, ACCESS),
    ]
