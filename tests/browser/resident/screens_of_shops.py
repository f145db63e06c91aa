"""The screens of the list of shops."""

from functools import partial

from playwright.sync_api import Page

from tests.browser.resident.screens import Step
from tests.browser.resident.served import Served
from tests.support.shops import load_shops, many


def _shops(asked: str, served: Served, page: Page) -> None:
    """A list in the language of its address; nobody is signed in or remembered."""
    load_shops(served.database, served.now, many(60))
    spoken = next(one["value"] for one in page.context.cookies() if one["name"] == "lang")
    served.go(page, f"/shops/{spoken}?{asked}")


SHOPS: dict[str, Step] = {
    "shops": partial(_shops, ""),
    "shops: found": partial(_shops, "q=mise&row=ma&page=2"),
    "shops: nothing found": partial(_shops, "q=nowhere"),
}
