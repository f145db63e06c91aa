"""How the staff site behaves under the hand.

Live search, the shortcut, a lost line, no script at all.
"""

import re

import pytest
from playwright.sync_api import expect

from portal.domain.foundation.actors import Role
from tests.browser.admin.screens import ALL, press
from tests.browser.admin.served import ServedStaff
from tests.support.browser import PageFactory
from tests.support.staff import PASSWORD


def test_the_way_from_the_sign_in_to_a_household_without_javascript(
    served_staff: ServedStaff, page_factory: PageFactory
) -> None:
    page = page_factory(javascript=False)
    colleague = served_staff.colleagues[Role.OFFICER]
    served_staff.go(page, "/")
    page.fill("#login", colleague.login)
    page.fill("#password", PASSWORD)
    press(page)
    page.fill("#code", colleague.code(served_staff.now))
    press(page)
    page.fill("#q", "うずらの")
    page.click("form.quick button")
    expect(page.locator("#found")).to_contain_text("見つかりました")
    page.locator("#results a.cell").first.click()
    page.check("input[value=request]")
    press(page)
    expect(page.locator("h1")).to_contain_text("鶉●")
    page.select_option("select#reason", "request")
    page.click("button[value=name]")
    expect(page.locator("h1")).to_contain_text("鶉野")


def test_results_come_while_typing_and_are_announced(
    served_staff: ServedStaff, page_factory: PageFactory
) -> None:
    page = page_factory(width=1280, height=800)
    served_staff.enter(page)
    served_staff.go(page, "/households")
    page.locator("#name").press_sequentially("鶉野", delay=30)
    expect(page.locator("#found")).to_have_text(re.compile("7件見つかりました"))
    expect(page.locator("#results tbody tr")).to_have_count(7)
    assert page.evaluate("document.activeElement.id") == "name"
    assert page.locator("#found").get_attribute("role") == "status"
    page.fill("#postal", "12")
    expect(page.locator("#found")).to_contain_text("7けた")


def test_a_lost_line_is_said_aloud_and_what_was_typed_stays(
    served_staff: ServedStaff, page_factory: PageFactory
) -> None:
    page = page_factory(width=1280, height=800, quiet=False, kept=False)
    served_staff.enter(page)
    served_staff.go(page, "/households")
    page.context.set_offline(True)
    page.fill("#name", "鶉野")
    expect(page.locator("#offline")).to_be_visible()
    expect(page.locator("#offline")).to_contain_text("つながりません")
    assert page.input_value("#name") == "鶉野"
    page.context.set_offline(False)
    page.fill("#name", "鶉")
    expect(page.locator("#results tbody tr")).to_have_count(7)
    expect(page.locator("#offline")).to_be_hidden()


def test_control_k_goes_to_the_search_box(
    served_staff: ServedStaff, page_factory: PageFactory
) -> None:
    page = page_factory(width=1280, height=800)
    served_staff.enter(page)
    served_staff.go(page, "/tasks")
    page.keyboard.press("Control+k")
    assert page.evaluate("document.activeElement.id") == "q"
    expect(page.locator("kbd")).to_be_visible()


def test_a_session_that_ended_under_a_live_search_shows_the_sign_in(
    served_staff: ServedStaff, page_factory: PageFactory
) -> None:
    page = page_factory(width=1280, height=800)
    served_staff.enter(page)
    served_staff.go(page, "/households")
    page.context.clear_cookies(name="staff-sid")
    page.fill("#name", "鶉野")
    page.wait_for_url(re.compile("/signin"))
    expect(page.locator("h1")).to_contain_text("サインイン")


@pytest.mark.asvs("14.3.3")
def test_nothing_of_a_search_stays_in_the_browsers_storage(
    served_staff: ServedStaff, page_factory: PageFactory
) -> None:
    page = page_factory(width=1280, height=800)
    served_staff.enter(page)
    served_staff.go(page, "/households")
    page.fill("#name", "鶉野")
    expect(page.locator("#results tbody tr")).to_have_count(7)
    kept = page.evaluate(
        "JSON.stringify([Object.values(localStorage), Object.values(sessionStorage)])"
    )
    assert "鶉" not in kept


def test_a_file_that_is_too_large_comes_back_as_the_page_with_what_was_typed(
    served_staff: ServedStaff, page_factory: PageFactory
) -> None:
    page = page_factory(javascript=False)
    ALL["print text"](served_staff, page)
    page.fill("#instruction_no", "児発第7号")
    page.set_input_files(
        "#image", {"name": "a.png", "mimeType": "image/png", "buffer": b"x" * 12_000_000}
    )
    press(page)
    expect(page.locator("#image-error")).to_contain_text("1メガバイトまで")
    assert page.input_value("#instruction_no") == "児発第7号"
