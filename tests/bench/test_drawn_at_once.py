"""The largest text of a page stands within 0.9 seconds on a simulated phone, signed in or not.

The phone: a quarter of this machine's processor, and a slow 4G line. The browser simulates the line
of each request, but not that of connecting, which comes on top. Where the machine is busy, a plain
text over the same line says by how much.
"""

from statistics import median

import pytest
from playwright.sync_api import Page

from tests.browser.resident.screens import ALL
from tests.browser.resident.served import Served, served
from tests.support.browser import PageFactory

__all__ = ["served"]
LATENCY, DOWN, UP = 0.15, 1_600_000, 750_000
"""Slow 4G: seconds that the line takes for each request, and bits a second."""
CONNECTING = 2 * LATENCY
"""What TCP and TLS 1.3 wait for before the first request."""
MOST = 0.9
PLAIN, PLAIN_SECONDS = "/.well-known/security.txt", 0.42
"""A text without anything, and what it takes on a machine that does nothing else."""
PLACES = {"/": "", "/signin": "", "/home": "full", "/coupon/1": "full", "/account": "full"}
LOADS = 5
LARGEST = """() => new Promise((done) => {
  new PerformanceObserver((list) => {
    const last = list.getEntries().at(-1);
    setTimeout(() => done(last.startTime / 1000), 300);
  }).observe({ type: "largest-contentful-paint", buffered: true });
})"""


def drawn(page: Page, url: str) -> float:
    """The seconds until the largest text stands, of the middle one of some first visits."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    line = {"latency": LATENCY * 1000, "downloadThroughput": DOWN / 8, "uploadThroughput": UP / 8}
    session.send("Network.emulateNetworkConditions", {"offline": False, **line})
    session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    found: list[float] = []
    for _load in range(LOADS):
        session.send("Network.clearBrowserCache")
        page.goto(url, wait_until="load")
        found.append(page.evaluate(LARGEST))
    session.detach()
    return median(found)


@pytest.mark.parametrize("code", ["ja", "easy"])
@pytest.mark.parametrize("path", list(PLACES))
def test_the_largest_text_stands_at_once_also_behind_the_sign_in(
    served: Served, page_factory: PageFactory, path: str, code: str
) -> None:
    page = page_factory(kept=False)
    served.speak(page, code)
    if PLACES[path]:
        served.enter(page, "coupons", PLACES[path])
    if path == "/coupon/1":
        ALL["coupon"](served, page)
    found = drawn(page, served.url + path)
    busy = max(0.0, drawn(page, served.url + PLAIN) - PLAIN_SECONDS)
    assert CONNECTING + found - busy <= MOST, f"{path} in {code}"
