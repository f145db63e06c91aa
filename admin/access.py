"""Access to the staff pages: registered networks, an unlocked screen, a permission per page."""

import hashlib
from collections.abc import Mapping

from litestar.handlers import HTTPRouteHandler

from admin import kept_counts
from admin.desk import gate
from admin.page import Page, StaffWho
from admin.people.locked import locked_page
from portal.domain.foundation.audit.services import first_time
from portal.domain.foundation.errors import NotAllowedError, NotFoundError
from portal.domain.foundation.networks import inside
from portal.domain.foundation.program.settings.workplaces import WorkplaceKind, workplaces_at
from portal.domain.foundation.texts import _s
from portal.domain.people.authn.sessions import Stage
from portal.domain.people.sites.admission import NetworkAddress, Place, admit, outside
from portal.domain.people.staff.models import StaffUser
from portal.domain.people.staff.permissions import Permission, may
from portal.platform.http.answer import Reply
from portal.platform.http.uploads import UploadRule
from portal.platform.routes import Guard, Handler, Transaction, endpoint
from portal.platform.who import LoadWho

PUBLIC = "public"
FIRST_SIGN_IN = "/enrollment"
"""Where a signed-in person sets an own password and key, and nowhere else until it is done."""
LOOPBACK = ("127.0.0.0/8", "::1/128")
BIGGEST_KEY = 2**63


WAITING_MAY = frozenset({Permission.SWITCH_SITES, Permission.OWN_ACCOUNT})
"""What a supervisor may do at a reserve site that is off: switch it on, and their own account."""


def _on_this_machine(page: Page) -> bool:
    return page.site.settings.has_outbox and inside(page.request.address, LOOPBACK)


def _from_office(page: Page) -> bool:
    if _on_this_machine(page):
        return True
    if networks := page.site.settings.admin_networks:
        return inside(page.request.address, networks)
    workplaces = page.site.program.workplaces
    return not any(workplace.kind is WorkplaceKind.WARD for workplace in workplaces)


def refuse_outside(page: Page) -> None:
    """Refuse addresses that belong to no office and no site.

    Only without any list for the ward every address is allowed; ``portal selfcheck`` warns then.

    Raises:
        NotAllowedError: the address is outside.
    """
    if not _from_office(page) and not workplaces_at(
        page.site.program.workplaces, page.request.address
    ):
        raise outside()


def place_of(page: Page, user: StaffUser) -> Place:
    """Return the place from which somebody works, by the organization and role of the account.

    Raises:
        NotAllowedError: this account may not work from there now.
    """
    workplaces = page.site.program.workplaces
    if _on_this_machine(page):
        return Place(next(iter(workplaces_at(workplaces, page.request.address)), None))
    address = NetworkAddress(page.request.address, _from_office(page))
    return admit(page.work, user, address)


def works_here(page: Page) -> bool:
    """Return whether the signed-in person may do more here than switch this site on."""
    return page.who.staff is not None and not place_of(page, page.who.staff).waiting


def allowed(page: Page, permission: Permission) -> bool:
    """Return whether the signed-in person has a permission, for the content of a page."""
    return page.who.has(permission)


def everybody(page: Page) -> Reply | None:
    """Admit everybody from a registered network."""
    refuse_outside(page)
    return None


def between_steps(page: Page) -> Reply | None:
    """Admit a session that has given its password but not its code yet."""
    refuse_outside(page)
    if page.who.auth is None or page.who.staff is None or not page.who.staff.active:
        return page.redirect("/signin")
    if page.who.auth.stage != Stage.PASSWORD:
        return page.redirect("/")
    place_of(page, page.who.staff)
    return None


def before_enrollment(page: Page) -> Reply | None:
    """Admit a session that has given password and code, of an account without own secrets."""
    refused = signed_in(page)
    if refused is not None or page.who.staff is None:
        return refused
    if page.who.locked:
        return locked_page(page)
    return page.redirect("/") if page.who.staff.enrolled_at is not None else None


def signed_in(page: Page) -> Reply | None:
    """Admit a fully signed-in session, locked or not; redirect everybody else to the sign-in."""
    refuse_outside(page)
    if page.who.auth is None or page.who.staff is None or not page.who.staff.active:
        return page.redirect("/signin?ended=1" if page.method == "POST" else "/signin")
    if page.who.auth.stage == Stage.PASSWORD:
        return page.redirect("/signin/code")
    place_of(page, page.who.staff)
    return None


