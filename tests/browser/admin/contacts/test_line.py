"""Help on the line in a browser: a key that makes no sound, and gates on every screen."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.admin.contacts.calling import begin_call
from tests.browser.admin.contacts.passing import (
    offers_its_button_without_javascript,
    passes_at_a_desk,
    passes_on_a_phone,
    says_the_same_without_javascript,
)
from tests.browser.admin.contacts.screens_of_line import (
    LINE,
    REHEARSALS,
    silent_calls,
    training,
    withdraw_all,
)
from tests.browser.admin.served import ServedStaff
from tests.support.browser import PageFactory
from tests.support.programs.servers import until

__all__ = ["training"]
HEARD = """() => JSON.stringify([
  document.title,
  document.activeElement.tagName + document.activeElement.id,
  [...document.querySelectorAll('[role=status], [role=alert], [aria-live]')]
    .map((one) => one.textContent.trim()),
])"""
"""What a screen reader would speak of, were it to change: title, focus and live regions."""


@pytest.mark.parametrize("name", list(LINE))
def test_a_screen_passes_the_gates_in_japanese(
    served_staff: ServedStaff, page_factory: PageFactory, name: str
) -> None:
    passes_on_a_phone(served_staff, page_factory, LINE[name])


@pytest.mark.parametrize("name", list(REHEARSALS))
def test_a_screen_of_a_training_world_passes_the_gates_in_japanese(
    training: ServedStaff, page_factory: PageFactory, name: str
) -> None:
    passes_on_a_phone(training, page_factory, REHEARSALS[name])


@pytest.mark.parametrize("name", ["help: somebody calls", "marks of calls"])
def test_a_screen_passes_the_gates_in_english_at_a_desk(
    served_staff: ServedStaff, page_factory: PageFactory, name: str, full_matrix: bool
) -> None:
    passes_at_a_desk(served_staff, page_factory, LINE[name], full_matrix=full_matrix)


@pytest.mark.parametrize("name", ["rehearsals: list", "rehearsal: scored"])
def test_a_screen_of_a_training_world_passes_the_gates_in_english_at_a_desk(
    training: ServedStaff, page_factory: PageFactory, name: str, full_matrix: bool
) -> None:
    passes_at_a_desk(training, page_factory, REHEARSALS[name], full_matrix=full_matrix)


@pytest.mark.parametrize("name", ["help: nobody calls", "marks of calls"])
def test_a_page_says_and_offers_the_same_without_javascript(
    served_staff: ServedStaff, page_factory: PageFactory, name: str
) -> None:
    says_the_same_without_javascript(served_staff, page_factory, LINE[name])


def test_who_calls_is_helped_without_javascript(
    served_staff: ServedStaff, page_factory: PageFactory
) -> None:
    offers_its_button_without_javascript(served_staff, page_factory, LINE["help: somebody calls"])


# ---- the silent key -----------------------------------------------------------------------
def in_call(served: ServedStaff, pages: PageFactory, path: str = "/desk") -> Page:
    withdraw_all(served)
    page = pages(width=1280, height=900)
    begin_call(served, page)
    served.go(page, path)
    page.evaluate("document.activeElement.blur()")
    return page


@pytest.mark.parametrize("path", ["/desk", "/account", "/calls"])
def test_alt_h_calls_the_supervisor_from_any_page_and_nothing_is_said(
    served_staff: ServedStaff, page_factory: PageFactory, path: str
) -> None:
    page = in_call(served_staff, page_factory, path)
    address, heard = page.url, page.evaluate(HEARD)
    page.keyboard.press("Alt+h")
    until(lambda: silent_calls(served_staff) == 1, 10)
    expect(page.locator("form.help-call button")).to_have_text("呼びました")
    assert page.url == address
    assert page.evaluate(HEARD) == heard
    page.keyboard.press("Alt+h")
    page.wait_for_timeout(300)
    assert silent_calls(served_staff) == 1


def test_the_silent_key_spares_a_text_that_is_being_written(
    served_staff: ServedStaff, page_factory: PageFactory
) -> None:
    page = in_call(served_staff, page_factory, "/account")
    page.focus("#current")
    page.keyboard.type("half a sent")
    page.keyboard.press("Alt+h")
    page.wait_for_timeout(300)
    assert silent_calls(served_staff) == 0
    assert page.input_value("#current").startswith("half a sent")
    page.keyboard.press("Tab")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Alt+h")
    until(lambda: silent_calls(served_staff) == 1, 10)


def test_a_session_can_switch_the_silent_key_off_and_keeps_the_button(
    served_staff: ServedStaff, page_factory: PageFactory
) -> None:
    page = in_call(served_staff, page_factory)
    with page.expect_navigation():
        page.evaluate("document.querySelector(\"form[action='/help-calls/key'] button\").click()")
    served_staff.go(page, "/desk")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Alt+h")
    page.wait_for_timeout(300)
    assert silent_calls(served_staff) == 0
    with page.expect_navigation():
        page.locator("form.help-call button").click()
    assert silent_calls(served_staff) == 1
