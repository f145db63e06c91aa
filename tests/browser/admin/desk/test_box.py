"""What the search box answers: pages, the way into a call, nothing; each stands every gate."""

import pytest
from playwright.sync_api import Page

from portal.domain.foundation.actors import Role
from tests.browser.admin.contacts.passing import (
    passes_at_a_desk,
    passes_on_a_phone,
    says_the_same_without_javascript,
)
from tests.browser.admin.screens import Step
from tests.browser.admin.served import ServedStaff
from tests.browser.admin.test_menu import enter
from tests.support.browser import PageFactory


def _typed(served: ServedStaff, page: Page, role: Role, typed: str) -> None:
    enter(served, page, role)
    served.go(page, "/find")
    page.fill("#q", typed)
    page.press("#q", "Enter")
    page.wait_for_load_state("load")


SCREENS: dict[str, Step] = {
    "pages": lambda served, page: _typed(served, page, Role.WARD_OFFICER, "mail"),
    "a call first": lambda served, page: _typed(served, page, Role.AGENT, "KLNC-4G97"),
    "nothing": lambda served, page: _typed(served, page, Role.AUDITOR, "存在しない"),
    "a receipt number": lambda served, page: _typed(served, page, Role.OFFICER, "KLNC-4G97"),
    "a wrong number": lambda served, page: _typed(served, page, Role.OFFICER, "13112383853"),
}


@pytest.mark.parametrize("name", list(SCREENS))
def test_what_the_box_answers_passes_the_gates(
    served_staff: ServedStaff, page_factory: PageFactory, name: str
) -> None:
    passes_on_a_phone(served_staff, page_factory, SCREENS[name])


@pytest.mark.parametrize("name", list(SCREENS))
def test_in_english_at_a_desk(
    served_staff: ServedStaff, page_factory: PageFactory, name: str, full_matrix: bool
) -> None:
    passes_at_a_desk(served_staff, page_factory, SCREENS[name], full_matrix=full_matrix)


@pytest.mark.parametrize("name", ["pages", "a call first"])
def test_the_box_needs_no_script(
    served_staff: ServedStaff, page_factory: PageFactory, name: str
) -> None:
    says_the_same_without_javascript(served_staff, page_factory, SCREENS[name])
