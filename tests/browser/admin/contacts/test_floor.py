"""The floor in a browser: gates on every screen, read from five meters, refreshed by itself."""

import pytest
from playwright.sync_api import expect

from admin.oversight.floor import EVERY_SECONDS
from tests.browser.admin.contacts.passing import (
    passes_at_a_desk,
    passes_on_a_phone,
    says_the_same_without_javascript,
)
from tests.browser.admin.contacts.screens_of_floor import FLOOR, busy, offered
from tests.browser.admin.served import ServedStaff
from tests.functional.contacts.floor.support import CALLER
from tests.support.browser import PageFactory

FIVE_METERS = 40
"""CSS pixels of a figure's height that are read at 5 m on a screen of 50 inches (0.58 mm each)."""


@pytest.mark.parametrize("name", list(FLOOR))
def test_a_screen_passes_the_gates_in_japanese(
    served_staff: ServedStaff, page_factory: PageFactory, name: str
) -> None:
    passes_on_a_phone(served_staff, page_factory, FLOOR[name])


@pytest.mark.parametrize("name", ["floor", "floor plan: wrong", "seat: taken"])
def test_a_screen_passes_the_gates_in_english_at_a_desk(
    served_staff: ServedStaff, page_factory: PageFactory, name: str, full_matrix: bool
) -> None:
    passes_at_a_desk(served_staff, page_factory, FLOOR[name], full_matrix=full_matrix)


@pytest.mark.parametrize("name", ["floor plan", "seat: none"])
def test_a_page_says_and_offers_the_same_without_javascript(
    served_staff: ServedStaff, page_factory: PageFactory, name: str
) -> None:
    says_the_same_without_javascript(served_staff, page_factory, FLOOR[name])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_floor_is_read_from_five_meters_and_fits_the_screen(
    served_staff: ServedStaff, page_factory: PageFactory, scheme: str
) -> None:
    page = page_factory(width=1920, height=1080, color_scheme=scheme)
    FLOOR["floor"](served_staff, page)
    sizes = page.eval_on_selector_all(
        ".floor-now dd, .floor-alarms .alarm",
        "all => all.map(e => parseFloat(getComputedStyle(e).fontSize))",
    )
    assert len(sizes) >= 7
    assert min(sizes) >= FIVE_METERS
    cells = page.eval_on_selector_all(
        ".floor-halves td", "all => all.map(e => parseFloat(getComputedStyle(e).fontSize))"
    )
    assert min(cells) >= 24
    height = page.evaluate("document.documentElement.scrollHeight")
    assert height <= 1080, height


def test_the_floor_is_drawn_anew_by_itself(
    served_staff: ServedStaff, page_factory: PageFactory
) -> None:
    page = page_factory(width=1920, height=1080, kept=False)
    page.clock.install()
    FLOOR["floor: nothing yet"](served_staff, page)
    tile = page.locator(".floor-now dd").first
    expect(tile).to_have_text("0")
    busy(served_staff)
    page.clock.fast_forward(EVERY_SECONDS * 1000)
    expect(tile).to_have_text("1")


def test_a_number_in_the_field_waits_for_the_agent(
    served_staff: ServedStaff, page_factory: PageFactory
) -> None:
    page = page_factory(width=1280, height=900)
    offered(served_staff, page)
    expect(page.locator("#telephone")).to_have_value(CALLER)
    assert page.url.endswith("/desk")
    expect(page.locator("#number")).to_be_focused()
