"""What a page costs on a metered line."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Page


@dataclass(frozen=True)
class Weight:
    """One load of a page.

    Bytes over the line (as compressed as the server sent them), requests, other hosts.
    """

    bytes: int
    requests: int
    foreign: tuple[str, ...]


def weigh(page: Page, url: str, *, cached: bool = False) -> Weight:
    """Load the page with an empty cache (``cached``: with the former visit's) and add up."""
    sizes: list[int] = []
    addresses: list[str] = []
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    if not cached:
        session.send("Network.clearBrowserCache")

    def sent(event: dict[str, Any]) -> None:
        if event["request"]["url"].startswith("http"):
            addresses.append(event["request"]["url"])

    session.on("Network.requestWillBeSent", sent)
    session.on(
        "Network.loadingFinished", lambda event: sizes.append(int(event["encodedDataLength"]))
    )
    page.goto(url, wait_until="networkidle")
    session.detach()
    own = urlsplit(url).netloc
    foreign = tuple(a for a in addresses if urlsplit(a).netloc != own)
    return Weight(sum(sizes), len(addresses), foreign)
