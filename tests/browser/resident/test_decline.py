"""Declining on a phone without JavaScript, in Japanese and one more language in rotation."""

import datetime as dt
import re

import pytest

from portal.domain.foundation.clock import jst_date
from portal.domain.requests.requests.models import Request
from tests.browser.resident.screens_of_decline import declined
from tests.browser.resident.served import LANGUAGES, Served
from tests.support.browser import PageFactory

OTHERS = [code for code in LANGUAGES if code != "ja"]
TODAYS = OTHERS[jst_date(dt.datetime.now(dt.UTC)).toordinal() % len(OTHERS)]


@pytest.mark.parametrize("language", ["ja", TODAYS])
def test_a_family_declines_and_takes_it_back_without_javascript(
    served: Served, page_factory: PageFactory, language: str
) -> None:
    page = page_factory(width=360, javascript=False)
    served.speak(page, language)
    declined(served, page)
    number = page.locator(".number").inner_text()
    assert page.url.endswith(number)
    assert page.locator("html").get_attribute("lang") == LANGUAGES[language]
    document = page.request.get(f"{served.url}/requests/{number}/receipt.pdf")
    assert document.headers["content-type"] == "application/pdf"
    served.go(page, "/home")
    assert page.locator(f"a[href='/decline/received/{number}']").count() == 2
    page.locator(f"a[href='/decline/received/{number}']").first.click()
    page.locator("a[href^='/decline/withdraw/']").click()
    page.locator("form[action^='/decline/withdraw/'] button").click()
    page.wait_for_url(re.compile("/decline/received/"))
    served.go(page, "/home")
    assert page.locator("a[href^='/decline/received/']").count() == 0
    with served.database.read() as session:
        rows = session.query(Request.result).filter_by(receipt_no=number).all()
    assert rows == [("withdrawn",)]


def test_the_choice_survives_the_way_back(served: Served, page_factory: PageFactory) -> None:
    page = page_factory(width=360, javascript=False)
    served.enter(page, "coupons")
    served.go(page, "/decline/choose")
    assert page.locator("input:checked").count() == 0
    page.check("[name=child_2]")
    page.fill("#text", "ありがとうございました")
    page.locator("form#form button.main").click()
    page.locator("a.back").click()
    assert page.locator("[name=child_2]").is_checked()
    assert not page.locator("[name=child_1]").is_checked()
    assert page.locator("#text").input_value() == "ありがとうございました"
    page.locator("form[action='/decline/leave'] button").click()
    assert page.url.endswith("/home")
