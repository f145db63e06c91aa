"""Acting for a caller in a browser.

Gates on every screen, without JavaScript too, and a redelivery by keyboard alone.
"""

import pytest
from playwright.sync_api import expect

from tests.browser.admin.contacts.passing import passes_at_a_desk, passes_on_a_phone
from tests.browser.admin.desk.screens_of_acts import ACTS, caller, family
from tests.browser.admin.desk.screens_of_counter import COUNTER
from tests.browser.admin.served import ServedStaff
from tests.support.browser import PageFactory
from tests.support.gates import plain


@pytest.mark.parametrize("name", list(ACTS))
def test_a_screen_passes_the_gates_in_japanese(
    served_staff: ServedStaff, page_factory: PageFactory, name: str
) -> None:
    passes_on_a_phone(served_staff, page_factory, ACTS[name])


@pytest.mark.parametrize("name", ["act: redelivery", "act: receipt in Korean", "changes: waiting"])
def test_a_screen_passes_the_gates_in_english_at_a_desk(
    served_staff: ServedStaff, page_factory: PageFactory, name: str, full_matrix: bool
) -> None:
    passes_at_a_desk(served_staff, page_factory, ACTS[name], full_matrix=full_matrix)


@pytest.mark.parametrize("name", list(COUNTER))
def test_a_screen_of_the_counter_passes_the_gates_in_japanese(
    served_staff: ServedStaff, page_factory: PageFactory, name: str
) -> None:
    passes_on_a_phone(served_staff, page_factory, COUNTER[name])


@pytest.mark.parametrize("name", ["act: alternative", "act: receipt of a form", "changes: waiting"])
def test_a_page_says_and_offers_the_same_without_javascript(
    served_staff: ServedStaff, page_factory: PageFactory, name: str
) -> None:
    with_script, without = page_factory(), page_factory(javascript=False)
    ACTS[name](served_staff, with_script)
    words = plain.words(with_script)
    ACTS[name](served_staff, without)
    assert [one for one in plain.complaints(without, words) if "-" not in one] == []


def test_a_returned_letter_is_asked_for_again_by_keyboard(
    served_staff: ServedStaff, page_factory: PageFactory
) -> None:
    page = page_factory(width=1280, height=900)
    person = family(served_staff)
    caller(served_staff, page, person)
    served_staff.go(page, f"/desk/{person.household_id}/redelivery")
    page.locator("input[name=item]").focus()
    expect(page.locator("input[name=item]")).to_be_checked()
    page.keyboard.press("Tab")
    expect(page.locator("#told")).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("再配送を受け付けました")
    number = page.locator(".figure").inner_text()
    page.go_back()
    expect(page.locator("main")).to_contain_text(
        f"再配送を、もう受け付けています。受付番号は {number} です。"
    )
