"""A coupon on a telephone, for each way in which an issuer lets it be used."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page

from portal.domain.foundation.program.settings.issuer import IssuerUse
from portal.settings import Settings
from tests.browser.resident.served import LANGUAGES, Served
from tests.support.browser import PageFactory
from tests.support.gates import check_page, sizes
from tests.support.programs.servers import StartServer
from tests.support.reading.qr import decode_png
from tests.support.resident import NOON, serve_resident

HEIGHT = 740
FIRST = {
    IssuerUse.SHOP_SCANS: "[data-qr] svg",
    IssuerUse.HOLDER_OPENS: "main a.button",
    IssuerUse.CODE_AND_PIN: ".number",
}
"""What somebody needs at once."""


@pytest.fixture(scope="module", params=list(IssuerUse))
def place(
    request: pytest.FixtureRequest,
    served: Served,
    start_lasting_server: StartServer,
    resident_settings: Settings,
    tmp_path_factory: pytest.TempPathFactory,
) -> Served:
    """The same families, at a site whose issuer works in one of the ways."""
    if request.param is IssuerUse.HOLDER_OPENS:
        return served
    folder = tmp_path_factory.mktemp("use")
    text = Path(resident_settings.program).read_text("utf-8")
    program = folder / "program.toml"
    assert text.count('use = "holder_opens"') == 1
    program.write_text(text.replace('use = "holder_opens"', f'use = "{request.param}"'), "utf-8")
    settings = replace(resident_settings, program=str(program))
    url = str(served.database.engine.url)
    return replace(served, server=serve_resident(start_lasting_server, settings, url, NOON))


def show(place: Served, page: Page, code: str = "ja") -> None:
    """Open the coupon of a family that has seen it."""
    place.enter(page, "coupons")
    place.speak(page, code)
    place.go(page, "/coupon/1")
    if page.url.endswith("/home"):
        page.locator("form[action='/coupon/1/reveal'] button").click()
        page.wait_for_url(re.compile(r"/coupon/1$"))


def bottom(page: Page, selector: str) -> float:
    """How far below the edge of the screen a part ends, in CSS pixels."""
    box = page.locator(selector).first.bounding_box()
    assert box is not None
    return box["y"] + box["height"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_code_is_read_from_a_real_screen(
    place: Served, page_factory: PageFactory, scheme: str
) -> None:
    page = page_factory(color_scheme="dark" if scheme == "dark" else "light")
    show(place, page)
    page.locator("[data-qr] svg").scroll_into_view_if_needed()
    (text,) = decode_png(page.screenshot())
    assert "/SANDBOX/" in text


@pytest.mark.parametrize("code", list(LANGUAGES))
def test_what_comes_first_is_on_the_first_screen_with_letters_of_200_percent(
    place: Served, page_factory: PageFactory, code: str
) -> None:
    page = page_factory()
    show(place, page, code)
    page.evaluate("() => { document.documentElement.style.fontSize = '200%' }")
    (use,) = [use for use in IssuerUse if page.locator(f".show.{use}").count()]
    assert bottom(page, FIRST[use]) <= HEIGHT


def test_on_its_side_the_code_is_whole_on_the_first_screen(
    place: Served, page_factory: PageFactory
) -> None:
    page = page_factory(width=HEIGHT, height=360)
    show(place, page)
    assert bottom(page, "[data-qr] svg") <= 360
    (text,) = decode_png(page.screenshot())
    assert "/SANDBOX/" in text


@pytest.mark.parametrize("code", list(LANGUAGES))
def test_the_screen_passes_the_gates(place: Served, page_factory: PageFactory, code: str) -> None:
    page = page_factory()
    show(place, page, code)
    found = check_page(page, lang=LANGUAGES[code]) + sizes.complaints(page)
    assert not found, found
