"""Leaving for the message with the code, and coming back: in the same app, or in another one."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.resident.screens import send
from tests.browser.resident.served import Served
from tests.support.browser import PageFactory
from tests.support.gates import check_page
from tests.support.people import Person

HERE = "/signin/code"


def _to_the_code(served: Served, page: Page) -> Person:
    """Sign in up to the code, by what stands on the letter."""
    person = served.add(active=True)
    served.go(page, "/signin")
    send(page, login_id=person.login_id, password=person.password)
    assert page.url.endswith(HERE)
    return person


def test_the_step_of_the_code_outlives_the_program_of_the_browser(
    served: Served, page_factory: PageFactory, chromium: Browser
) -> None:
    page = page_factory(kept=False)
    person = _to_the_code(served, page)
    kept = [one for one in page.context.cookies() if one["expires"] > 0]
    assert page.context.cookies(), "and what a telephone throws away with the app is gone"
    context = chromium.new_context(locale="ja")
    context.add_cookies(kept)  # type: ignore[arg-type]
    again = context.new_page()
    served.go(again, HERE)
    assert again.url.endswith(HERE)
    send(again, code=person.totp(served.now))
    expect(again).to_have_url(re.compile("/home$"))
    whole = next(one for one in context.cookies() if one["name"].endswith("sid"))
    assert whole["expires"] == -1, "a whole sign-in ends with the browser's program"
    context.close()


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
def test_a_page_that_was_thrown_away_comes_back_at_its_step(
    served: Served, page_factory: PageFactory, javascript: bool
) -> None:
    page = page_factory(kept=False, javascript=javascript)
    person = _to_the_code(served, page)
    page.goto("about:blank")
    page.go_back()
    assert page.url.endswith(HERE)
    send(page, code=person.totp(served.now))
    expect(page).to_have_url(re.compile("/home$"))


def test_a_link_of_another_app_leads_back_to_the_step(
    served: Served, page_factory: PageFactory
) -> None:
    page = page_factory(kept=False)
    _to_the_code(served, page)
    elsewhere = served.url.replace("127.0.0.1", "localhost")  # another site than ours
    page.route(
        f"{elsewhere}/**",
        lambda route: route.fulfill(
            content_type="text/html", body=f"<a href='{served.url}/signin'>back</a>"
        ),
    )
    page.goto(f"{elsewhere}/messages")
    page.get_by_role("link").click()
    expect(page).to_have_url(re.compile(f"{HERE}$"))


@pytest.mark.parametrize("path", [HERE, "/start/channel"])
def test_in_another_app_the_page_says_where_it_goes_on(
    served: Served, page_factory: PageFactory, path: str
) -> None:
    page = page_factory(kept=False)
    served.go(page, path)
    expect(page.get_by_role("heading", level=1)).to_have_text("サインイン")
    expect(page.get_by_role("status")).to_contain_text("はじめたアプリ")
    assert check_page(page, only=("structure", "axe", "contrast", "targets", "reflow")) == []


def test_whoever_waits_for_a_message_is_told_to_come_back_to_this_app(
    served: Served, page_factory: PageFactory
) -> None:
    page = page_factory(kept=False)
    served.enter(page, "sms", "code")
    served.go(page, HERE)
    expect(page.get_by_role("main")).to_contain_text("このアプリにもどってきてください")
