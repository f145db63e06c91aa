"""Security keys of the staff: registered with a second person, ended, and used at sign-in."""

from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import between_steps, number_in_address, public_route, staff_route
from admin.page import Page
from admin.people.fresh_proof import JSON, fresh_proof, party_here
from admin.people.signin import open_site, show_code
from admin.people.staff_changes import second_person
from portal.domain.foundation.errors import (
    InputError,
    NotAllowedError,
    NotFoundError,
    ThrottledError,
)
from portal.domain.foundation.texts import _s
from portal.domain.people.authn.models import AuthSession
from portal.domain.people.staff import security_keys
from portal.domain.people.staff.models import StaffUser
from portal.domain.people.staff.permissions import Permission
from portal.platform.http.answer import Reply
from portal.platform.routes import Transaction

NEW = "/account/keys/new"
MAKE = "/account/keys/make"


def _who(page: Page) -> tuple[AuthSession, StaffUser]:
    auth, staff = page.who.auth, page.who.staff
    if auth is None or staff is None:
        raise RuntimeError("the guard lets in nobody who is not signed in")
    return auth, staff


def show_new(page: Page, status_code: int = 200) -> Response[Any]:
    """Ask for a label, and for the proofs of two people."""
    party_here(page)
    return page.render("admin/people/key_new.html", status_code=status_code)


def submit_new(page: Page) -> Reply:
    """Let a key be made, once two people were there; wrong codes count."""
    party_here(page)
    if status := fresh_proof(page):
        return show_new(page, status)
    second, status = second_person(page)
    if status:
        return show_new(page, status)
    try:
        with page.session.begin_nested():
            security_keys.begin_making(page.work, _who(page)[0], page.form.get("label"), second)
    except InputError as error:
        page.form.error("label", error.message)
        return show_new(page, 422)
    except NotAllowedError as error:
        page.form.error("second_login", error.message)
        return show_new(page, 422)
    return page.redirect(MAKE)


def show_make(page: Page, status_code: int = 200) -> Response[Any]:
    """Show the button that makes the key on its device."""
    party_here(page)
    if not security_keys.is_making(_who(page)[0], page.now) and page.form.ok:
        return page.redirect(NEW)
    return page.render("admin/people/key_make.html", status_code=status_code)


def options(page: Page) -> Response[Any]:
    """Return what the browser needs to make a key."""
    auth, staff = _who(page)
    asked = security_keys.to_make(page.work, auth, party_here(page), staff.login)
    return page.send(asked.encode(), JSON)


def submit_make(page: Page) -> Reply:
    """Store the key that the device made."""
    party = party_here(page)
    try:
        security_keys.add(page.work, _who(page)[0], party, page.form.get("passkey"))
    except InputError as error:
        page.form.error("passkey", error.message)
        return show_make(page, 422)
    return page.redirect("/account?said=key_added")


def end_own(page: Page) -> Reply:
    """End one's own key; one that has ended already is no fault."""
    return _end(page, _who(page)[1].id, "/account?said=key_ended")


def end_of_colleague(page: Page) -> Reply:
    """End the key of a colleague."""
    staff_id = number_in_address(page, "staff_id")
    return _end(page, staff_id, f"/staff/{staff_id}/sessions?said=key_ended")


def _end(page: Page, staff_id: int, place: str) -> Reply:
    try:
        security_keys.end(page.work, staff_id, number_in_address(page, "key_id"))
    except NotFoundError:
        return page.redirect(place)
    return page.redirect(place)


def sign_in_options(page: Page) -> Response[Any]:
    """Return what the browser asks the key at sign-in."""
    asked = security_keys.ask(page.work, _who(page)[0], party_here(page))
    return page.send(asked.encode(), JSON)


def submit_sign_in(page: Page) -> Reply:
    """Check the answer of the key; the right one begins a session that may open pages."""
    party, (auth, staff) = party_here(page), _who(page)
    try:
        answer = page.form.get("passkey")
        right = security_keys.check(page.work, auth, party, answer, page.path)
    except ThrottledError as error:
        page.form.error("code", error.message)
        return show_code(page, 429)
    if not right:
        page.form.error("code", _s("このキーでは、サインインできませんでした。"))
        return show_code(page, 422)
    return open_site(page, auth, staff)


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    own, manage = Permission.OWN_ACCOUNT, Permission.MANAGE_STAFF
    return [
        staff_route("GET", NEW, show_new, own),
        staff_route("POST", NEW + "/submit", submit_new, own, shows=show_new),
        staff_route("GET", MAKE, show_make, own),
        staff_route("GET", "/account/keys/options", options, own),
        staff_route("POST", MAKE + "/submit", submit_make, own, shows=show_make),
        staff_route("POST", "/account/keys/{key_id:int}/end", end_own, own),
        staff_route(
            "POST", "/staff/{staff_id:int}/keys/{key_id:int}/end", end_of_colleague, manage
        ),
        public_route(
            "GET",
            "/signin/key/options",
            sign_in_options,
            guard=between_steps,
            transaction=Transaction.WRITE,
        ),
        public_route(
            "POST", "/signin/key/submit", submit_sign_in, guard=between_steps, shows=show_code
        ),
    ]
