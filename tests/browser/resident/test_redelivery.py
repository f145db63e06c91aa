"""Both ways to ask for redelivery on a small phone without JavaScript."""

import re

from sqlalchemy import select

from portal.domain.requests.redeliveries.models import Redelivery
from portal.domain.requests.requests.models import Request
from tests.browser.resident.screens_of_redelivery import WRITTEN, asked, public
from tests.browser.resident.served import Served
from tests.support.browser import PageFactory


def test_signed_in_from_home_to_the_receipt_and_back_without_javascript(
    served: Served, page_factory: PageFactory
) -> None:
    page = page_factory(width=320, javascript=False)
    asked(served, page)
    number = re.findall(r"/requests/([A-Z0-9-]+)", page.url)[0]
    assert (
        page.request.get(f"{served.url}/requests/{number}/receipt.pdf").body().startswith(b"%PDF")
    )
    served.go(page, "/home")
    page.locator("a[href='/requests']").click()
    page.locator(f"a[href='/requests/{number}']").click()
    page.locator("form[action$='/withdraw'] button").click()
    page.wait_for_url("**said=withdrawn")
    assert page.locator("form[action$='/withdraw']").count() == 0
    with served.database.read() as session:
        assert session.scalars(
            select(Request.result).where(Request.receipt_no == number)
        ).all() == ["withdrawn"]


def test_without_sign_in_from_the_first_page_to_the_number_without_javascript(
    served: Served, page_factory: PageFactory
) -> None:
    page = page_factory(width=320, javascript=False)
    served.go(page, "/")
    page.locator("main a[href='/redelivery']").click()
    assert page.locator("img[src*='absence-slip']").get_attribute("alt")
    public(served, page, **WRITTEN)
    number = page.locator(".number").inner_text()
    with served.database.read() as session:
        found = select(Redelivery.proof).join(Request).where(Request.receipt_no == number)
        assert session.scalars(found).all() == ["none"]
