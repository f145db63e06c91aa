"""The menu by job and a header that folds: a page begins with its own heading, on a phone too."""

import re
import secrets

import pytest
from playwright.sync_api import Page, expect

from portal.domain.foundation.actors import Role
from tests.browser.admin.people.test_lock import OVER_THE_PAGE
from tests.browser.admin.served import ServedStaff
from tests.support.browser import PageFactory
from tests.support.gates import check_page
from tests.support.staff import COOKIE, ROLES, hire, start_session

EVERYBODY = tuple(ROLES)
PAGES = {
    Role.AGENT: ("/", "/desk", "/calls", "/call-backs", "/scripts"),
    Role.SUPERVISOR: ("/", "/board", "/desk", "/watch"),
    Role.OFFICER: ("/", "/reviews", "/tasks", "/households", "/letters", "/settlement"),
    Role.WARD_OFFICER: ("/", "/reviews", "/holds", "/openings"),
    Role.AUDITOR: ("/", "/audit", "/watch"),
    Role.ADMINISTRATOR: ("/", "/staff", "/system"),
}
FIRST_SCREEN = 200
"""The heading's top in CSS pixels, of the 740 of a small phone."""
MENU, OWN = "メニュー", "自分・言語"


def enter(served: ServedStaff, page: Page, role: Role) -> None:
    colleague = hire(served.database, served.now, role, f"menu{secrets.token_hex(4)}")
    token = start_session(served.database, colleague, served.now)
    page.context.add_cookies([{"name": COOKIE, "value": token, "url": served.url}])


def heading_at(page: Page) -> float:
    box = page.locator("main h1").first.bounding_box()
    assert box is not None
    return box["y"]


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no script"])
@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("role", EVERYBODY)
def test_the_heading_stands_in_the_first_screen_of_a_phone(
    served_staff: ServedStaff,
    page_factory: PageFactory,
    role: Role,
    language: str,
    javascript: bool,
) -> None:
    page = page_factory(width=360, height=740, javascript=javascript)
    served_staff.speak(page, language)
    enter(served_staff, page, role)
    for path in PAGES[role]:
        served_staff.go(page, path)
        assert heading_at(page) <= FIRST_SCREEN, path
        expect(page.locator("#q")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_the_heading_stands_there_in_a_call_too(
    served_staff: ServedStaff, page_factory: PageFactory
) -> None:
    page = page_factory(width=360, height=740)
    served_staff.speak(page, "ja")
    enter(served_staff, page, Role.AGENT)
    served_staff.go(page, "/desk")
    page.get_by_role("button", name="受付を始める").first.click()
    expect(page.locator("h1")).to_have_text("世帯をさがす")
    assert heading_at(page) <= FIRST_SCREEN


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_heading_stands_there_with_a_household_open_in_the_call(
    served_staff: ServedStaff, page_factory: PageFactory, language: str
) -> None:
    page = page_factory(width=360, height=740)
    served_staff.speak(page, language)
    enter(served_staff, page, Role.AGENT)
    served_staff.go(page, "/desk")
    page.locator(".call-bar button[data-key=F2]").click()
    household = served_staff.numbers["household"]
    served_staff.go(page, f"/desk/{household}")
    for path in (f"/desk/{household}", "/calls"):
        served_staff.go(page, path)
        expect(page.locator(f".call-bar a[href='/desk/{household}']")).to_be_visible()
        page.evaluate("window.scrollTo(0, 0)")
        assert heading_at(page) <= FIRST_SCREEN, path
        assert page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("role", EVERYBODY)
def test_at_most_seven_places_are_seen_first_and_all_others_with_one_press(
    served_staff: ServedStaff, page_factory: PageFactory, role: Role
) -> None:
    page = page_factory(width=1280, height=800)
    served_staff.speak(page, "ja")
    enter(served_staff, page, role)
    served_staff.go(page, "/")
    links = page.locator("nav.places a")
    seen = [link for link in links.all() if link.is_visible()]
    assert 0 < len(seen) <= 7
    if page.locator("nav.places summary").count():
        page.locator("nav.places summary").press("Enter")
    assert all(link.is_visible() for link in links.all())
    assert page.locator("nav.places [aria-current=page]").count() == 1


def test_the_place_of_the_page_is_in_sight_though_it_is_none_of_the_first(
    served_staff: ServedStaff, page_factory: PageFactory
) -> None:
    page = page_factory(width=1280, height=800)
    served_staff.speak(page, "ja")
    enter(served_staff, page, Role.OFFICER)
    served_staff.go(page, "/stock")
    expect(page.locator("nav.places [aria-current=page]")).to_be_visible()
    expect(page.locator("nav.places [aria-current=page]")).to_have_text("代替品の在庫")


def test_a_place_says_how_much_waits_there(
    served_staff: ServedStaff, page_factory: PageFactory
) -> None:
    page = page_factory(width=1280, height=800)
    served_staff.speak(page, "ja")
    enter(served_staff, page, Role.OFFICER)
    served_staff.go(page, "/")
    tasks = page.locator("nav.places").get_by_role("link", name="用件")
    expect(tasks).to_have_accessible_name(re.compile(r"用件 \d+ ?件が待っています"))


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no script"])
def test_on_a_phone_the_menu_and_the_corner_open_by_keyboard_and_close_with_escape(
    served_staff: ServedStaff, page_factory: PageFactory, javascript: bool
) -> None:
    page = page_factory(width=360, height=740, javascript=javascript)
    served_staff.speak(page, "ja")
    enter(served_staff, page, Role.OFFICER)
    served_staff.go(page, "/tasks")
    for name, inside in ((MENU, "#places a"), (OWN, "#corner a")):
        expect(page.locator(inside).first).to_be_hidden()
        page.get_by_role("button", name=name).press("Enter")
        expect(page.locator(inside).first).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator(inside).first).to_be_hidden()
    page.get_by_role("button", name=MENU).press("Enter")
    page.locator("#places").get_by_role("link", name="申請の審査").press("Enter")
    expect(page.locator("h1")).to_have_text("申請の審査")
    expect(page.locator("#places a").first).to_be_hidden()


@pytest.mark.parametrize("opens", [MENU, OWN])
@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_the_open_menu_keeps_the_gates(
    served_staff: ServedStaff, page_factory: PageFactory, opens: str, color_scheme: str
) -> None:
    page = page_factory(width=360, height=740, color_scheme=color_scheme)
    served_staff.speak(page, "ja")
    enter(served_staff, page, Role.OFFICER)
    served_staff.go(page, "/tasks")
    page.get_by_role("button", name=opens).press("Enter")
    assert check_page(page, only=OVER_THE_PAGE) == []


@pytest.mark.parametrize("role", [Role.AGENT, Role.AUDITOR])
def test_control_k_reaches_the_box_from_any_page_and_enter_goes_on(
    served_staff: ServedStaff, page_factory: PageFactory, role: Role
) -> None:
    page = page_factory(width=1280, height=800)
    served_staff.speak(page, "ja")
    enter(served_staff, page, role)
    served_staff.go(page, "/account")
    page.keyboard.press("Control+k")
    page.keyboard.type("calendar")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("コールセンターのカレンダー")
