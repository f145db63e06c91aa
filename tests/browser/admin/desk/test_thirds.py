"""The desk in a call: what to answer, what to do and what to say, all in the first screen.

Where there is no room for three columns it is one, in that order.
"""

from typing import NamedTuple

import pytest
from playwright.sync_api import Page, expect

from tests.browser.admin.desk.screens_of_desk import DESK
from tests.browser.admin.served import ServedStaff
from tests.support.browser import PageFactory

COLUMNS = ("answers", "acts", "scripts")
FIRST_ACT = ".acts a[data-act]"
MOST_TABS = 5
SCREENS = ("desk: unverified", "desk: status", "desk: acting")
BOTH = pytest.mark.parametrize("language", ["ja", "en"])
SCRIPT = pytest.mark.parametrize("javascript", [True, False], ids=["script", "no script"])


class Box(NamedTuple):
    """Where something stands, in CSS pixels of the page."""

    left: float
    top: float
    right: float
    bottom: float


def box(page: Page, selector: str) -> Box:
    found = page.locator(selector).first.bounding_box()
    assert found is not None, selector
    return Box(found["x"], found["y"], found["x"] + found["width"], found["y"] + found["height"])


def whole_page(page: Page) -> tuple[int, int]:
    width, height = page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
    )
    return int(width), int(height)


def at(served: ServedStaff, page: Page, name: str, language: str = "ja") -> None:
    served.speak(page, language)
    DESK[name](served, page)


@SCRIPT
@BOTH
@pytest.mark.parametrize("name", SCREENS)
def test_answers_acts_and_scripts_stand_beside_each_other_in_the_first_screen(
    served_staff: ServedStaff,
    page_factory: PageFactory,
    name: str,
    language: str,
    javascript: bool,
) -> None:
    page = page_factory(width=1280, height=800, language=language, javascript=javascript)
    at(served_staff, page, name, language)
    assert whole_page(page) == (1280, 800)
    heads = [box(page, f"h2#{one}") for one in COLUMNS]
    assert len({head.top for head in heads}) == 1, "one row"
    assert heads[0].right <= heads[1].left
    assert heads[1].right <= heads[2].left
    bodies = [box(page, f".thirds > section:has(#{one}) > .body") for one in COLUMNS]
    for body in bodies:
        assert body.bottom <= 800
        assert body.bottom - body.top >= 380, "most of the screen is the work"
    # what the agent does next is seen at once
    if name == "desk: unverified":
        assert box(page, "form#verify button.main").bottom <= bodies[1].bottom
    else:
        assert box(page, ".answers > div:nth-child(3)").bottom <= bodies[0].bottom
        assert box(page, ".acts li:nth-child(4)").bottom <= bodies[1].bottom
    assert box(page, ".script-group .script").bottom <= bodies[2].bottom


@BOTH
@pytest.mark.parametrize("name", ["desk: status", "desk: acting"])
def test_the_first_act_is_at_most_five_tabs_from_where_the_page_puts_the_focus(
    served_staff: ServedStaff, page_factory: PageFactory, name: str, language: str
) -> None:
    page = page_factory(width=1280, height=800, language=language)
    at(served_staff, page, name, language)
    expect(
        page.locator("#done" if name == "desk: acting" else ".body:has(.answers)")
    ).to_be_focused()
    for _pressed in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("(s) => document.activeElement.matches(s)", FIRST_ACT):
            return
    pytest.fail(f"no act with {MOST_TABS} tabs")


def test_a_column_is_read_to_its_end_with_the_three_headings_in_sight(
    served_staff: ServedStaff, page_factory: PageFactory
) -> None:
    page = page_factory(width=1280, height=800)
    at(served_staff, page, "desk: status")
    expect(page.locator(".body:has(.answers)")).to_be_focused()  # a key before that moves nothing
    page.keyboard.press("End")
    expect(page.locator("#contacts")).to_be_in_viewport()
    for one in COLUMNS:
        expect(page.locator(f"h2#{one}")).to_be_in_viewport()
    page.locator("details.script summary").last.focus()
    for one in COLUMNS:
        expect(page.locator(f"h2#{one}")).to_be_in_viewport()
    assert page.evaluate("window.scrollY") == 0


@BOTH
@pytest.mark.parametrize("name", SCREENS)
@pytest.mark.parametrize(
    ("width", "height"), [(360, 740), (320, 200)], ids=["phone", "400 percent of 1280 by 800"]
)
def test_where_room_is_small_it_is_one_column_that_scrolls_one_way(
    served_staff: ServedStaff,
    page_factory: PageFactory,
    name: str,
    language: str,
    width: int,
    height: int,
) -> None:
    page = page_factory(width=width, height=height, language=language)
    at(served_staff, page, name, language)
    assert whole_page(page)[0] == width
    tops = [box(page, f"h2#{one}").top for one in COLUMNS]
    assert tops == sorted(tops)
    assert box(page, "h1").top < tops[0]
    inner = page.eval_on_selector_all(
        ".thirds .body", "all => all.map((one) => one.scrollHeight - one.clientHeight)"
    )
    assert max(inner) <= 0, "nothing scrolls inside of what scrolls"


def test_a_screen_reader_meets_answers_acts_and_scripts_in_that_order(
    served_staff: ServedStaff, page_factory: PageFactory
) -> None:
    page = page_factory(width=1280, height=800)
    at(served_staff, page, "desk: status")
    levels = page.eval_on_selector_all(
        "main :is(h1, h2, h3, h4)", "all => all.map((one) => `${one.localName} ${one.id}`.trim())"
    )
    assert levels[0] == "h1"
    assert [one for one in levels if one.startswith("h2")] == [f"h2 {one}" for one in COLUMNS]
    for name in ("伝えること", "代わりにする手続き", "言うこと"):
        expect(page.get_by_role("region", name=name, exact=True)).to_have_count(1)
    skip = page.locator("a.skip")
    skip.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator(".body:has(.answers)")).to_be_focused()


# ---- keys ----------------------------------------------------------------------------------------
def test_alt_and_a_number_begin_the_act_of_that_number_and_nothing_else_does(
    served_staff: ServedStaff, page_factory: PageFactory
) -> None:
    page = page_factory(width=1280, height=800)
    at(served_staff, page, "desk: acting")
    here = page.url
    page.keyboard.press("2")
    page.keyboard.press("Alt+3")  # nothing is locked: this act is not possible
    page.keyboard.press("Control+Alt+2")
    assert page.url == here
    with page.expect_navigation():
        page.keyboard.press("Alt+2")
    assert page.url.endswith("/new-letter")


def test_a_digit_in_a_field_stays_what_somebody_types(
    served_staff: ServedStaff, page_factory: PageFactory
) -> None:
    page = page_factory(width=1280, height=800)
    at(served_staff, page, "desk: acting")
    here = page.url
    for field in ("#script_q", "#q", "select#reason"):
        page.locator(field).focus()
        page.keyboard.press("Alt+2")
        assert page.url == here, field
