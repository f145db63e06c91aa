"""Asking for paper in a real browser on a narrow phone without JavaScript.

And the choice survives the way back.
"""

import re

from portal.domain.people.coupons.models import Coupon
from portal.domain.requests.requests.models import Request
from tests.browser.resident.screens_of_alternative import asked, family
from tests.browser.resident.served import Served
from tests.support.browser import PageFactory


def test_a_family_asks_for_paper_and_takes_it_back_without_javascript(
    served: Served, page_factory: PageFactory
) -> None:
    page = page_factory(width=320, javascript=False)
    number = asked(served, page)
    document = page.request.get(f"{served.url}/requests/{number}/receipt.pdf")
    assert document.headers["content-type"] == "application/pdf"
    served.go(page, "/home")
    page.locator(f"a[href='/alternative/received/{number}']").first.click()
    page.locator("a[href^='/alternative/withdraw/']").click()
    page.locator("form#form button.main").click()
    page.wait_for_url(re.compile("/alternative/received/"))
    with served.database.read() as session:
        assert session.query(Request.result).filter_by(receipt_no=number).one() == ("withdrawn",)
        assert session.query(Coupon).filter_by(state="suspended").count() == 0


def test_what_was_chosen_is_still_there_after_going_back(
    served: Served, page_factory: PageFactory
) -> None:
    page = page_factory(width=360, javascript=False)
    family(served, page, "/alternative/choose")
    assert page.locator("input:checked").count() == 0
    page.check("[name=child_2]")
    page.check("[name=product][value=book_card]")
    page.check("[name=why][value=disability]")
    page.locator("form#form button.main").click()
    page.locator("a.back").click()
    for chosen in ("[name=child_2]", "[value=book_card]", "[value=disability]"):
        assert page.locator(chosen).is_checked()
    page.locator("form[action='/alternative/leave'] button").click()
    assert page.url.endswith("/home")
