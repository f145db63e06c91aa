"""Counts, the call report, the board and the watch in a browser.

Gates on every screen, the board renews itself.
"""

import re

import pytest
from playwright.sync_api import expect

from portal.domain.foundation.actors import Role
from tests.browser.admin.contacts.calling import at_the_desk, begin_call
from tests.browser.admin.contacts.passing import (
    passes_at_a_desk,
    passes_on_a_phone,
    says_the_same_without_javascript,
)
from tests.browser.admin.oversight.screens_of_report import REPORTS
from tests.browser.admin.served import ServedStaff
from tests.support.browser import PageFactory


@pytest.mark.parametrize("name", list(REPORTS))
def test_a_screen_passes_the_gates_in_japanese(
    served_staff: ServedStaff, page_factory: PageFactory, name: str
) -> None:
    passes_on_a_phone(served_staff, page_factory, REPORTS[name])


@pytest.mark.parametrize(
    "name", ["counts: other numbers", "report: draft", "report: submitted", "board", "watch"]
)
def test_a_screen_passes_the_gates_in_english_at_a_desk(
    served_staff: ServedStaff, page_factory: PageFactory, name: str, full_matrix: bool
) -> None:
    passes_at_a_desk(served_staff, page_factory, REPORTS[name], full_matrix=full_matrix)


@pytest.mark.parametrize("name", ["counts", "report: draft", "watch", "trends", "comments"])
def test_a_page_says_and_offers_the_same_without_javascript(
    served_staff: ServedStaff, page_factory: PageFactory, name: str
) -> None:
    says_the_same_without_javascript(served_staff, page_factory, REPORTS[name])


def test_the_board_renews_itself_and_keeps_the_focus(
    served_staff: ServedStaff, page_factory: PageFactory
) -> None:
    page = page_factory(width=1280, height=900, kept=False)
    at_the_desk(served_staff, page_factory(), Role.AGENT)  # ends what an earlier test left
    at_the_desk(served_staff, page, Role.SUPERVISOR)
    page.route(
        re.compile(r"/board$"),
        lambda route: route.fulfill(
            response=(answer := route.fetch()), body=answer.text().replace("every 30s", "every 1s")
        ),
    )
    served_staff.go(page, "/board")
    before = page.locator("#board .facts dd").first.inner_text()
    page.locator("#board-days").focus()
    begin_call(served_staff, page_factory())
    expect(page.locator("#board .facts dd").first).not_to_have_text(before)
    expect(page.locator("#board-days")).to_be_focused()
    link = page.locator("#board-telephony")
    link.evaluate("link => { link.dataset.old = '1'; link.focus(); }")
    expect(page.locator("#board-telephony[data-old]")).to_have_count(0)
    expect(page.locator("#board-telephony")).to_be_focused()


def test_without_javascript_the_board_is_renewed_by_a_link(
    served_staff: ServedStaff, page_factory: PageFactory
) -> None:
    page = page_factory(javascript=False)
    at_the_desk(served_staff, page_factory(), Role.AGENT)  # ends what an earlier test left
    at_the_desk(served_staff, page, Role.SUPERVISOR)
    served_staff.go(page, "/board")
    before = page.locator("#board .facts dd").first.inner_text()
    begin_call(served_staff, page_factory())
    page.get_by_role("link", name="いま更新する").click()
    expect(page.locator("#board .facts dd").first).not_to_have_text(before)
