"""The system's Chromium, driven by Playwright; a page whose console complains fails its test."""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    # Anything that is not on this machine fails at once and shows in the console.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)

LANGUAGE_TAGS = {"ja": "ja", "en": "en", "zh_Hans": "zh-Hans", "zh_Hant": "zh-Hant", "ko": "ko"}


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for the whole run; every page has a context of its own."""
    path = os.environ.get("PORTAL_TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not path:
        pytest.fail(
            "No Chromium found. Install it with: apt-get install -y chromium fonts-noto-cjk "
            "(or name its program in PORTAL_TEST_CHROMIUM).",
            pytrace=False,
        )
    # The sandbox refuses root; a person's own account keeps it.
    flags = [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else [*FLAGS]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        yield browser
        browser.close()


PageFactory = Callable[..., Page]


@pytest.fixture
def page_factory(chromium: Browser) -> Iterator[PageFactory]:
    """Opens pages: `page_factory(width=320, language="ko", javascript=False)`.

    Args (all by name): `width`, `height` in CSS pixels; `language`, a locale id of ours; `color_scheme`;
    `forced_colors`; `javascript`; `quiet=False` when errors in the console are what the test is about;
    anything else goes to Playwright's `new_context`. At the end a console that complained fails the test.
    """
    contexts = []
    complaints: list[str] = []

    def open_page(
        *,
        width: int = 360,
        height: int = 740,
        language: str = "ja",
        color_scheme: Literal["light", "dark"] = "light",
        forced_colors: bool = False,
        javascript: bool = True,
        quiet: bool = True,
        **options: Any,
    ) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            locale=LANGUAGE_TAGS[language],
            timezone_id="Asia/Tokyo",
            color_scheme=color_scheme,
            forced_colors="active" if forced_colors else "none",
            java_script_enabled=javascript,
            **options,
        )
        contexts.append(context)
        context.set_default_timeout(15_000)
        page = context.new_page()
        if quiet:
            page.on("console", lambda message: _note(complaints, message))
            page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not complaints, "the browser's console complains: " + "; ".join(complaints)


def _note(complaints: list[str], message: ConsoleMessage) -> None:
    # An answer of 4xx is often what a test wants; Chromium writes each of them to the console.
    if message.type == "error" and "the server responded with a status of 4" not in message.text:
        complaints.append(message.text)


@pytest.fixture
def page(page_factory: PageFactory) -> Page:
    """A phone page in Japanese, 360 px wide."""
    return page_factory()