def holders_of(permission: Permission) -> Guard[StaffWho]:
    """Return the guard that admits people with a permission.

    Signed-out people are redirected to the sign-in; a locked screen asks for the password.
    """

    def guard(page: Page) -> Reply | None:
        refuse_outside(page)
        if page.who.auth is None or page.who.staff is None or not page.who.staff.active:
            return page.redirect("/signin?ended=1" if page.method == "POST" else "/signin")
        if page.who.auth.stage == Stage.PASSWORD:
            return page.redirect("/signin/code")
        place = place_of(page, page.who.staff)
        if page.who.locked:
            return locked_page(page)
        if page.who.staff.enrolled_at is None:
            return page.redirect(FIRST_SIGN_IN)
        if not may(page.who.staff, permission):
            raise NotAllowedError(_s("あなたの役割では、この画面は使えません。"))
        if place.waiting and permission not in WAITING_MAY:
            if page.method == "GET":
                return page.redirect("/sites")
            raise NotAllowedError(
                _s(
                    "この予備の拠点は、まだ切り替えられていません。さきに「拠点」"
                    "の画面で切り替えてください。"
                )
            )
        if page.method == "POST":
            kept_counts.let_go(page)
        return None

    return guard


def _behind_the_gate(admits: Guard[StaffWho], path: str) -> Guard[StaffWho]:
    """Return the guard that lets in whom ``admits`` lets in, to a record that is open to them."""
    named = gate.record_of_route(path)
    if named is None:
        return admits
    record, key = named

    def guard(page: Page) -> Reply | None:
        refused = admits(page)
        return refused if refused is not None else gate.closed_record(page, record, key)

    return guard


def staff_route(
    method: str,
    path: str,
    handler: Handler[StaffWho],
    permission: Permission,
    *,
    shows: Handler[StaffWho] | None = None,
    transaction: Transaction | None = None,
    uploads: Mapping[str, UploadRule] | None = None,
    load: LoadWho[StaffWho] | None = None,
) -> HTTPRouteHandler:
    """Return a route for people with a permission.

    ``uploads`` names the fields with a file, and their rules. A record of a household that is no
    longer work is behind the gate.
    """
    return endpoint(
        method,
        path,
        handler,
        _behind_the_gate(holders_of(permission), path),
        permission.value,
        shows=shows,
        transaction=transaction,
        uploads=uploads,
        load=load,
    )


def screen_route(
    method: str, path: str, handler: Handler[StaffWho], permission: Permission
) -> HTTPRouteHandler:
    """Return a route of a screen on the wall, for people with a permission.

    It goes on while their own screen is locked: it has figures of nobody, and nothing to press.
    """
    return endpoint(method, path, handler, _on_the_wall(permission), permission.value)


def _on_the_wall(permission: Permission) -> Guard[StaffWho]:
    admits = holders_of(permission)

    def guard(page: Page) -> Reply | None:
        staff = page.who.staff
        if page.who.locked and staff is not None and staff.enrolled_at is not None:
            refused = signed_in(page)
            if refused is None and may(staff, permission) and not place_of(page, staff).waiting:
                return None
        return admits(page)

    return guard


def public_route(
    method: str,
    path: str,
    handler: Handler[StaffWho],
    *,
    guard: Guard[StaffWho] = everybody,
    shows: Handler[StaffWho] | None = None,
    transaction: Transaction | None = None,
) -> HTTPRouteHandler:
    """Return a route for people who are not signed in yet."""
    return endpoint(method, path, handler, guard, PUBLIC, shows=shows, transaction=transaction)


def first_post(page: Page) -> bool:
    """Claim the posted form; return False if the same form was carried out before.

    A double click thus takes effect once.
    """
    return first_time(page.session, post_key(page), page.now)


def post_key(page: Page) -> str:
    """Return the key under which a posted form is claimed and its result may be kept."""
    who = page.who.staff.id if page.who.staff is not None else 0
    typed = sorted(
        (name, value) for name, value in page.form.values.items() if name != "form_token"
    )
    files = sorted(
        (name, hashlib.sha256(file.data).hexdigest()) for name, file in page.form.files.items()
    )
    return hashlib.sha256(repr((who, page.path, typed, files)).encode()).hexdigest()


def number_in_address(page: Page, name: str) -> int:
    """Return a key from the page's address.

    Raises:
        NotFoundError: no row can have such a key.
    """
    number = int(page.params[name])
    if not 0 < number < BIGGEST_KEY:
        raise NotFoundError(_s("お探しのページは見つかりませんでした。"))
    return number
