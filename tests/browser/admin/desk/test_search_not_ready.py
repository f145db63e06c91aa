"""What officers and agents see while the search gets ready, in a browser."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from portal.domain.foundation.actors import Role
from portal.settings import Settings
from tests.browser.admin.contacts.calling import begin_call
from tests.browser.admin.contacts.passing import passes_at_a_desk, passes_on_a_phone
from tests.browser.admin.screens import press
from tests.browser.admin.served import ServedStaff
from tests.support.browser import PageFactory
from tests.support.programs.servers import StartServer
from tests.support.staff import serve_staff


@pytest.fixture(scope="module")
def unready(
    served_staff: ServedStaff, start_lasting_server: StartServer, resident_settings: Settings
) -> Iterator[ServedStaff]:
    """A second site before the same database, which still has to make its index."""
    url = served_staff.database.engine.url.render_as_string(hide_password=False)
    server = serve_staff(start_lasting_server, resident_settings, url, ready=False)
    yield replace(served_staff, server=server)
    server.stop()


def _officer(served: ServedStaff, page: Page) -> None:
    served.enter(page, Role.OFFICER)
    served.go(page, "/households")
    page.fill("#name", "鶉野")


def _while_typing(served: ServedStaff, page: Page) -> None:
    _officer(served, page)
    expect(page.locator("#found")).to_contain_text("0%")


def _sent(served: ServedStaff, page: Page) -> None:
    _officer(served, page)
    with page.expect_navigation():  # as without JavaScript
        page.evaluate("document.querySelector('form#search').submit()")
    expect(page.locator("main")).to_contain_text("0%")


def _agent(served: ServedStaff, page: Page) -> None:
    begin_call(served, page)
    served.go(page, "/desk")
    page.fill("#name", "うずらの")
    press(page, "form#search")
    expect(page.locator("main")).to_contain_text("0%")


STEPS = {"while typing": _while_typing, "sent": _sent, "in a call": _agent}


@pytest.mark.parametrize("name", list(STEPS))
def test_a_search_that_gets_ready_passes_the_gates_in_japanese(
    unready: ServedStaff, page_factory: PageFactory, name: str
) -> None:
    passes_on_a_phone(unready, page_factory, STEPS[name], quiet=False)


@pytest.mark.parametrize("name", ["sent", "in a call"])
def test_a_search_that_gets_ready_passes_the_gates_in_english_at_a_desk(
    unready: ServedStaff, page_factory: PageFactory, name: str, full_matrix: bool
) -> None:
    passes_at_a_desk(unready, page_factory, STEPS[name], full_matrix=full_matrix, quiet=False)


def test_without_javascript_the_page_says_it_and_keeps_what_was_typed(
    unready: ServedStaff, page_factory: PageFactory
) -> None:
    page = page_factory(javascript=False, quiet=False)
    unready.speak(page, "ja")
    _officer(unready, page)
    press(page, "form#search")
    expect(page.locator("main")).to_contain_text("検索の準備をしています（0%）")
    expect(page.locator("#name")).to_have_value("鶉野")
