"""From the letter to a coupon that scans, as a parent does it in a real browser.

And the same without JavaScript.
"""

import re
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
from playwright.sync_api import Page

from portal.domain.people.credentials.formats import print_login_id, print_password
from tests.browser.resident.screens import send
from tests.browser.resident.served import LANGUAGES, LETTERS, Served
from tests.support.browser import PageFactory
from tests.support.reading.qr import decode_png


def to_the_coupon(served: Served, page: Page, name: str) -> None:
    """Walk the whole way by what stands on the letter."""
    person = served.people[name]
    served.go(page, f"/signin?id={person.login_id}")
    assert page.locator("#login_id").input_value() == print_login_id(person.login_id)
    assert person.login_id not in page.url
    send(page, password=print_password(person.password))
    assert page.url.endswith("/start/birth")
    send(page, era="昭和", year="58", month="11", day="27")
    page.check("#channel-totp")
    send(page)
    link = page.locator("a[href^='otpauth:']").get_attribute("href") or ""
    secret = parse_qs(urlsplit(link).query)["secret"][0]
    assert page.locator("#totp-key").inner_text().replace(" ", "") == secret
    send(page, code=pyotp.TOTP(secret).at(served.now))
    assert page.locator(".backup li").count() == 10
    send(page)
    assert page.url.endswith("/home")
    page.locator("form[action='/coupon/1/reveal'] button").click()
    page.wait_for_url(re.compile(r"/coupon/1$"))


def assert_scans(page: Page) -> str:
    """The coupon on the screen, read from a screenshot as a scanner would; returns its text.

    The sandbox writes its address in capitals into the code, which makes the code smaller.
    """
    page.locator("[data-qr] svg").scroll_into_view_if_needed()
    (text,) = decode_png(page.screenshot())
    assert text.casefold() == address_of(page)
    return text


def address_of(page: Page) -> str:
    """Where the button of the coupon leads, in small letters."""
    return (page.locator("main a.button[target=_blank]").get_attribute("href") or "").casefold()


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_a_parent_gets_from_the_letter_to_a_coupon_that_scans(
    served: Served, page_factory: PageFactory, language: str
) -> None:
    page = page_factory(width=320, height=568)
    served.speak(page, language)
    to_the_coupon(served, page, f"letter {list(LANGUAGES).index(language)}")
    assert page.locator("html").get_attribute("lang") == LANGUAGES[language]
    assert_scans(page)


COUNTED = """
addEventListener("click", () => (sessionStorage.taps = +(sessionStorage.taps ?? 0) + 1), true);
addEventListener("input", ({ target }) => {
  if (target.matches("input:not([type=radio]):not([type=checkbox])"))
    sessionStorage.typed = +(sessionStorage.typed ?? 0) + target.value.replaceAll(" ", "").length;
}, true);
"""


def test_the_first_visit_takes_few_taps_and_signs(
    served: Served, page_factory: PageFactory
) -> None:
    page = page_factory(width=360, height=740, kept=False)
    page.add_init_script(COUNTED)
    to_the_coupon(served, page, f"letter {LETTERS - 2}")
    taps, typed = page.evaluate("[+sessionStorage.taps, +sessionStorage.typed]")
    assert 0 < taps <= 7, (
        "the password, the birth date, two for the way, its code, its backup, show"
    )
    assert 0 < typed <= 12 + 6 + 6, "the password, the birth date with its era, the code"


def test_the_whole_way_works_without_javascript(served: Served, page_factory: PageFactory) -> None:
    page = page_factory(javascript=False)
    to_the_coupon(served, page, f"letter {LETTERS - 1}")
    assert_scans(page)
    page.locator(".back").click()
    page.locator("#signout-form button").click()
    assert page.url.endswith("/signedout")


@pytest.mark.parametrize("width", [320, 360])
@pytest.mark.parametrize("rendering", ["light", "dark", "forced"])
def test_the_coupon_scans_in_every_rendering(
    served: Served, page_factory: PageFactory, width: int, rendering: str
) -> None:
    page = page_factory(
        width=width,
        height=640,
        color_scheme="dark" if rendering == "dark" else "light",
        forced_colors=rendering == "forced",
    )
    served.enter(page, "coupons")
    served.go(page, "/home")
    reveal = page.locator("form[action='/coupon/1/reveal'] button")
    reveal.click() if reveal.count() else served.go(page, "/coupon/1")
    page.wait_for_url(re.compile(r"/coupon/1$"))
    assert page.locator("[data-qr]").count() == 1
    box = page.locator("[data-qr] svg").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 640, "the code is not whole on the first screen"
    modules = int(page.locator("[data-qr] svg").get_attribute("width") or 0) / 8
    assert box["width"] / modules >= 5, "modules under 5 px"
    text = assert_scans(page)
    page.emulate_media(media="print")
    assert decode_png(page.screenshot(full_page=True)) == [text]


def test_the_coupon_has_an_alternative_in_words(served: Served, page_factory: PageFactory) -> None:
    page = page_factory()
    served.enter(page, "coupons")
    served.go(page, "/coupon/1")
    if page.url.endswith("/home"):
        page.locator("form[action='/coupon/1/reveal'] button").click()
    number = page.locator(".number [aria-hidden]").inner_text()
    assert re.fullmatch(r"(\w{1,5}[- ])*\w{1,5}", number)
    assert number in (page.locator("[data-qr] svg").get_attribute("aria-label") or "")
    with page.expect_download() as download:
        page.get_by_role("link", name="画像を保存する").click()
    (saved,) = decode_png(download.value.path().read_bytes())
    assert saved.casefold() == address_of(page)
