"""The screens of recipients and of the counter pass the gates, like every staff screen."""

import pytest

from tests.browser.admin.screens_of_recipients import RECIPIENTS
from tests.browser.admin.served import ServedStaff
from tests.support.browser import PageFactory
from tests.support.gates import QUICK, check_page, plain

NAMES = pytest.mark.parametrize("name", list(RECIPIENTS))


@NAMES
def test_a_screen_passes_the_gates_in_japanese(
    served_staff: ServedStaff, page_factory: PageFactory, name: str
) -> None:
    page = page_factory()
    served_staff.speak(page, "ja")
    RECIPIENTS[name](served_staff, page)
    found = check_page(page)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", ["recipients: list", "recipients: change nothing", "counter: not signed"])
def test_a_screen_passes_the_gates_in_english_at_a_desk(
    served_staff: ServedStaff, page_factory: PageFactory, name: str
) -> None:
    page = page_factory(width=1280, height=800, language="en", color_scheme="dark")
    served_staff.speak(page, "en")
    RECIPIENTS[name](served_staff, page)
    found = check_page(page, lang="en", only=QUICK)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", ["recipients: add nothing", "recipients: change", "counter: not signed"])
def test_a_page_offers_its_main_button_without_javascript(
    served_staff: ServedStaff, page_factory: PageFactory, name: str
) -> None:
    page = page_factory(javascript=False)
    RECIPIENTS[name](served_staff, page)
    assert plain.complaints(page, plain.words(page)) == []
    assert page.locator("main button.main").is_visible()
