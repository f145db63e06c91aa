"""Pages for declining: explanation, choice of the children, and check."""

from collections.abc import Mapping, Sequence
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Struct

from portal.domain.foundation.program.deadlines import Window
from portal.domain.foundation.program.opening import closed_text
from portal.domain.foundation.texts import _
from portal.domain.foundation.vault import seal_json, unseal_json
from portal.domain.people.authn.sessions import keep_data
from portal.domain.requests.declines.queries import Choice, choices, may_complete, wish_of
from portal.domain.requests.declines.written import WRITTEN, DeclineNote
from portal.domain.requests.requests.fields import Field, Line, Place
from portal.domain.requests.requests.models import Request
from portal.platform.http.written_forms import read_written
from portal.platform.routes import endpoint
from portal.platform.view import View
from portal.resident_page import Page
from portal.web.access import signed_in
from portal.web.coupons.tickets import household_of
from portal.web.signin.activation import own_credential, session_of

ACCESS = "signed_in"
KEY = "decline"


class Chosen(Struct, frozen=True):
    """What the household chose so far: in the session, the reason sealed, until the receipt."""

    ordinals: tuple[int, ...]
    written: DeclineNote


def keep(page: Page, chosen: Chosen | None) -> None:
    """Store the choice in the session, or remove it."""
    auth = session_of(page)
    data = {name: value for name, value in auth.data.items() if name != KEY}
    if chosen is not None:
        note = WRITTEN.seal(chosen.written)
        sealed = seal_json(page.site.vault.kek, note, f"decline:{auth.owner_id}")
        data[KEY] = {"ordinals": list(chosen.ordinals), "sealed": sealed.hex()}
    keep_data(page.session, auth, data)


def kept(page: Page) -> Chosen | None:
    """Return the choice in the session."""
    auth = session_of(page)
    found = auth.data.get(KEY)
    if not found:
        return None
    opened = unseal_json(
        page.site.vault.kek, bytes.fromhex(found["sealed"]), f"decline:{auth.owner_id}"
    )
    return Chosen(tuple(found["ordinals"]), WRITTEN.open(opened))


def names_of(page: Page) -> dict[int, str]:
    """Return the names of the household's children by their numbers."""
    return {child.ordinal: child.fields.name for child in household_of(page).children}


def offered(page: Page) -> list[Choice]:
    """Return the household's children as the journey offers them."""
    return choices(page.session, own_credential(page).household_id)


def _closed(page: Page) -> str:
    """Return why declining is closed ("" if not); an earlier one may still be completed."""
    said = closed_text(page.site.program.windows.decline, page.now)
    if said and not page.site.program.windows.exchange.is_over(page.now):
        household_id = own_credential(page).household_id
        if page.site.program.windows.decline.is_over(page.now) and may_complete(
            page.session, household_id
        ):
            return ""
    return said


class DeclineView(View, frozen=True):
    """What ``portal/requests/decline.html`` shows."""

    closed: str
    children: Sequence[Choice]
    free: Sequence[Choice]
    names: Mapping[int, str]
    total: int
    window: Window
    wish: Request | None


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Explain what is given up, before anything can be chosen."""
    children = offered(page)
    free = [child for child in children if not child.why_not]
    return page.render(
        "portal/requests/decline.html",
        DeclineView(
            closed=_closed(page),
            children=children,
            free=free,
            names=names_of(page),
            total=sum(child.amount_yen for child in free),
            window=page.site.program.windows.decline,
            wish=wish_of(page.session, own_credential(page).household_id),
        ),
        status_code,
    )


class DeclineChooseView(View, frozen=True):
    """What ``portal/requests/decline_choose.html`` shows."""

    children: Sequence[Choice]
    names: Mapping[int, str]
    before: Chosen | None
    free: Sequence[Choice]
    asked: tuple[Field, ...]


def show_choose(page: Page, status_code: int = 200) -> Response[Any]:
    """Ask for the children; nothing is preselected."""
    children = offered(page)
    free = [child for child in children if not child.why_not]
    if _closed(page) or not free:
        return page.redirect("/decline")
    before = kept(page) if page.method == "GET" else None
    return page.render(
        "portal/requests/decline_choose.html",
        DeclineChooseView(
            children=children,
            names=names_of(page),
            before=before,
            free=free,
            asked=WRITTEN.asked(Place.PAGE),
        ),
        status_code,
    )


def submit_choose(page: Page) -> Response[Any]:
    """Store the choice and go on to the check."""
    form = page.form
    free = tuple(child.ordinal for child in offered(page) if not child.why_not)
    ticked = tuple(ordinal for ordinal in free if form.get(f"child_{ordinal}"))
    everybody = form.get("who") == "all"
    if everybody and ticked and ticked != free:
        form.error("who", _("「全員」か、こどもの名前か、どちらかだけを選んでください。"))
    elif not everybody and not ticked:
        form.error("who", _("辞退するこどもを、選んでください。"))
    note = read_written(form, WRITTEN, Place.PAGE)
    if not form.ok or not free:
        return show_choose(page, 422)
    keep(page, Chosen(free if everybody else ticked, note))
    return page.redirect("/decline/check")


class DeclineCheckView(View, frozen=True):
    """What ``portal/requests/decline_check.html`` shows."""

    total: int
    lines: Sequence[tuple[str, int]]
    chosen: Chosen
    written: tuple[Line, ...]
    window: Window


def show_check(page: Page, status_code: int = 200) -> Response[Any]:
    """Show again who gives up how much."""
    chosen, free = (
        kept(page),
        {child.ordinal: child for child in offered(page) if not child.why_not},
    )
    if chosen is None or not set(chosen.ordinals) <= set(free):
        return page.redirect("/decline")
    names = names_of(page)
    return page.render(
        "portal/requests/decline_check.html",
        DeclineCheckView(
            total=sum(free[ordinal].amount_yen for ordinal in chosen.ordinals),
            lines=[
                (names.get(ordinal, ""), free[ordinal].amount_yen) for ordinal in chosen.ordinals
            ],
            chosen=chosen,
            written=WRITTEN.lines(chosen.written, Place.CHECK),
            window=page.site.program.windows.decline,
        ),
        status_code,
    )


def leave(page: Page) -> Response[Any]:
    """Discard the choice and go home: nothing was declined."""
    keep(page, None)
    return page.redirect("/home")


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    return [
        endpoint("GET", "/decline", show, signed_in, ACCESS),
        endpoint("GET", "/decline/choose", show_choose, signed_in, ACCESS),
        endpoint(
            "POST", "/decline/choose/submit", submit_choose, signed_in, ACCESS, shows=show_choose
        ),
        endpoint("GET", "/decline/check", show_check, signed_in, ACCESS),
        endpoint("POST", "/decline/leave", leave, signed_in, ACCESS),
    ]
