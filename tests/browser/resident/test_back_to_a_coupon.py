"""A coupon is money: "back" shows nothing of it after a sign-out, nor where a session ended.

Each way on an own page of the browser, with and without scripts; what is looked for was in sight
before. What a browser keeps of a page as it was left is in ``test_back.py``.
"""

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import delete

from portal.domain.people.authn.models import AuthSession
from tests.browser.resident.served import Served
from tests.browser.resident.test_back import tell
from tests.browser.resident.test_way_out import elsewhere
from tests.support.browser import PageFactory
from tests.support.people import Person

STEPS = 6
"""More than the history has entries in any of the ways here."""


@dataclass
class Seen:
    """A coupon in sight, and what must not come back."""

    page: Page
    person: Person
    secrets: list[str]

    def of_the_family(self) -> list[str]:
        """What of it stands in the page at this moment."""
        text = self.page.content()
        return [one for one in self.secrets if one in text]


def show(served: Served, page: Page) -> Seen:
    """A family shows its first coupon."""
    person = served.enter(page, "coupons")
    served.go(page, "/home")
    names = page.locator(".person").all_inner_texts()
    button = page.locator("form[action='/coupon/1/reveal'] button")
    button.click() if button.count() else served.go(page, "/coupon/1")
    page.wait_for_url(re.compile("/coupon/1$"))
    number = page.locator(".number [aria-hidden]").inner_text()
    link = page.locator("main a.button[rel=noreferrer]").get_attribute("href")
    assert link is not None
    seen = Seen(page, person, [*names, number, link])
    assert set(seen.of_the_family()) >= {names[0], number, link}
    return seen


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def coupon(request: pytest.FixtureRequest, served: Served, page_factory: PageFactory) -> Seen:
    return show(served, page_factory(javascript=request.param, kept=False))


def back_to_the_beginning(coupon: Seen) -> list[str]:
    """Press "back" as long as it leads anywhere; return where, with nothing of the family there."""
    places = []
    for _ in range(STEPS):
        coupon.page.go_back(wait_until="load")
        if coupon.page.url == "about:blank":
            break
        assert coupon.of_the_family() == [], coupon.page.url
        places.append(coupon.page.url)
    return places


def test_back_after_signing_out_never_shows_the_coupon(coupon: Seen) -> None:
    coupon.page.locator("a.back").click()
    coupon.page.locator("#signout-form button").click()
    coupon.page.wait_for_url(re.compile("/signedout"))
    places = back_to_the_beginning(coupon)
    assert len(places) >= 2
    assert all("/signin" in place for place in places)


def test_after_a_page_was_left_at_once_back_asks_whether_the_session_lives(
    coupon: Seen, served: Served
) -> None:
    asked = elsewhere(coupon.page)
    coupon.page.locator("footer a[href='/info/ja']").click()
    coupon.page.wait_for_url("**/info/ja")
    assert coupon.of_the_family() == []
    coupon.page.locator(".leave a").click()
    expect(coupon.page.locator("p")).to_have_text("晴れ")
    assert len(asked) == 1
    with served.database.write() as session:
        mine = AuthSession.owner_id == coupon.person.credential_id
        session.execute(delete(AuthSession).where(mine))
    places = back_to_the_beginning(coupon)
    assert all("/signin" in place or "/info/" in place for place in places)
    assert any("/signin" in place for place in places)


def test_a_coupon_that_a_browser_keeps_as_it_was_left_is_not_in_sight(
    served: Served, page_factory: PageFactory
) -> None:
    seen = show(served, page_factory(kept=False))
    tell(seen.page, "pagehide")
    shown = seen.page.locator("body").inner_text()
    assert not [one for one in seen.secrets if one in shown]
    expect(seen.page.locator("[data-qr]")).to_be_hidden()
