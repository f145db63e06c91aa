"""A decline by keyboard alone: from the home page to its receipt, and back again."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.hands import Hands
from tests.browser.resident.served import Served
from tests.support.browser import PageFactory


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
@pytest.mark.parametrize(
    ("width", "height"), [(360, 740), (320, 256)], ids=["on a phone", "at 400 %"]
)
def test_a_family_declines_and_takes_it_back_by_keyboard_alone(
    served: Served, page_factory: PageFactory, width: int, height: int, javascript: bool
) -> None:
    person = served.add(active=True)
    served.people["by keyboard"] = person
    page = page_factory(width=width, height=height, javascript=javascript)
    served.enter(page, "by keyboard")
    served.go(page, "/home")
    hands = Hands(page)
    hands.tab_to("main a[href='/decline']")
    hands.press("Enter")
    hands.tab_to("a.button[href='/decline/choose']")
    hands.press("Enter")
    hands.tab_to("form#form button.main")
    hands.press("Enter")
    expect(page.locator("#error-summary")).to_be_focused()
    hands.tab_to("a[href='#who']")
    page.keyboard.press("Enter")
    expect(page.locator("#who")).to_be_focused()
    hands.check("input[name=child_2]")
    hands.tab_to("form#form button.main")
    hands.press("Enter")
    expect(page.locator("main")).to_contain_text("まだ辞退にはなっていません。")
    hands.tab_to("form[action='/decline/check/submit'] button")
    hands.press("Enter")
    hands.type("#code", person.totp(served.now))
    hands.press("Enter")
    expect(page).to_have_url(re.compile("/decline/received/"))
    number = page.locator(".number").inner_text()
    hands.tab_to("a[href^='/decline/withdraw/']")
    hands.press("Enter")
    hands.tab_to("form[action^='/decline/withdraw/'] button.main")
    hands.press("Enter")
    expect(page).to_have_url(re.compile(f"/decline/received/{number}"))
    expect(page.locator("main")).to_contain_text("取り下げ")
