"""The shop says no, on a small phone without JavaScript.

Its screens and a notice to everybody pass the gates.
"""

from collections.abc import Iterator
from datetime import timedelta
from time import time_ns

import pytest
from playwright.sync_api import Page

from portal.domain.foundation.actors import Actor, Role
from portal.domain.mailroom.incidents import site_notices
from portal.domain.mailroom.incidents.site_notices import Draft
from portal.domain.people.coupons.assignment import assign
from portal.domain.people.coupons.reserve import Reserve
from tests.browser.resident.screens import send
from tests.browser.resident.served import Served
from tests.support.browser import PageFactory
from tests.support.coupons import load_codes
from tests.support.gates import check_page, second_look, sizes
from tests.support.programs.servers import until
from tests.support.staff import hire
from tests.support.work import work_in


@pytest.fixture(scope="module", autouse=True)
def _codes(served: Served, tmp_path_factory: pytest.TempPathFactory) -> None:
    load_codes(served.database, tmp_path_factory.mktemp("trouble"), 600, seed=77)


def _coupon(served: Served, page: Page) -> None:
    """A new family whose first coupon is shown."""
    person = served.add(active=True)
    with served.database.write() as session:
        assign(work_in(session, now=served.now), reserve=Reserve(count=0), protection_loaded=True)
    served.people["trouble"] = person
    served.enter(page, "trouble", "full")
    served.go(page, "/home")
    page.locator("form[action='/coupon/1/reveal'] button.main").click()
    page.wait_for_url("**/coupon/1")


def _checklist(served: Served, page: Page) -> None:
    _coupon(served, page)
    page.locator("a[href='/coupon/1/trouble']").click()
    page.wait_for_url("**/coupon/1/trouble")


def _form(served: Served, page: Page) -> None:
    _checklist(served, page)
    page.locator("a[href='/coupon/1/trouble/report']").click()
    page.wait_for_url("**/coupon/1/trouble/report")


@pytest.fixture
def notice(served: Served) -> Iterator[None]:
    """A notice to everybody, taken down again for the screens that come after."""
    actor = Actor(
        Role.OFFICER, hire(served.database, served.now, Role.OFFICER, f"notice{time_ns()}").id
    )
    with served.database.write() as session:
        draft = Draft("fault", served.now, served.now + timedelta(days=1), "fault_shops")
        key = site_notices.write(work_in(session, actor, served.now), draft).id
        site_notices.publish(work_in(session, actor, served.now), key)
    yield
    with served.database.write() as session:
        site_notices.withdraw(work_in(session, actor, served.now), key)


def test_from_the_coupon_to_the_receipt_without_javascript(
    served: Served, page_factory: PageFactory
) -> None:
    page = page_factory(width=320, javascript=False)
    _form(served, page)
    page.locator("input[value=not_read]").check()
    send(page, shop="汐見マート")
    page.wait_for_url("**/coupon/trouble/*")
    number = page.locator(".number").inner_text()
    served.go(page, "/home")
    assert page.locator(f"a[href='/coupon/trouble/{number}']").is_visible()
    assert page.locator("p.issuer").first.is_visible()


@pytest.mark.parametrize("screen", ["checklist", "form", "error", "receipt", "home", "coupon"])
def test_a_screen_passes_the_gates(served: Served, page_factory: PageFactory, screen: str) -> None:
    page = page_factory()
    served.speak(page, "ja")
    _form(served, page)
    if screen == "checklist":
        served.go(page, "/coupon/1/trouble")
    elif screen == "error":
        send(page, shop="汐見マート")
    elif screen != "form":
        page.locator("input[value=not_read]").check()
        send(page)
        page.wait_for_url("**/coupon/trouble/*")
    if screen in {"home", "coupon"}:
        served.go(page, "/home" if screen == "home" else "/coupon/1")
    found = check_page(page) + sizes.complaints(page)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("path", ["/", "/help", "/signin"])
def test_a_notice_to_everybody_passes_the_gates(
    served: Served, page_factory: PageFactory, path: str, notice: None
) -> None:
    page = page_factory()
    served.speak(page, "ja")

    def is_shown() -> bool:
        served.go(page, path)
        return page.get_by_text("お店でクーポンを使えないことがあります").first.is_visible()

    until(is_shown, seconds=20)  # a process reads the notices once in five seconds
    found = check_page(page)
    assert not found, "\n".join(found)


def test_the_form_speaks_english(served: Served, page_factory: PageFactory) -> None:
    page = page_factory(language="en", color_scheme="dark")
    served.speak(page, "en")
    _form(served, page)
    found = check_page(page, lang="en", only=second_look(page, full_matrix=True))
    assert not found, "\n".join(found)
