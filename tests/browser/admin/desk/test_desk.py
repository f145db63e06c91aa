"""The call desk in a browser.

Gates on every screen, in Japanese and English, and without JavaScript.
"""

import pytest
from playwright.sync_api import expect

from tests.browser.admin.contacts.passing import (
    passes_at_a_desk,
    passes_on_a_phone,
    says_the_same_without_javascript,
)
from tests.browser.admin.desk.screens_of_desk import DESK
from tests.browser.admin.served import ServedStaff
from tests.support.browser import PageFactory


@pytest.mark.parametrize("name", list(DESK))
def test_a_screen_passes_the_gates_in_japanese(
    served_staff: ServedStaff, page_factory: PageFactory, name: str
) -> None:
    passes_on_a_phone(served_staff, page_factory, DESK[name])


@pytest.mark.parametrize(
    "name", ["desk: found", "desk: not enough", "desk: status", "desk: dialing"]
)
def test_a_screen_passes_the_gates_in_english_at_a_desk(
    served_staff: ServedStaff, page_factory: PageFactory, name: str, full_matrix: bool
) -> None:
    passes_at_a_desk(served_staff, page_factory, DESK[name], full_matrix=full_matrix)


@pytest.mark.parametrize(
    "name", ["desk: found", "desk: unverified", "desk: status", "desk: acting"]
)
def test_a_page_says_and_offers_the_same_without_javascript(
    served_staff: ServedStaff, page_factory: PageFactory, name: str
) -> None:
    says_the_same_without_javascript(served_staff, page_factory, DESK[name])


def test_the_focus_stands_where_the_agent_goes_on(
    served_staff: ServedStaff, page_factory: PageFactory
) -> None:
    page = page_factory(width=1280, height=900)
    for name, place in (
        ("desk: search", "#number"),
        ("desk: found", "#birth"),
        ("desk: unverified", "#relation"),
        ("desk: not enough", "#error-summary"),
        ("desk: acting", "#done"),
    ):
        DESK[name](served_staff, page)
        expect(page.locator(place)).to_be_focused()
