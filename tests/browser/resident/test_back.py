"""What "back" shows of a page that a browser kept as it was left, to whoever holds the telephone.

The browser of the tests keeps no pages, so what one that does tells its pages is told here. Tried
with Chromium 156 and its cache as well (decision 0091).
"""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import delete, update

from portal.domain.people.authn.models import AuthSession
from tests.browser.resident.served import Served
from tests.support.browser import PageFactory
from tests.support.people import Person

TYPED = "引っこします"


@pytest.fixture
def page(page_factory: PageFactory) -> Page:
    return page_factory(kept=False)


def leave(served: Served, page: Page) -> Person:
    """A family types something, and goes on to another page."""
    served.people["here"] = person = served.add(active=True)
    served.enter(page, "here")
    served.go(page, "/decline/choose")
    page.locator("textarea").fill(TYPED)
    tell(page, "pagehide")
    return person


def tell(page: Page, event: str) -> None:
    page.evaluate(f"dispatchEvent(new PageTransitionEvent('{event}', {{ persisted: true }}))")


def ended(served: Served, person: Person) -> None:
    with served.database.write() as session:
        session.execute(delete(AuthSession).where(AuthSession.owner_id == person.credential_id))


def idle(served: Served, person: Person) -> None:
    mine, ago = AuthSession.owner_id == person.credential_id, served.now - timedelta(minutes=15)
    with served.database.write() as session:
        session.execute(update(AuthSession).where(mine).values(seen_at=ago))


def test_nothing_of_a_page_is_kept_in_sight(served: Served, page: Page) -> None:
    leave(served, page)
    for part in ("header", "main", "footer"):
        expect(page.locator(part)).to_be_hidden()
    shown = page.locator("body").inner_text()
    assert "サインアウトします" in shown
    assert "辞退" not in shown


def test_a_session_that_lives_brings_the_page_back_with_what_was_typed(
    served: Served, page: Page
) -> None:
    leave(served, page)
    tell(page, "pageshow")
    expect(page.locator("textarea")).to_be_visible()
    expect(page.locator("textarea")).to_have_value(TYPED)
    expect(page.locator("footer")).to_be_visible()


def test_without_a_line_it_stays_empty_and_says_so(
    served: Served, page_factory: PageFactory
) -> None:
    page = page_factory(kept=False, quiet=False)
    leave(served, page)
    page.context.set_offline(True)
    tell(page, "pageshow")
    expect(page.locator("[data-left] [role=status]")).to_contain_text("つながりません")
    expect(page.locator("main")).to_be_hidden()
    page.context.set_offline(False)
    page.locator("[data-left] button").click()
    expect(page.locator("textarea")).to_have_value(TYPED)


@pytest.mark.parametrize("how", [ended, idle], ids=["ended elsewhere", "idle"])
def test_the_end_of_a_session_is_the_end_of_the_page(
    served: Served, page: Page, how: Callable[[Served, Person], None]
) -> None:
    how(served, leave(served, page))
    tell(page, "pageshow")
    page.wait_for_url(re.compile("/signin"))
    expect(page.locator("textarea")).to_have_count(0)


def test_the_next_family_on_the_telephone_sees_nothing_of_the_one_before(
    served: Served, page: Page
) -> None:
    leave(served, page)
    served.people["next"] = served.add(active=True)
    served.enter(page, "next")
    with page.expect_navigation():
        tell(page, "pageshow")
    page.wait_for_url(re.compile("/home"))
    expect(page.locator("textarea")).to_have_count(0)


def test_back_after_signing_out_shows_nothing_of_the_family(served: Served, page: Page) -> None:
    served.people["out"] = served.add(active=True)
    served.enter(page, "out")
    served.go(page, "/home")
    expect(page.locator(".person").first).to_be_visible()
    page.locator("#signout-form button").click()
    page.wait_for_url(re.compile("/signedout"))
    page.go_back()
    page.wait_for_url(re.compile("/signin"))
    expect(page.locator(".person")).to_have_count(0)
