"""The main screens in a browser of five years ago: without what came later, by the table.

Chromium gets stylesheets without the late features, and its own late interfaces are taken out.
"""

import json

import pytest
from playwright.sync_api import Page, Route

from tests.browser.admin.desk.screens_of_desk import DESK
from tests.browser.admin.requests.screens_of_reviews import REVIEWS
from tests.browser.admin.screens import ALL as STAFF
from tests.browser.admin.served import ServedStaff, served_staff, staff_stage
from tests.browser.resident.screens import ALL
from tests.browser.resident.served import Served, served
from tests.support.browser import PageFactory
from tests.support.browser_features import features, without_late
from tests.support.gates import check_page
from tests.support.reading.qr import decode_png

__all__ = ["served", "served_staff", "staff_stage"]
RESIDENTS = (
    "/",
    "/check",
    "/signin",
    "signin: wrong",
    "birth",
    "channel",
    "code",
    "home",
    "coupon",
)
DESKS = ("desk: search", "desk: acting", "queue", "request: free", "household")
GATES = ("structure", "contrast", "targets", "reflow", "spacing")
"""All but the look of the focus, which is the browser's own there."""
TAKEN_OUT = """(names) => {
  for (const owner of [Navigator, HTMLDialogElement, HTMLFormElement]) {
    for (const name of names) delete owner.prototype[name];
  }
  document.addEventListener("DOMContentLoaded", () => {
    for (const one of document.querySelectorAll("[popover]")) one.removeAttribute("popover");
  });
}"""


def older(page: Page) -> Page:
    """Make the page's browser older; nothing of a former visit is used."""

    def sheet(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=without_late(answer.text()))

    page.route("**/*.css", sheet)
    names = json.dumps(sorted(features().late_names("api")))
    page.add_init_script(f"({TAKEN_OUT})({names})")
    return page


@pytest.mark.parametrize("name", RESIDENTS)
def test_a_residents_page_is_whole_in_a_browser_of_five_years_ago(
    served: Served, page_factory: PageFactory, name: str
) -> None:
    page = older(page_factory(kept=False))
    ALL[name](served, page)
    page.wait_for_load_state("load")
    assert page.evaluate("'wakeLock' in navigator") is False
    assert check_page(page, only=GATES) == []
    if name == "coupon":
        page.locator("[data-qr] svg").scroll_into_view_if_needed()
        assert len(decode_png(page.screenshot())) == 1


@pytest.mark.parametrize("name", DESKS)
def test_a_page_of_the_staff_is_whole_in_a_browser_of_five_years_ago(
    served_staff: ServedStaff, page_factory: PageFactory, name: str
) -> None:
    page = older(page_factory(width=1280, height=900, kept=False))
    (DESK | REVIEWS | STAFF)[name](served_staff, page)
    page.wait_for_load_state("load")
    assert page.evaluate("'showModal' in HTMLDialogElement.prototype") is False
    assert check_page(page, only=GATES) == []
