"""The screens of refused coupons, incidents, notices and stops pass the gates, and work without JavaScript."""

import pytest

from tests.browser.admin.screens_of_incidents import INCIDENTS
from tests.browser.admin.served import ServedStaff
from tests.support.browser import PageFactory
from tests.support.gates import GATES, QUICK, check_page, plain

NAMES = pytest.mark.parametrize("name", list(INCIDENTS))


@NAMES
def test_a_screen_passes_the_gates_in_japanese(
    served_staff: ServedStaff, page_factory: PageFactory, name: str
) -> None:
    page = page_factory()
    served_staff.speak(page, "ja")
    INCIDENTS[name](served_staff, page)
    found = check_page(page)
    assert not found, "\n".join(found)


@NAMES
def test_a_screen_passes_the_gates_in_english_at_a_desk(
    served_staff: ServedStaff, page_factory: PageFactory, name: str, full_matrix: bool
) -> None:
    page = page_factory(width=1280, height=800, language="en", color_scheme="dark")
    served_staff.speak(page, "en")
    INCIDENTS[name](served_staff, page)
    found = check_page(page, lang="en", only=tuple(GATES) if full_matrix else QUICK)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", ["refused coupon: looked up", "incident", "notice: new"])
def test_a_page_offers_its_main_button_without_javascript(
    served_staff: ServedStaff, page_factory: PageFactory, name: str
) -> None:
    page = page_factory(javascript=False)
    INCIDENTS[name](served_staff, page)
    assert plain.complaints(page, plain.words(page)) == []
    assert page.locator("main button.main").first.is_visible()
