"""The screens of entering forms on paper and calls."""

from functools import partial

from playwright.sync_api import Page

from portal.domain.foundation.actors import Role
from tests.browser.admin.screens import Step, open_household, press
from tests.browser.admin.served import ServedStaff


def _open(served: ServedStaff, page: Page, *, path: str) -> None:
    open_household(served, page)
    served.go(page, "/households/{household}" + path)


def _wrong(served: ServedStaff, page: Page, *, path: str) -> None:
    _open(served, page, path=path)
    press(page)
    page.locator("#error-summary").wait_for()


def _done(served: ServedStaff, page: Page) -> None:
    """A form that somebody else signed: taken, with a warning."""
    _open(served, page, path="/entry/decline/post")
    page.fill("#received_on", "令和5年7月31日")
    page.check("input[name=child-1]")
    page.select_option("#signed_by", "spouse")
    page.check("input[name=clear][value=yes]")
    page.select_option("#no_scan", "scanner_down")
    press(page)
    page.locator(".figure").wait_for()


def _paper(served: ServedStaff, page: Page) -> None:
    """The paper of a form without scan, as the one who entered it sees it."""
    _done(served, page)
    page.click("a[href*='/papers/']")
    page.wait_for_url("**/papers/*")


def _to_read(served: ServedStaff, page: Page, *, signer: str = "") -> None:
    """The paper as a second person reads it, who misses a field or finds another signer."""
    _paper(served, page)
    path = page.url[page.url.index("/reviews/") :]
    served.enter(page, Role.OFFICER)
    served.go(page, path)
    if signer:
        page.select_option("#signed_by", signer)
        page.fill("#received_on", "2023-07-31")
    press(page, "form[action$='/read']")


def _wished(served: ServedStaff, page: Page) -> None:
    _open(served, page, path="/entry/wish/phone")
    page.check("input[value=form]")
    press(page)
    page.locator(".figure").wait_for()


ENTRIES: dict[str, Step] = {
    "choose": partial(_open, path="/entry"),
    "decline by post": partial(_open, path="/entry/decline/post"),
    "decline by fax: empty": partial(_wrong, path="/entry/decline/fax"),
    "alternative by telephone: empty": partial(_wrong, path="/entry/alternative/phone"),
    "redelivery by post": partial(_open, path="/entry/redelivery/post"),
    "redelivery by telephone: empty": partial(_wrong, path="/entry/redelivery/phone"),
    "wish": partial(_open, path="/entry/wish/phone"),
    "entered with a warning": _done,
    "paper: without evidence": _paper,
    "paper: read, a field missing": _to_read,
    "paper: read, and different": partial(_to_read, signer="householder"),
    "form to send": _wished,
}
