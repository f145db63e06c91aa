"""Without a line there is the saved page, and nothing that the site left in the browser."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

from portal.domain.foundation.program.day_text import format_day
from portal.domain.foundation.program.loader import load_program
from portal.domain.foundation.texts import plain, use_locale
from portal.platform.http.locale import CODES
from tests.browser.resident.served import LANGUAGES, Served
from tests.browser.resident.test_coupon_uses import show
from tests.support.browser import PageFactory

KEPT = """async () => ({
  caches: (await caches.keys()).length,
  workers: (await navigator.serviceWorker.getRegistrations()).length,
  local: localStorage.length,
  session: sessionStorage.length,
  databases: (await indexedDB.databases()).length,
})"""


def saved(page: Page, folder: Path) -> Path:
    """Press the link on the coupon's page, as a parent does."""
    with page.expect_download() as begun:
        page.locator("a[href^='/offline/']").click()
    path = folder / begun.value.suggested_filename
    begun.value.save_as(path)
    return path


@pytest.mark.parametrize("code", list(LANGUAGES))
def test_the_saved_page_opens_without_a_line(
    served: Served, page_factory: PageFactory, tmp_path: Path, code: str
) -> None:
    page = page_factory(kept=False)
    show(served, page, code)
    secrets = [
        page.locator("h1").inner_text(),
        page.locator(".number span").first.inner_text(),
        "30,000",
    ]
    path = saved(page, tmp_path)
    nothing = dict.fromkeys(("caches", "workers", "local", "session", "databases"), 0)
    assert page.evaluate(KEPT) == nothing, "the site keeps nothing in the browser"
    page.context.set_offline(True)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    assert asked == [path.as_uri()]
    text = page.locator("body").inner_text()
    program = load_program("sample")
    with use_locale(CODES[code]):
        days = [plain(format_day(one.last_day)) for one in (program.windows.exchange,)]
    shown = page.evaluate(
        "() => { document.querySelectorAll('rt, rp').forEach(one => one.remove());"
        " return document.body.innerText }"
    )
    for wanted in (*days, program.contact.telephone, program.issuer.telephone):
        assert wanted in shown
    for secret in secrets:
        assert secret not in text
    wide = page.evaluate("() => document.documentElement.scrollWidth > innerWidth")
    assert not wide


def test_without_a_line_no_coupon_comes_out_of_the_browser(
    served: Served, page_factory: PageFactory
) -> None:
    page = page_factory(kept=False, quiet=False)
    show(served, page)
    url = page.url
    page.goto("about:blank")
    page.context.set_offline(True)
    with pytest.raises(Exception, match="ERR_INTERNET_DISCONNECTED"):
        page.goto(url)
    assert page.locator("[data-qr]").count() == 0
