"""The screens of entering forms and calls pass the gates, like every staff screen."""

import pytest
from playwright.sync_api import Page

from tests.browser.admin.contacts.passing import passes_at_a_desk, passes_on_a_phone
from tests.browser.admin.requests.screens_of_entries import ENTRIES
from tests.browser.admin.served import ServedStaff
from tests.support.browser import PageFactory
from tests.support.gates import plain
from tests.support.reading.files import picture

NAMES = pytest.mark.parametrize("name", list(ENTRIES))


@NAMES
def test_a_screen_passes_the_gates_in_japanese(
    served_staff: ServedStaff, page_factory: PageFactory, name: str
) -> None:
    passes_on_a_phone(served_staff, page_factory, ENTRIES[name])


@pytest.mark.parametrize(
    "name",
    [
        "choose",
        "decline by fax: empty",
        "alternative by telephone: empty",
        "entered with a warning",
    ],
)
def test_a_screen_passes_the_gates_in_english_at_a_desk(
    served_staff: ServedStaff, page_factory: PageFactory, name: str, full_matrix: bool
) -> None:
    passes_at_a_desk(served_staff, page_factory, ENTRIES[name], full_matrix=full_matrix)


@pytest.mark.parametrize("name", ["decline by fax: empty", "redelivery by post"])
def test_a_page_says_and_offers_the_same_without_javascript(
    served_staff: ServedStaff, page_factory: PageFactory, name: str
) -> None:
    with_script, without = page_factory(), page_factory(javascript=False)
    ENTRIES[name](served_staff, with_script)
    ENTRIES[name](served_staff, without)
    assert plain.complaints(without, plain.words(with_script)) == []
    assert without.locator("main button.main").is_visible()


def test_a_form_with_its_scan_is_entered_without_javascript(
    served_staff: ServedStaff, page_factory: PageFactory
) -> None:
    page = page_factory(javascript=False)
    ENTRIES["redelivery by post"](served_staff, page)
    fill(page)
    page.set_input_files("#scan", {"name": "a.png", "mimeType": "image/png", "buffer": picture()})
    page.locator("button.main").click()
    picture_of_it = page.locator("input[type=image]")
    for across, down in ((30, 30), (200, 100)):
        picture_of_it.click(position={"x": across, "y": down})
    assert page.locator("#scan-marks").input_value().startswith("1:")
    page.check("input[name='scan.numbers'][value=black]")
    page.locator("button.main").click()
    assert page.locator("#item-error").is_visible()
    assert page.input_value("#received_on") == "2023年7月31日"
    assert page.locator("#scan-marks").input_value().startswith("1:"), "nothing is asked twice"


def test_a_number_on_a_scan_is_dragged_over_with_the_mouse(
    served_staff: ServedStaff, page_factory: PageFactory
) -> None:
    page = page_factory()
    ENTRIES["redelivery by post"](served_staff, page)
    fill(page)
    page.set_input_files("#scan", {"name": "a.png", "mimeType": "image/png", "buffer": picture()})
    page.locator("button.main").click()
    area = page.locator("input[type=image]")
    page.wait_for_load_state("load")  # before it is there, the picture has no height
    area.scroll_into_view_if_needed()
    box = area.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 80, steps=4)
    page.mouse.up()
    assert page.locator(".black-box").count() == 1
    assert page.locator("#scan-marks").input_value().startswith("1:")
    assert page.locator("input[type=image]").is_visible(), "the drag sent nothing yet"


def fill(page: Page) -> None:
    page.fill("#received_on", "2023年7月31日")
    page.select_option("#signed_by", "householder")
