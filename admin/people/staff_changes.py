"""Add an account, give one new secrets, forget its failed tries: with a code, and a second one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import first_post, number_in_address, staff_route
from admin.page import Page
from admin.people.enrollment import ISSUER
from admin.people.fresh_proof import fresh_proof
from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.errors import (
    DomainError,
    NotAllowedError,
    NotFoundError,
    ThrottledError,
)
from portal.domain.foundation.languages import STAFF_LOCALES
from portal.domain.foundation.texts import _s
from portal.domain.people.authn.totp import totp_uri
from portal.domain.people.authn.typed_code import CodeAnswer
from portal.domain.people.staff import accounts
from portal.domain.people.staff.code_words import code_error
from portal.domain.people.staff.command_proof import Claim, prove_beside
from portal.domain.people.staff.models import StaffUser
from portal.domain.people.staff.permissions import ROLES_OF_ORGANIZATION, Permission
from portal.domain.people.staff.queries import staff_user
from portal.domain.people.staff.services import NewStaff, Profile
from portal.platform.http.answer import Reply
from portal.platform.view import View

ONCE = "/staff?said=shown_once"


@dataclass(frozen=True, slots=True)
class Place:
    """An organization with a role that its accounts can have, as one choice."""

    value: str
    organization: str
    role: str


class StaffNewView(View, frozen=True):
    """What ``admin/people/staff_new.html`` shows."""

    places: Sequence[Place]
    locales: Sequence[str]


def show_new(page: Page, status_code: int = 200) -> Response[Any]:
    """Show the form for another account."""
    places = [
        Place(f"{side.value}/{role.value}", side.label, role.label)
        for side in Organization
        for role in sorted(ROLES_OF_ORGANIZATION[side])
    ]
    view = StaffNewView(places=places, locales=STAFF_LOCALES)
    return page.render("admin/people/staff_new.html", view, status_code)


class StaffRenewView(View, frozen=True):
    """What ``admin/people/staff_renew.html`` shows."""

    colleague: StaffUser


def show_renew(page: Page, status_code: int = 200) -> Response[Any]:
    """Show what new secrets mean for one account, and the fields of two people."""
    colleague = staff_user(page.session, number_in_address(page, "staff_id"))
    if colleague is None:
        raise NotFoundError(_s("この職員は見つかりませんでした。"))
    view = StaffRenewView(colleague=colleague)
    return page.render("admin/people/staff_renew.html", view, status_code)


class StaffSecretsView(View, frozen=True):
    """What ``admin/people/staff_secrets.html`` shows, once and never again."""

    login: str
    password: str
    key: str
    uri: str


def add(page: Page) -> Reply:
    """Add an account and show its first password and key, this once."""
    place = page.form.get("place").split("/")
    known = [side.value for side in Organization], [role.value for role in Role]
    if len(place) != 2 or place[0] not in known[0] or place[1] not in known[1]:
        page.form.error("place", _s("所属と役割を選んでください。"))
        return show_new(page, 422)
    profile = Profile(
        page.form.get("login"),
        page.form.get("name"),
        Organization(place[0]),
        Role(place[1]),
        page.form.get("locale"),
    )
    return _decide(
        page,
        show_new,
        lambda people: _secrets(page, accounts.add(page.work, profile, people)),
    )


def renew(page: Page) -> Reply:
    """Give an account new first secrets and show them, this once."""
    key = number_in_address(page, "staff_id")
    return _decide(
        page,
        show_renew,
        lambda people: _secrets(page, accounts.renew(page.work, key, people)),
    )


def unlock(page: Page) -> Reply:
    """Forget the failed tries of an account."""
    key = number_in_address(page, "staff_id")

    def act(people: Sequence[Actor]) -> Reply:
        accounts.unlock(page.work, key, people)
        return page.redirect("/staff?said=unlocked")

    return _decide(page, show_renew, act)


def _decide(
    page: Page,
    shows: Callable[[Page, int], Response[Any]],
    act: Callable[[Sequence[Actor]], Reply],
) -> Reply:
    """Ask both people for their proofs and act once; wrong ones count although nothing is done."""
    if status := fresh_proof(page):
        return shows(page, status)
    second, status = second_person(page)
    if status:
        return shows(page, status)
    try:
        with page.session.begin_nested():
            people = accounts.deciders(page.work, second)
            return act(people) if first_post(page) else page.redirect(ONCE)
    except NotAllowedError as error:
        page.form.error("second_login", error.message)
    except NotFoundError:
        raise
    except DomainError as error:
        page.form.error("login", error.message)
    return shows(page, 422)


def second_person(page: Page) -> tuple[StaffUser | None, int]:
    """Return who stands beside, if a login was typed; else the status of the refusal."""
    form = page.form
    if not form.get("second_login").strip():
        return None, 0
    try:
        claim = Claim(form.get("second_login"), form.get("second_code"), page.path)
        answer, user = prove_beside(page.work, claim)
    except ThrottledError as error:
        form.error("second_code", error.message)
        return None, 429
    except DomainError as error:
        form.error("second_login", error.message)
        return None, 422
    if answer is CodeAnswer.RIGHT:
        return user, 0
    form.error("second_code", code_error(answer))
    return None, 422


def _secrets(page: Page, made: NewStaff) -> Reply:
    return page.render(
        "admin/people/staff_secrets.html",
        StaffSecretsView(
            login=made.user.login,
            password=made.password,
            key=made.totp_secret,
            uri=totp_uri(made.totp_secret, made.user.login, ISSUER),
        ),
    )


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    may, one = Permission.VOUCH_FOR_STAFF, "/staff/{staff_id:int}"
    return [
        staff_route("GET", "/staff/new", show_new, may),
        staff_route("POST", "/staff/new/add", add, may, shows=show_new),
        staff_route("GET", f"{one}/renew", show_renew, may),
        staff_route("POST", f"{one}/renew/submit", renew, may, shows=show_renew),
        staff_route("POST", f"{one}/unlock", unlock, may, shows=show_renew),
    ]
