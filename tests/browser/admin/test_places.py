"""Calendar, sites and sessions in a browser at 360 px, light and dark, with and without scripts."""

import secrets
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from portal.domain.foundation.actors import Role
from tests.browser.admin.contacts.passing import says_the_same_without_javascript
from tests.browser.admin.screens import press
from tests.browser.admin.served import ServedStaff
from tests.support.browser import PageFactory
from tests.support.gates import check_page
from tests.support.staff import COOKIE, Colleague, hire, start_session

Step = Callable[[ServedStaff, Page], None]


def enter(served: ServedStaff, page: Page, role: Role) -> Colleague:
    colleague = hire(served.database, served.now, role, f"place{secrets.token_hex(4)}")
    token = start_session(served.database, colleague, served.now)
    page.context.add_cookies([{"name": COOKIE, "value": token, "url": served.url}])
    return colleague


def _calendar(served: ServedStaff, page: Page) -> None:
    enter(served, page, Role.AGENT)
    served.go(page, "/calendar?month=2023-12")


def _sites(served: ServedStaff, page: Page) -> None:
    enter(served, page, Role.SUPERVISOR)
    served.go(page, "/sites")


def _sites_wrong(served: ServedStaff, page: Page) -> None:
    _sites(served, page)
    press(page)


def _sessions(served: ServedStaff, page: Page) -> None:
    colleague = enter(served, page, Role.ADMINISTRATOR)
    start_session(served.database, colleague, served.now)
    start_session(served.database, colleague, served.now)
    served.go(page, f"/staff/{colleague.id}/sessions")


def _account(served: ServedStaff, page: Page) -> None:
    colleague = enter(served, page, Role.AUDITOR)
    start_session(served.database, colleague, served.now)
    start_session(served.database, colleague, served.now)
    served.go(page, "/account")


SCREENS: dict[str, Step] = {
    "calendar": _calendar,
    "sites": _sites,
    "sites: wrong": _sites_wrong,
    "sessions": _sessions,
    "account": _account,
}


@pytest.mark.parametrize("name", list(SCREENS))
def test_a_screen_passes_the_gates(
    served_staff: ServedStaff, page_factory: PageFactory, name: str
) -> None:
    page = page_factory()
    SCREENS[name](served_staff, page)
    found = check_page(page)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", ["calendar", "sites", "sessions", "account"])
def test_a_screen_says_and_offers_the_same_without_javascript(
    served_staff: ServedStaff, page_factory: PageFactory, name: str
) -> None:
    says_the_same_without_javascript(served_staff, page_factory, SCREENS[name])


def test_the_reserve_site_is_switched_on_longer_and_off_without_javascript_at_360_px(
    served_staff: ServedStaff, page_factory: PageFactory
) -> None:
    page = page_factory(javascript=False)
    lead = enter(served_staff, page, Role.SUPERVISOR)
    served_staff.go(page, "/sites")
    page.fill("#reason", "本拠点の停電")
    page.fill("#day", served_staff.now.date().isoformat())
    page.fill("#time", "23時59分")
    page.fill("#code", lead.code(served_staff.now))
    press(page)
    expect(page.locator(".good-note")).to_contain_text("使えるようにしました")
    expect(page.locator("#main")).to_contain_text("23:59 まで使えます")
    with_script = page_factory()
    _sites(served_staff, with_script)
    found = check_page(with_script)
    assert not found, "\n".join(found)
    page.get_by_role("button", name="いま閉じる").click()
    expect(page.locator(".good-note")).to_contain_text("閉じました")
    expect(page.locator("tbody tr").first).to_contain_text("本拠点の停電")


def test_one_of_the_own_sessions_is_ended_with_one_press(
    served_staff: ServedStaff, page_factory: PageFactory
) -> None:
    page = page_factory(javascript=False)
    _account(served_staff, page)
    places = page.locator(".lines").first.locator("li")
    expect(places).to_have_count(3)
    page.get_by_role("button", name="終わらせる").first.click()
    expect(page.locator(".good-note")).to_contain_text("1つ終わらせました")
    expect(places).to_have_count(2)
