"""Leaving the page for people in danger at once, with and without scripts."""

import pytest
from playwright.sync_api import Page, Request, Route, expect

from portal.domain.foundation.program.loader import load_program
from tests.browser.resident.served import Served
from tests.support.browser import PageFactory

WEATHER = "<!doctype html><html lang='ja'><title>天気</title><p>晴れ</p></html>"


def elsewhere(page: Page) -> list[Request]:
    """Answer for the page to which one leaves; returns what was asked of it."""
    asked: list[Request] = []

    def answer(route: Route) -> None:
        asked.append(route.request)
        route.fulfill(body=WEATHER, content_type="text/html; charset=utf-8")

    page.route(load_program("sample").way_out.leave_to, answer)
    return asked


@pytest.mark.parametrize("javascript", [True, False])
def test_one_press_leads_to_a_page_that_learns_nothing_and_back_does_not_return(
    served: Served, page_factory: PageFactory, javascript: bool
) -> None:
    page = page_factory(javascript=javascript, kept=False)
    asked = elsewhere(page)
    served.go(page, "/help")
    page.locator("footer a[href='/info/ja']").click()
    page.wait_for_url("**/info/ja")
    page.locator(".leave a").click()
    expect(page.locator("p")).to_have_text("晴れ")
    assert len(asked) == 1
    assert "referer" not in asked[0].all_headers()
    page.go_back()
    # without scripts the browser keeps the entry, as the page itself says
    assert page.url.endswith("/help" if javascript else "/info/ja")


def test_other_languages_leave_no_further_entry(served: Served, page_factory: PageFactory) -> None:
    page = page_factory(kept=False)
    served.go(page, "/help")
    page.locator("footer a[href='/info/ja']").click()
    for code in ("ko", "en"):
        page.locator(f"nav a[href='/info/{code}']").click()
        page.wait_for_url(f"**/info/{code}")
    page.go_back()
    assert page.url.endswith("/help")


def test_the_way_out_stays_in_sight_to_the_end_of_the_page(
    served: Served, page_factory: PageFactory
) -> None:
    page = page_factory(width=320, height=568)
    served.go(page, "/info/ja")
    page.evaluate("() => scrollTo(0, document.body.scrollHeight)")
    expect(page.locator(".leave a")).to_be_in_viewport(ratio=1)


def test_it_leaves_nothing_in_the_browsers_stores(
    served: Served, page_factory: PageFactory
) -> None:
    page = page_factory(kept=False)
    served.go(page, "/info/ja")
    assert page.context.cookies() == []
    kept = "async () => [localStorage.length, sessionStorage.length, (await caches.keys()).length]"
    assert page.evaluate(kept) == [0, 0, 0]
