"""How the site behaves on a phone with a bad line.

Light pages, nothing typed is lost, one press is one request.
"""

import pytest
from playwright.sync_api import expect

from tests.browser.resident.screens import ALL
from tests.browser.resident.served import Served
from tests.support.browser import PageFactory, let_it_be_remembered
from tests.support.gates import plain
from tests.support.gates.weight import weigh
from tests.support.login_ids import plain_login_id

PLACES = [
    ("/", "", ""),
    ("/check", "", ""),
    ("/signin", "", ""),
    ("/help", "", ""),
    ("/lost", "", ""),
    ("/start/birth", "", "birth"),
    ("/start/channel", "", "channel"),
    ("/signin/code", "coupons", "code"),
    ("/home", "coupons", "full"),
    ("/account", "coupons", "full"),
]
WORDLESS = [
    "/",
    "/check",
    "/signin",
    "signin: wrong",
    "birth",
    "channel",
    "app",
    "sms",
    "backup codes",
    "code",
    "home",
    "coupon",
    "account",
    "account: lost",
    "/help",
    "/lost/ask",
]


@pytest.mark.parametrize(("path", "who", "stage"), PLACES)
@pytest.mark.asvs("14.2.3")
def test_a_first_visit_weighs_at_most_30_kb_in_five_requests(
    served: Served, page_factory: PageFactory, path: str, who: str, stage: str
) -> None:
    page = page_factory()
    if stage:
        served.enter(page, who, stage)
    first = weigh(page, served.url + path)
    assert first.bytes <= 30_000, first
    assert first.requests <= (5 if stage else 3), first  # a page, its look, its icon
    assert first.foreign == ()
    again = weigh(page, served.url + path, cached=True)
    assert again.bytes <= 12_000, again


MOVED = """() => new Promise((done) => {
  let sum = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) sum += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done(sum), 300);
})"""


@pytest.mark.parametrize(("path", "who", "stage"), PLACES)
def test_nothing_moves_while_a_page_opens(
    served: Served, page_factory: PageFactory, path: str, who: str, stage: str
) -> None:
    page = page_factory()
    if stage:
        served.enter(page, who, stage)
    served.go(page, path)
    assert page.evaluate(MOVED) == 0


def test_what_answers_in_the_midst_of_a_page_comes_when_somebody_types(
    served: Served, page_factory: PageFactory
) -> None:
    page = page_factory()
    served.go(page, "/check")
    assert page.locator("script[src]").count() == 0
    page.locator("[name=year]").focus()
    page.wait_for_function("() => window.htmx")
    page.fill("[name=year]", "2015")
    page.fill("[name=month]", "4")
    page.fill("[name=day]", "2")
    page.locator("#check-button").click()
    expect(page.locator("#answer")).to_be_focused()
    assert page.url.endswith("/check")


@pytest.mark.parametrize("code", ["ja", "easy", "furigana"])
def test_a_coupon_weighs_at_most_15_kb_and_10_on_repeat(
    served: Served, page_factory: PageFactory, code: str
) -> None:
    page = page_factory()
    served.speak(page, code)
    ALL["coupon"](served, page)
    weight = weigh(page, page.url)
    assert weight.bytes <= 15_000, weight
    assert weigh(page, page.url, cached=True).bytes <= 10_000
    assert weight.foreign == ()


@pytest.mark.parametrize("name", WORDLESS)
def test_a_page_says_and_offers_the_same_without_javascript(
    served: Served, page_factory: PageFactory, name: str
) -> None:
    with_script, without = page_factory(), page_factory(javascript=False)
    ALL[name](served, with_script)
    ALL[name](served, without)
    assert plain.complaints(without, plain.words(with_script)) == []


def test_back_after_a_lost_line_keeps_what_was_typed(
    served: Served, page_factory: PageFactory
) -> None:
    page = page_factory(quiet=False, kept=False)
    served.enter(page, stage="birth")
    served.go(page, "/start/birth")
    for name, value in (("year", "1983"), ("month", "11"), ("day", "27")):
        page.fill(f"[name={name}]", value)
    let_it_be_remembered(page)
    page.route("**/submit", lambda route: route.abort("timedout"))
    page.locator("form#form button.main").click()
    page.wait_for_url("chrome-error://**")
    page.unroute("**/submit")
    page.go_back()
    assert page.url.endswith("/start/birth")
    for name, value in (("year", "1983"), ("month", "11"), ("day", "27")):
        expect(page.locator(f"[name={name}]")).to_have_value(value)


def test_back_after_a_lost_line_keeps_the_id(served: Served, page_factory: PageFactory) -> None:
    page = page_factory(quiet=False, kept=False)
    served.go(page, "/signin")
    page.fill("[name=login_id]", "1234 567 890")
    let_it_be_remembered(page)
    page.route("**/submit", lambda route: route.abort("timedout"))
    page.locator("form#form button.main").click()
    page.wait_for_url("chrome-error://**")
    page.unroute("**/submit")
    page.go_back()
    expect(page.locator("[name=login_id]")).to_have_value("1234 567 890")


@pytest.mark.parametrize("javascript", [True, False])
def test_another_language_keeps_what_was_typed_but_no_password(
    served: Served, page_factory: PageFactory, javascript: bool
) -> None:
    page = page_factory(javascript=javascript)
    typed = plain_login_id()
    served.go(page, "/signin")
    page.fill("[name=login_id]", typed)
    page.fill("[name=password]", "CDFG HJKL MNPQ")
    page.locator(".languages summary").click()
    page.locator(".languages button[lang=ko]").click()
    page.wait_for_load_state("load")
    assert page.locator("html").get_attribute("lang") == "ko"
    assert page.locator("[name=login_id]").input_value() == typed
    assert page.locator("[name=password]").input_value() == ""
    assert page.locator(".summary").count() == 0
    served.go(page, "/help")
    assert page.locator("html").get_attribute("lang") == "ko"


@pytest.mark.asvs("6.2.6")
def test_the_password_can_be_shown_and_is_hidden_again_before_it_is_sent(
    served: Served, page_factory: PageFactory
) -> None:
    page = page_factory()
    served.go(page, "/signin")
    page.fill("[name=password]", "CDFG")
    page.locator(".reveal").click()
    assert page.locator("[name=password]").get_attribute("type") == "text"
    page.evaluate(
        "document.getElementById('form').addEventListener('submit', (e) => e.preventDefault())"
    )
    page.locator("form#form button.main").click()
    assert page.locator("[name=password]").get_attribute("type") == "password"


def test_an_impatient_double_press_sends_one_request(
    served: Served, page_factory: PageFactory
) -> None:
    page = page_factory(kept=False)
    served.enter(page, stage="birth")
    served.go(page, "/start/birth")
    posts = []
    page.on(
        "request", lambda request: posts.append(request.url) if request.method == "POST" else None
    )
    for name, value in (("year", "1983"), ("month", "11"), ("day", "27")):
        page.fill(f"[name={name}]", value)
    page.locator("form#form button.main").dblclick(no_wait_after=True)
    page.wait_for_url("**/start/channel")
    assert len(posts) == 1
