"""Every staff screen and error state passes the gates.

In Japanese all of them, in English those that other words can break, and all on every third page.
"""

import pytest
from playwright.sync_api import Page

from tests.browser.admin.contacts.passing import says_the_same_without_javascript
from tests.browser.admin.screens import ALL
from tests.browser.admin.served import ServedStaff
from tests.support.browser import PageFactory
from tests.support.gates import check_page, language, second_look
from tests.support.gates.weight import weigh

LIGHT = 80_000
WITHOUT_SCRIPT = [
    "signin",
    "code",
    "/",
    "household",
    "reason",
    "/tasks/{frozen}",
    "/holds",
    "/holds/{one}",
    "hold of two",
    "print text",
    "protection",
    "/roster/{import}",
    "/letters/{run}",
    "/coupons",
    "/account",
    "staff accounts",
]


def lines(found: list[str]) -> str:
    return "\n" + "\n".join(found)


def _open(served: ServedStaff, page: Page, name: str, spoken: str) -> None:
    served.speak(page, spoken)
    ALL[name](served, page)
    page.wait_for_load_state("load")


@pytest.mark.parametrize("name", list(ALL))
def test_a_screen_passes_the_gates_in_japanese(
    served_staff: ServedStaff, page_factory: PageFactory, name: str
) -> None:
    page = page_factory()
    _open(served_staff, page, name, "ja")
    found = check_page(page)
    assert not found, lines(found)


@pytest.mark.parametrize("name", list(ALL))
def test_a_screen_passes_the_gates_in_english_at_a_desk(
    served_staff: ServedStaff, page_factory: PageFactory, name: str, full_matrix: bool
) -> None:
    page = page_factory(width=1280, height=800, language="en", color_scheme="dark")
    _open(served_staff, page, name, "en")
    found = check_page(page, lang="en", only=second_look(page, full_matrix=full_matrix))
    assert not found, lines(found)


@pytest.mark.parametrize("name", WITHOUT_SCRIPT)
def test_a_page_says_and_offers_the_same_without_javascript(
    served_staff: ServedStaff, page_factory: PageFactory, name: str
) -> None:
    says_the_same_without_javascript(served_staff, page_factory, ALL[name])


@pytest.mark.parametrize("path", ["/signin", "/", "/households", "/holds"])
def test_a_first_visit_weighs_at_most_80_kb(
    served_staff: ServedStaff, page_factory: PageFactory, path: str
) -> None:
    page = page_factory()
    if path != "/signin":
        served_staff.enter(page)
    weight = weigh(page, served_staff.url + path)
    assert weight.bytes <= LIGHT, weight
    assert weight.foreign == ()


def test_english_pages_speak_english(served_staff: ServedStaff, page_factory: PageFactory) -> None:
    page = page_factory(language="en")
    _open(served_staff, page, "/", "en")
    assert language.untranslated(page) == []
