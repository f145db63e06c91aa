"""FAX in a browser.

Gates on every screen, and a whole FAX by keyboard alone, with and without JavaScript.
"""

import pytest
from playwright.sync_api import Page, expect

from portal.domain.contacts.faxes.models import FaxCase
from tests.browser.admin.contacts.calling import at_the_desk
from tests.browser.admin.contacts.passing import passes_at_a_desk, passes_on_a_phone
from tests.browser.admin.contacts.screens_of_faxes import FAXES, came_in
from tests.browser.admin.served import ServedStaff
from tests.functional.contacts.faxes.support import SENDER
from tests.support.browser import PageFactory
from tests.support.gates import plain


@pytest.mark.parametrize("name", list(FAXES))
def test_a_screen_passes_the_gates_in_japanese(
    served_staff: ServedStaff, page_factory: PageFactory, name: str
) -> None:
    passes_on_a_phone(served_staff, page_factory, FAXES[name])


@pytest.mark.parametrize(
    "name", ["faxes: queue", "fax: wrong reply", "fax: reply failed", "sheet: wrong"]
)
def test_a_screen_passes_the_gates_in_english_at_a_desk(
    served_staff: ServedStaff, page_factory: PageFactory, name: str, full_matrix: bool
) -> None:
    passes_at_a_desk(served_staff, page_factory, FAXES[name], full_matrix=full_matrix)


@pytest.mark.parametrize("name", ["fax: new", "fax: in work", "fax: reply prepared", "sheet: new"])
def test_a_page_says_and_offers_the_same_without_javascript(
    served_staff: ServedStaff, page_factory: PageFactory, name: str
) -> None:
    page = page_factory(javascript=False)
    FAXES[name](served_staff, page)
    assert plain.complaints(page, plain.words(page)) == []


def _tab_to(page: Page, selector: str) -> None:
    """Go on with the Tab key until the focus is there."""
    for _press in range(120):
        if page.evaluate("s => document.activeElement?.matches(s)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the Tab key never reaches {selector}")


def _enter(page: Page) -> None:
    with page.expect_navigation():
        page.keyboard.press("Enter")


@pytest.mark.parametrize("javascript", [True, False])
def test_a_fax_is_answered_with_nothing_but_the_keyboard(
    served_staff: ServedStaff, page_factory: PageFactory, javascript: bool
) -> None:
    page = page_factory(width=1280, height=900, javascript=javascript)
    actor = at_the_desk(served_staff, page)
    case_id = came_in(served_staff, actor)
    served_staff.go(page, "/faxes")
    _tab_to(page, f"a[href='/faxes/{case_id}']")
    _enter(page)
    _tab_to(page, "form#start button.main")
    _enter(page)
    expect(page.locator("figure.scan img").first).to_be_visible()
    _tab_to(page, "input[name=wording-received]")
    page.keyboard.press("Space")
    for field in ("#number", "#number_again"):
        _tab_to(page, field)
        page.keyboard.type(SENDER)
    _enter(page)
    expect(page.locator("#result-form")).to_be_visible()
    _tab_to(page, "#result-form button.main")
    _enter(page)
    with served_staff.database.read() as session:
        assert session.get_one(FaxCase, case_id).state == "answered"
