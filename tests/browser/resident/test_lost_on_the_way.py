"""A form that is lost on the way: what was typed is there, and what arrived counts once.

With scripts the page says what was not sent. Without them the browser says that the line is lost,
and its "back" brings everything again.
"""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import func, select

from portal.domain.people.tasks.models import Task
from portal.domain.requests.requests.models import Request
from tests.browser.resident.screens import send
from tests.browser.resident.screens_of_alternative import choose, family
from tests.browser.resident.screens_of_decline import to_decline_code
from tests.browser.resident.served import Served
from tests.support.browser import PageFactory, let_it_be_remembered
from tests.support.programs.servers import PATIENCE

BOTH = pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
MAIN = "form#form button.main"


@contextmanager
def answers_lost(page: Page) -> Iterator[None]:
    """What is posted arrives once, and its answer does not.

    Whatever happens to the fetching, the browser gets its refusal: a request that nobody ends lets
    every later step wait as long as a test has patience. A line that the server had just given up
    is taken anew, as a browser does.
    """
    arrived: list[int] = []

    def look(route: Route) -> None:
        if route.request.method != "POST":
            route.continue_()
            return
        try:
            answer = route.fetch(max_redirects=0, max_retries=2, timeout=PATIENCE * 1000)
            arrived.append(answer.status)
        finally:
            route.abort("timedout")

    page.route("**/*", look)
    try:
        yield
    finally:
        page.unroute_all(behavior="ignoreErrors")
    assert arrived == [303]


def lose_the_answer(page: Page, button: str = MAIN) -> None:
    """Press the button; come back from the browser's page about the lost line."""
    with answers_lost(page):
        page.locator(button).click()
        end = time.monotonic() + PATIENCE
        while not page.url.startswith("chrome-error:"):  # waiting for it may miss that it came
            assert time.monotonic() < end, page.url
            page.wait_for_timeout(20)
    page.go_back()


def count(served: Served, of: type[Task] | type[Request]) -> int:
    with served.database.read() as session:
        return session.scalar(select(func.count()).select_from(of)) or 0


def _asks_for_a_call(page: Page, name: str) -> None:
    page.check("input[name=trouble] >> nth=0")
    for field, text in (("name", name), ("telephone", "090-1111-2222")):
        page.fill(f"[name={field}]", text)


def _asks_for_a_redelivery(page: Page, name: str) -> None:
    page.fill("[name=name]", name)
    for field, text in (("year", "1983"), ("month", "11"), ("day", "27")):
        page.fill(f"[name={field}]", text)
    for field, text in (("postal_code", "1390001"), ("telephone", "090-1111-2222")):
        page.fill(f"[name={field}]", text)


FORMS = pytest.mark.parametrize(
    ("path", "write", "of"),
    [
        ("/lost/ask", _asks_for_a_call, Task),
        ("/redelivery", _asks_for_a_redelivery, Request),
    ],
    ids=["a call", "a redelivery"],
)


@BOTH
@FORMS
def test_a_form_of_a_stranger_whose_answer_was_lost_counts_once(
    served: Served,
    page_factory: PageFactory,
    path: str,
    write: Callable[[Page, str], None],
    of: type[Task] | type[Request],
    javascript: bool,
) -> None:
    page = page_factory(javascript=javascript, kept=False, quiet=False)
    served.go(page, path)
    write(page, f"鶉野 {javascript}")
    before = count(served, of)
    let_it_be_remembered(page)
    lose_the_answer(page)
    assert count(served, of) == before + 1
    expect(page.locator("[name=name]")).to_have_value(f"鶉野 {javascript}")
    page.locator(MAIN).click()
    page.wait_for_url("**/received/**")
    assert count(served, of) == before + 1
    number = page.locator(".number").inner_text()
    served.go(page, path)
    write(page, f"鶉野 {javascript} 翡翠")
    page.locator(MAIN).click()
    page.wait_for_url("**/received/**")
    assert page.locator(".number").inner_text() != number, "what was changed is another form"
    assert count(served, of) == before + 2


@BOTH
def test_a_decline_whose_answer_was_lost_counts_once(
    served: Served, page_factory: PageFactory, javascript: bool
) -> None:
    page = page_factory(javascript=javascript, kept=False, quiet=False)
    served.people["cut off"] = person = served.add(active=True)
    to_decline_code(served, page, "cut off")
    page.fill("[name=code]", person.totp(served.now))
    before = count(served, Request)
    lose_the_answer(page)
    assert count(served, Request) == before + 1
    served.go(page, "/home")
    expect(page.locator("a[href^='/decline/received/']").first).to_be_visible()
    assert count(served, Request) == before + 1


@BOTH
def test_a_wish_for_paper_whose_answer_was_lost_counts_once(
    served: Served, page_factory: PageFactory, javascript: bool
) -> None:
    page = page_factory(javascript=javascript, kept=False, quiet=False)
    family(served, page, "/alternative/choose")
    choose(page)
    before = count(served, Request)
    lose_the_answer(page)
    assert count(served, Request) == before + 1
    if page.locator(MAIN).count():
        page.locator(MAIN).click()
        page.wait_for_load_state("load")
    assert count(served, Request) == before + 1
    with served.database.read() as session:
        number = session.scalars(select(Request.receipt_no).order_by(Request.id.desc())).first()
    served.go(page, "/requests")
    expect(page.locator("main")).to_contain_text(str(number))


def test_without_a_line_the_page_stays_and_says_what_was_not_sent(
    served: Served, page_factory: PageFactory
) -> None:
    page = page_factory(quiet=False, kept=False)
    served.enter(page, stage="birth")
    served.go(page, "/start/birth")
    for name, value in (("year", "1983"), ("month", "11"), ("day", "27")):
        page.fill(f"[name={name}]", value)
    page.context.set_offline(True)
    page.locator(MAIN).click()
    said = page.get_by_role("alert")
    expect(said).to_contain_text("まだ送っていません")
    expect(said).to_contain_text("送っていないもの: あて名の方の生年月日")
    expect(said).to_be_in_viewport()
    assert page.locator("[name=year]").input_value() == "1983"
    page.context.set_offline(False)
    page.locator(MAIN).click()
    page.wait_for_url("**/start/channel")


def test_a_page_that_comes_back_as_it_was_left_can_be_sent_at_once(
    served: Served, page_factory: PageFactory
) -> None:
    page = page_factory(kept=False)
    served.enter(page, stage="birth")
    served.go(page, "/start/birth")
    page.evaluate("document.getElementById('form').dataset.sent = 'yes'")
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    send(page, year="1983", month="11", day="27")
    expect(page).to_have_url(re.compile("/start/channel$"))
