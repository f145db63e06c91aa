"""The foot of a page that says one thing is short, on a telephone, in every language."""

import pytest
from playwright.sync_api import Page

from tests.browser.resident.screens import ALL
from tests.browser.resident.served import LANGUAGES, Served
from tests.support.browser import PageFactory

SHORT = ("/nowhere", "/signedout", "database lost: a page", "signin: old form", "signin: ended")
MOST = 0.7
"""Of the usual foot's height."""


def height(page: Page) -> float:
    box = page.locator("footer").bounding_box()
    assert box is not None
    return box["height"]


@pytest.mark.parametrize("code", list(LANGUAGES))
def test_the_foot_is_much_shorter_than_the_usual_one(
    served: Served, page_factory: PageFactory, code: str
) -> None:
    page = page_factory(width=360, height=740)
    served.speak(page, code)
    served.go(page, "/help")
    usual = height(page)
    for screen in SHORT:
        page.context.clear_cookies()
        served.speak(page, code)
        ALL[screen](served, page)
        assert height(page) <= MOST * usual, screen
