"""Screens of accounts: new ones, secrets that are shown once, the first sign-in, the own mail."""

import secrets
from datetime import timedelta
from functools import partial

from playwright.sync_api import Page
from sqlalchemy import update

from portal.domain.foundation.actors import Actor, Role
from portal.domain.foundation.clock import jst_date
from portal.domain.oversight.person_lists import asking
from portal.domain.oversight.person_lists.asking import Wish
from portal.domain.oversight.person_lists.kinds import ListKind, Scope
from portal.domain.oversight.told import mailboxes
from portal.domain.oversight.told.models import StaffMailbox
from portal.domain.people.staff.models import StaffUser
from tests.browser.admin.screens import Step, press
from tests.browser.admin.served import ServedStaff
from tests.support.staff import COOKIE, ROLES, Colleague, hire, start_session
from tests.support.work import work_in

MAIL = "/account#mail"
ADDRESS = "hanako.midori@city.shiokaze.example"


def _at_work(
    served: ServedStaff, page: Page, role: Role = Role.ADMINISTRATOR, *, enrolled: bool = True
) -> Colleague:
    """Somebody of their own, so that no code was used before."""
    login = f"account{secrets.token_hex(4)}"
    colleague = hire(served.database, served.now, role, login, enrolled=enrolled)
    token = start_session(served.database, colleague, served.now)
    page.context.add_cookies([{"name": COOKIE, "value": token, "url": served.url}])
    return colleague


def _actor(colleague: Colleague) -> Actor:
    return Actor(colleague.role, colleague.id, ROLES[colleague.role])


def _new(served: ServedStaff, page: Page) -> None:
    _at_work(served, page)
    served.go(page, "/staff/new")


def _wrong_new(served: ServedStaff, page: Page) -> None:
    _new(served, page)
    press(page)


def _first_secrets(served: ServedStaff, page: Page) -> None:
    admin = _at_work(served, page)
    served.go(page, "/staff/new")
    page.fill("#login", f"new{secrets.token_hex(4)}")
    page.fill("#name", "新しい人")
    page.select_option("#place", "contractor/officer")
    page.fill("#code", admin.code(served.now))
    press(page)
    page.locator("#first-password").wait_for()


def _renew(served: ServedStaff, page: Page) -> None:
    _at_work(served, page)
    served.go(page, f"/staff/{served.colleagues[Role.AGENT].id}/renew")


def _wrong_renew(served: ServedStaff, page: Page) -> None:
    _renew(served, page)
    press(page)


def _first_sign_in(served: ServedStaff, page: Page) -> None:
    _at_work(served, page, Role.AGENT, enrolled=False)
    served.go(page, "/")
    page.locator("#totp-key").wait_for()


def _wrong_first_sign_in(served: ServedStaff, page: Page) -> None:
    _first_sign_in(served, page)
    page.fill("#new_password", "short")
    press(page)


def _key_of_a_list(served: ServedStaff, page: Page) -> None:
    """An auditor asks for a list, the ward approves it, and makes its file."""
    auditor = _at_work(served, page, Role.AUDITOR)
    ward = _at_work(served, page, Role.WARD_OFFICER)
    span = Scope(start=(served.now - timedelta(days=1)).isoformat(), end=served.now.isoformat())
    wish = Wish(
        ListKind.AUDIT.value, span, "事故を調べるため", "区 監査の係長", jst_date(served.now)
    )
    with served.database.write() as session:
        key = asking.ask(work_in(session, _actor(auditor), served.now), wish).id
        asking.approve(work_in(session, _actor(ward), served.now), key)
    served.go(page, "/person-lists")
    page.locator(f"form[action='/person-lists/{key}/make'] button").click()
    page.wait_for_load_state("load")
    page.locator("code.as-written").wait_for()


def _mail(served: ServedStaff, page: Page, state: str = "") -> None:
    ward = _at_work(served, page, Role.WARD_OFFICER)
    if state:
        with served.database.write() as session:
            work = work_in(session, _actor(ward), served.now)
            mailboxes.ask(work, session.get_one(StaffUser, ward.id), ADDRESS)
            session.execute(
                update(StaffMailbox).where(StaffMailbox.staff_id == ward.id).values(state=state)
            )
    served.go(page, MAIL)


ACCOUNTS: dict[str, Step] = {
    "new account": _new,
    "new account: wrong": _wrong_new,
    "first secrets, shown once": _first_secrets,
    "secrets made anew": _renew,
    "secrets made anew: wrong": _wrong_renew,
    "first sign-in": _first_sign_in,
    "first sign-in: wrong": _wrong_first_sign_in,
    "key of a list, shown once": _key_of_a_list,
    "mail: none": _mail,
    "mail: waiting": partial(_mail, state="waiting"),
}
