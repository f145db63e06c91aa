"""The first sign-in: an own password, and an own key for the authenticator app."""

import os
from collections.abc import Sequence
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import before_enrollment, public_route
from admin.page import Page
from admin.people.new_password import known_words
from portal.domain.foundation.errors import BusyError, InputError
from portal.domain.foundation.texts import _s
from portal.domain.people.authn.models import AuthSession
from portal.domain.people.authn.passwords import SALT_BYTES
from portal.domain.people.authn.totp import totp_uri
from portal.domain.people.authn.typed_code import CodeAnswer
from portal.domain.people.coupons.qr import draw_png
from portal.domain.people.signin.account import check_own_password
from portal.domain.people.staff import enrollment
from portal.domain.people.staff.changes import AccountChange, changes_of
from portal.domain.people.staff.code_words import code_error
from portal.domain.people.staff.models import StaffUser
from portal.platform.failures import failure_page
from portal.platform.routes import Transaction
from portal.platform.view import View

ISSUER = "Portal staff"
GROUP = 4


class EnrollmentView(View, frozen=True):
    """What ``admin/people/enrollment.html`` shows; ``uri`` opens an app on this device."""

    key: str
    uri: str
    changes: Sequence[AccountChange]


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show the key of this session's own, and ask for a password and a code of that key."""
    auth, staff = _who(page)
    key = enrollment.own_key(page.site.vault, auth)
    return page.render(
        "admin/people/enrollment.html",
        EnrollmentView(
            key=" ".join(key[at : at + GROUP] for at in range(0, len(key), GROUP)),
            uri=totp_uri(key, staff.login, ISSUER),
            changes=changes_of(page.session, staff.id),
        ),
        status_code,
    )


def _who(page: Page) -> tuple[AuthSession, StaffUser]:
    auth, staff = page.who.auth, page.who.staff
    if auth is None or staff is None:
        raise RuntimeError("the guard lets in nobody who is not signed in")
    return auth, staff


def key_image(page: Page) -> Response[Any]:
    """Return the key as a QR image for the phone."""
    auth, staff = _who(page)
    uri = totp_uri(enrollment.own_key(page.site.vault, auth), staff.login, ISSUER)
    return page.send(draw_png(uri), "image/png")


def submit(page: Page) -> Response[Any]:
    """Set both; the session goes on under a new ID, and every other one has ended."""
    site, form = page.site, page.form
    try:
        hashed = _new_hash(page)
    except BusyError as error:
        page.forget_who()
        return failure_page(page, error)
    with site.database.write() as session:
        page.load_auth(session, site.clock.now(session))
        if page.who.auth is None:
            return page.redirect("/signin?ended=1")
        if hashed is None:
            return show(page, 422)
        own = enrollment.OwnSecrets(hashed, form.get("code"))
        done = enrollment.finish(page.work, page.who.auth, own)
        if done.answer is not CodeAnswer.RIGHT:
            form.error("code", code_error(done.answer))
            return show(page, 422)
        page.forget_who()
    page.sign_in_as(done.token)
    return page.redirect("/")


def _new_hash(page: Page) -> str | None:
    """Hash the new password outside any transaction; faults go into the form."""
    site, form = page.site, page.form
    with site.database.read() as session:
        page.load_auth(session, site.clock.now(session))
        _auth, user = _who(page)
        first, words = user.password_hash, known_words(site.program, user)
    try:
        password = check_own_password(form.get("new_password"), words)
    except InputError as error:
        form.error("new_password", error.message)
        return None
    if site.hashes.verify(first, password):
        form.error(
            "new_password", _s("渡されたパスワードのままです。自分で決めたものにしてください。")
        )
        return None
    return site.hashes.hash(password, os.urandom(SALT_BYTES))


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    return [
        public_route("GET", "/enrollment", show, guard=before_enrollment),
        public_route("GET", "/enrollment/key.png", key_image, guard=before_enrollment),
        public_route(
            "POST",
            "/enrollment/submit",
            submit,
            guard=before_enrollment,
            shows=show,
            transaction=Transaction.OWN,
        ),
    ]
