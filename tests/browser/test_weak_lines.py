"""The main screens on a slow line, and on one over which half of a page never came.

On a slow line what counts is how often it must be waited for, not how fast this machine is: each
load is compared with the same one on a good line.
"""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.admin.desk.screens_of_desk import DESK
from tests.browser.admin.requests.screens_of_reviews import REVIEWS
from tests.browser.admin.served import ServedStaff, served_staff, staff_stage
from tests.browser.resident.screens import ALL
from tests.browser.resident.served import Served, served
from tests.browser.resident.test_journey import to_the_coupon
from tests.support.browser import PageFactory
from tests.support.gates import check_page, plain
from tests.support.reading.qr import decode_png

__all__ = ["served", "served_staff", "staff_stage"]
LATENCY, BITS = 2.0, 400_000
"""Slow 3G: seconds that the line takes for each request, and bits a second."""
PLACES = {
    "/": "",
    "/check": "",
    "/signin": "",
    "/help": "",
    "/start/birth": "birth",
    "/signin/code": "code",
    "/home": "full",
    "/coupon/1": "full",
}
SCREENS = ("/", "/check", "/signin", "signin: wrong", "birth", "code", "home", "coupon", "/help")
DESKS = ("desk: search", "desk: acting", "queue", "request: free")
KINDS = pytest.mark.parametrize("kind", ["stylesheet", "script", "image"])
FIRST_TEXT = """() => new Promise((done) => {
  new PerformanceObserver((list) => {
    const found = list.getEntriesByName("first-contentful-paint")[0];
    if (found) done(found.startTime / 1000);
  }).observe({ type: "paint", buffered: true });
})"""
NEEDED = """() => [...performance.getEntriesByType("navigation"),
  ...performance.getEntriesByType("resource").filter((one) => one.name.endsWith(".css"))]
  .reduce((sum, one) => sum + one.encodedBodySize, 0)"""
BIG = """() => [...document.querySelectorAll("svg, img")].filter((one) => {
  const box = one.getBoundingClientRect();
  return !one.closest("[data-qr], .qr") && box.height > 200;
}).map((one) => one.outerHTML.slice(0, 80))"""


def _text_after(page: Page, url: str) -> float:
    session = page.context.new_cdp_session(page)
    session.send("Network.clearBrowserCache")
    session.detach()
    page.goto(url)
    seconds: float = page.evaluate(FIRST_TEXT)
    return seconds


@pytest.mark.parametrize("path", list(PLACES))
def test_text_shows_after_two_waits_of_a_slow_line(
    served: Served, page_factory: PageFactory, path: str
) -> None:
    page = page_factory(kept=False)
    if PLACES[path]:
        served.enter(page, "coupons" if PLACES[path] != "birth" else "", PLACES[path])
    if path == "/coupon/1":
        ALL["coupon"](served, page)
    _text_after(page, served.url + path)  # the site's own first time
    on_a_good_line = _text_after(page, served.url + path)
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    slow = {
        "offline": False,
        "latency": LATENCY * 1000,
        "downloadThroughput": BITS / 8,
        "uploadThroughput": BITS / 8,
    }
    session.send("Network.emulateNetworkConditions", slow)
    waited = _text_after(page, served.url + path) - on_a_good_line
    needed = page.evaluate(NEEDED)
    assert needed * 8 / BITS < 0.5, f"{needed} bytes before the first word"
    assert LATENCY < waited < 3 * LATENCY, "the page, its stylesheet, and then words"


def test_the_whole_way_to_a_coupon_can_be_gone_over_a_slow_line(
    served: Served, page_factory: PageFactory
) -> None:
    page = page_factory(kept=False)
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    slow = {"offline": False, "latency": 400, "downloadThroughput": 30_000}
    session.send("Network.emulateNetworkConditions", slow | {"uploadThroughput": 15_000})
    to_the_coupon(served, page, "slow line")
    page.locator("[data-qr] svg").scroll_into_view_if_needed()
    assert len(decode_png(page.screenshot())) == 1


def _without(page: Page, kind: str) -> Page:
    """Let nothing of a kind come over the line."""

    def look(route: Route) -> None:
        if route.request.resource_type == kind:
            route.abort("timedout")
        else:
            route.continue_()

    page.route("**/*", look)
    return page


def _words(page: Page, kind: str) -> str:
    # without a stylesheet the staff's menu is behind its button
    inside = "main" if kind == "stylesheet" else "body"
    return "".join(page.locator(inside).inner_text().split())


def _what_came_with_the_page_works(page: Page) -> None:
    """Press what a script shows that stands in the page itself, and put it away again."""
    for button in page.locator("[data-shows]:visible").all():
        field = page.locator(f"#{button.get_attribute('data-shows')}")
        button.evaluate("(one) => one.click()")  # the focus stays where the page put it
        expect(field).to_have_attribute("type", "text")
        button.evaluate("(one) => { one.hidden = true; }")


def _says_the_same(page: Page, whole: Page, kind: str) -> None:
    page.wait_for_load_state("load")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert len(_words(page, kind)) >= 0.95 * len(_words(whole, kind)), "words are missing"
    assert page.evaluate(BIG) == [], "pictures keep their size"
    if kind == "script":
        _what_came_with_the_page_works(page)
        assert plain.complaints(page, plain.words(whole)) == []


@KINDS
@pytest.mark.parametrize("name", SCREENS)
def test_a_residents_page_can_be_read_and_used_without_its(
    served: Served, page_factory: PageFactory, name: str, kind: str
) -> None:
    whole, page = page_factory(kept=False), page_factory(kept=False, quiet=False)
    ALL[name](served, whole)
    ALL[name](served, _without(page, kind))
    _says_the_same(page, whole, kind)
    gates = ("reflow",) if kind == "stylesheet" else ("structure", "targets", "reflow")
    assert check_page(page, only=gates) == []
    if name == "coupon":
        page.locator("[data-qr] svg").scroll_into_view_if_needed()
        assert len(decode_png(page.screenshot())) == 1


@KINDS
@pytest.mark.parametrize("name", DESKS)
def test_a_page_of_the_staff_can_be_read_and_used_without_its(
    served_staff: ServedStaff, page_factory: PageFactory, name: str, kind: str
) -> None:
    whole = page_factory(width=1280, height=900, kept=False)
    (DESK | REVIEWS)[name](served_staff, whole)
    page = page_factory(width=1280, height=900, kept=False, quiet=False)
    page.context.add_cookies([*whole.context.cookies()])  # type: ignore[list-item]
    _without(page, kind).goto(whole.url)
    _says_the_same(page, whole, kind)


def test_a_sign_in_goes_on_where_no_stylesheet_and_no_script_came(
    served: Served, page_factory: PageFactory
) -> None:
    page = page_factory(kept=False, quiet=False)
    page.route(re.compile(r"\.(?:css|js)$"), lambda route: route.abort("timedout"))
    to_the_coupon(served, page, "bare line")
    assert page.url.endswith("/coupon/1")
