"""Lines and gaps on a phone as a printer sets them: nothing alone, nothing torn, nothing uneven."""

import re

import pytest
from playwright.sync_api import Page

from tests.browser.resident.served import LANGUAGES, Served
from tests.browser.resident.test_screens import ALL
from tests.support.browser import PageFactory

LINES = """(element) => {
  const lines = [];
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  while (walker.nextNode()) {
    const text = walker.currentNode;
    if (text.parentElement.closest("rt, rp, summary")) continue;
    [...text.data].forEach((sign, at) => {
      range.setStart(text, at);
      range.setEnd(text, at + 1);
      const box = range.getBoundingClientRect();
      if (!sign.trim() || !box.width) return;
      const last = lines.at(-1);
      if (last && Math.abs(last.bottom - box.bottom) < box.height / 2) last.said += sign;
      else lines.push({ said: sign, bottom: box.bottom });
    });
  }
  return lines.map((line) => line.said);
}"""
GAPS = """(list) => {
  const boxes = [...list.querySelectorAll("a, button")].map((place) => {
    const words = document.createRange();
    words.selectNodeContents(place);
    const { left, right, bottom } = words.getBoundingClientRect();
    return { left, right, bottom };
  });
  return boxes.slice(1).flatMap((box, at) =>
    box.left > boxes[at].right ? [box.left - boxes[at].right] : []);
}"""
EVEN = 5
"""CSS pixels: a word of one sign stands in the middle of what a finger needs."""
HEADED = [
    *("/", "/check", "/help", "/help/use", "/help/shops", "/help/decline", "/help/paper"),
    *("/privacy", "/accessibility", "/notices", "/messages", "/lost", "/lost/ask", "/lost/stop"),
    *("/signin", "/signedout", "/nowhere", "way out", "letter", "birth", "channel", "sms", "app"),
    *("code", "backup", "home", "coupon", "account", "account: channel", "account: devices"),
    *("account: lost", "account: password", "account: letter", "account: new backup codes"),
    *("decline", "decline: choose", "decline: check", "decline: code"),
]


def gaps(page: Page) -> list[float]:
    found: list[float] = page.locator(".places ul").evaluate(GAPS)
    return found


@pytest.mark.parametrize("code", list(LANGUAGES))
def test_the_places_of_the_menu_stand_apart_alike(
    served: Served, page_factory: PageFactory, code: str
) -> None:
    page = page_factory()
    served.speak(page, code)
    served.enter(page, "coupons")
    served.go(page, "/decline")
    assert page.locator(".places [aria-current]").count() == 0
    without = gaps(page)
    assert len(without) >= 2
    assert max(without) - min(without) <= EVEN, without
    for path in ("/home", "/account", "/help"):
        served.go(page, path)
        assert page.locator(".places [aria-current]").count() == 1
        # the place where one is stands in bold, which is a little wider
        assert gaps(page) == pytest.approx(without, abs=3), path


@pytest.mark.parametrize("code", ["zh-Hans", "zh-Hant"])
def test_no_sign_of_a_chinese_heading_stands_alone(
    served: Served, page_factory: PageFactory, code: str
) -> None:
    alone = []
    for name in HEADED:
        page = page_factory(width=360)
        served.speak(page, code)
        ALL[name](served, page)
        for heading in page.locator("main :is(h1, h2, h3):visible").all():
            lines = heading.evaluate(LINES)
            if len(lines) > 1 and len(re.sub(r"[^\w]", "", lines[-1])) < 2:
                alone.append((name, lines))
    assert alone == []


@pytest.mark.parametrize("width", [320, 360])
@pytest.mark.parametrize("code", ["ja", "furigana"])
def test_the_name_of_the_office_is_not_torn(
    served: Served, page_factory: PageFactory, code: str, width: int
) -> None:
    page = page_factory(width=width)
    served.speak(page, code)
    served.go(page, "/help")
    page.evaluate("document.documentElement.style.fontSize = '150%'")
    lines = page.locator(".contact .phrases").evaluate(LINES)
    assert len(lines) > 1
    assert all(re.match(r"汐風区|子育て|応援|クーポン|コールセンター", line) for line in lines), (
        lines
    )
