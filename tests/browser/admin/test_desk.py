"""The call desk in a browser: gates on every screen, in Japanese and English, and without JavaScript."""

import pytest
from playwright.sync_api import expect

from tests.browser.admin.screens_of_desk import DESK
from tests.browser.admin.served import ServedStaff
from tests.support.browser import PageFactory
from tests.support.gates import GATES, QUICK, check_page, plain


@pytest.mark.parametrize("name", list(DESK))
def test_a_screen_passes_the_gates_in_japanese(
    served_staff: ServedStaff, page_factory: PageFactory, name: str
) -> None:
    page = page_factory()
    served_staff.speak(page, "ja")
    DESK[name](served_staff, page)
    found = check_page(page)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", ["desk: found", "desk: not enough", "desk: status", "desk: dialing"])
def test_a_screen_passes_the_gates_in_english_at_a_desk(
    served_staff: ServedStaff, page_factory: PageFactory, name: str, full_matrix: bool
) -> None:
    page = page_factory(width=1280, height=800, language="en", color_scheme="dark")
    served_staff.speak(page, "en")
    DESK[name](served_staff, page)
    found = check_page(page, lang="en", only=tuple(GATES) if full_matrix else QUICK)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", ["desk: found", "desk: unverified", "desk: status", "desk: acting"])
def test_a_page_says_and_offers_the_same_without_javascript(
    served_staff: ServedStaff, page_factory: PageFactory, name: str
) -> None:
    with_script, without = page_factory(), page_factory(javascript=False)
    DESK[name](served_staff, with_script)
    DESK[name](served_staff, without)
    assert plain.complaints(without, plain.words(with_script)) == []


def test_the_focus_stands_where_the_agent_goes_on(
    served_staff: ServedStaff, page_factory: PageFactory
) -> None:
    page = page_factory(width=1280, height=900)
    for name, place in (
        ("desk: search", "#number"), ("desk: found", "#birth"), ("desk: unverified", "#relation"),
        ("desk: not enough", "#error-summary"), ("desk: acting", "#done"),
    ):  # fmt: skip
        DESK[name](served_staff, page)
        expect(page.locator(place)).to_be_focused()
