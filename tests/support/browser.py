"""The system's Chromium, driven by Playwright; a page whose console complains fails its test."""

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, sync_playwright

from tests.support.programs.memory import has_room
from tests.support.programs.servers import PATIENCE

FLAGS = (
    "--disable-gpu",
    "--in-process-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    # Every new process reads all scripts anew: one is enough for pages that come after each other.
    "--renderer-process-limit=1",
    # The first two for the same reason; the rest is Playwright's own list, which the last mention
    # replaces.
    (
        "--disable-features=SpareRendererForSitePerProcess,BackForwardCache,HttpsUpgrades"
        ",Translate,PaintHolding,"
        "MediaRouter,DestroyProfileOnBrowserClose,AvoidUnnecessaryBeforeUnloadCheckSync,"
        "AutoExpandDetailsElement,"
        "LazyFrameLoading,ThirdPartyStoragePartitioning"
    ),
    # Anything that is not on this machine fails at once and shows in the console.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)

LANGUAGE_TAGS = {"ja": "ja", "en": "en", "zh_Hans": "zh-Hans", "zh_Hant": "zh-Hant", "ko": "ko"}


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for the whole run; every page has a context of its own."""
    path = (
        os.environ.get("PORTAL_TEST_CHROMIUM")
        or shutil.which("chromium-headless-shell")  # a page costs half of what it does with windows
        or shutil.which("chromium")
        or shutil.which("google-chrome")
    )
    if not path:
        pytest.fail(
            "No Chromium found. Install it with: apt-get install -y chromium-headless-shell "
            "fonts-noto-cjk (or name its program in PORTAL_TEST_CHROMIUM).",
            pytrace=False,
        )
    # The sandbox refuses root; a person's own account keeps it.
    flags = [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else [*FLAGS]
    with sync_playwright() as playwright:
        # Playwright lets Chromium share memory through files, for machines that have little of it.
        browser = playwright.chromium.launch(
            executable_path=path,
            args=flags,
            ignore_default_args=["--disable-dev-shm-usage"] if has_room() else None,
        )
        yield browser
        browser.close()


PageFactory = Callable[..., Page]


MOST_KEPT = 8


@pytest.fixture(scope="session")
def kept_pages(chromium: Browser) -> Iterator[dict[str, Page]]:
    """Pages that wait, blank and without cookies, for the next test that wants one like them."""
    pages: dict[str, Page] = {}
    yield pages
    for page in pages.values():
        page.context.close()


@pytest.fixture
def page_factory(chromium: Browser, kept_pages: dict[str, Page]) -> Iterator[PageFactory]:
    """Open pages: `page_factory(width=320, language="ko", javascript=False)`.

    Args (all by name): `width`, `height` in CSS pixels; `language`, a locale id of ours;
    `color_scheme`; `forced_colors`; `javascript`; `quiet=False` when errors in the console are what
    the test is about; `kept=False` for a test that sets the page's clock, its line, its routes or
    its listeners: others may get a page that was used before, since a new one costs as much as all
    gates; anything else goes to Playwright's `new_context`. At the end a console that complained
    fails the test.
    """
    contexts = []
    ears = _Ears()
    borrowed: dict[str, Page] = {}

    def open_page(
        *,
        width: int = 360,
        height: int = 740,
        language: str = "ja",
        color_scheme: Literal["light", "dark"] = "light",
        forced_colors: bool = False,
        javascript: bool = True,
        quiet: bool = True,
        kept: bool = True,
        **options: Any,
    ) -> Page:
        like = repr((width, height, language, javascript, options))
        if kept and like in kept_pages and like not in borrowed:
            page = borrowed[like] = kept_pages[like]
            if page.viewport_size != {"width": width, "height": height}:
                page.set_viewport_size({"width": width, "height": height})
            page.emulate_media(
                media="null",
                color_scheme=color_scheme,
                forced_colors="active" if forced_colors else "none",
                reduced_motion="null",
            )
            return ears.on(page) if quiet else page
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            locale=LANGUAGE_TAGS[language],
            timezone_id="Asia/Tokyo",
            color_scheme=color_scheme,
            forced_colors="active" if forced_colors else "none",
            java_script_enabled=javascript,
            **options,
        )
        context.set_default_timeout(PATIENCE * 1000)
        page = context.new_page()
        if kept and like not in borrowed:
            borrowed[like] = kept_pages[like] = page
        else:
            contexts.append(context)
        return ears.on(page) if quiet else page

    yield open_page
    for like, page in borrowed.items():
        with contextlib.suppress(KeyError):  # of a page whose complaints nobody wants
            ears.off(page)
        del kept_pages[like]  # and behind the others, since it was used last
        if _blank_again(page):
            kept_pages[like] = page
        else:
            contexts.append(page.context)
    while len(kept_pages) > MOST_KEPT:
        contexts.append(kept_pages.pop(next(iter(kept_pages))).context)
    for context in contexts:
        context.close()
    assert not ears.complaints, "the browser's console complains: " + "; ".join(ears.complaints)


class _Ears:
    """What a test hears from its pages; taken off when a page is kept for another test."""

    def __init__(self) -> None:
        self.complaints: list[str] = []

    def on(self, page: Page) -> Page:
        page.on("console", self._console)
        page.on("pageerror", self._error)
        return page

    def off(self, page: Page) -> None:
        page.remove_listener("console", self._console)
        page.remove_listener("pageerror", self._error)

    def _console(self, message: ConsoleMessage) -> None:
        # An answer of 4xx or 503 is often what a test wants; Chromium writes each to the console.
        wanted = any(f"the server responded with a status of {s}" in message.text for s in (4, 503))
        if message.type == "error" and not wanted:
            self.complaints.append(message.text)

    def _error(self, error: Error) -> None:
        self.complaints.append(str(error))


def _blank_again(page: Page) -> bool:
    """Take away what a test left behind; return whether the page can be used again."""
    if page.is_closed() or len(page.context.pages) > 1 or not page.url.startswith("http"):
        return False
    page.context.clear_cookies()
    page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
    page.goto("about:blank")  # an address of before would make the next one's #anchor a mere scroll
    return True


def let_it_be_remembered(page: Page) -> None:
    """Wait until the browser has noted what was typed, which "back" is to bring again.

    A page in sight tells Chromium's history of it one second after the last key. Who types, presses
    and goes back within that second may overtake the note, as no person does: the page of a lost
    line comes from another process. Tried on a busy machine: lost once in 250 times.
    """
    page.wait_for_timeout(1_500)


@pytest.fixture
def page(page_factory: PageFactory) -> Page:
    """A phone page in Japanese, 360 px wide."""
    return page_factory()
