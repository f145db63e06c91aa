"""Calls in a browser.

Gates on every screen, one key to begin and to end, and a whole call by keyboard alone.
"""

import pytest
from playwright.sync_api import expect

from portal.domain.foundation.actors import Role
from tests.browser.admin.contacts.calling import at_the_desk, begin_call, last_call
from tests.browser.admin.contacts.passing import (
    passes_at_a_desk,
    passes_on_a_phone,
    says_the_same_without_javascript,
)
from tests.browser.admin.contacts.screens_of_calls import CALLS
from tests.browser.admin.served import ServedStaff
from tests.support.browser import PageFactory


@pytest.mark.parametrize("name", list(CALLS))
def test_a_screen_passes_the_gates_in_japanese(
    served_staff: ServedStaff, page_factory: PageFactory, name: str
) -> None:
    passes_on_a_phone(served_staff, page_factory, CALLS[name])


@pytest.mark.parametrize(
    "name", ["calls: list", "calls: in a call", "call: wrong notes", "call: one"]
)
def test_a_screen_passes_the_gates_in_english_at_a_desk(
    served_staff: ServedStaff, page_factory: PageFactory, name: str, full_matrix: bool
) -> None:
    passes_at_a_desk(served_staff, page_factory, CALLS[name], full_matrix=full_matrix)


@pytest.mark.parametrize("name", ["calls: list", "calls: in a call", "call: notes"])
def test_a_page_says_and_offers_the_same_without_javascript(
    served_staff: ServedStaff, page_factory: PageFactory, name: str
) -> None:
    says_the_same_without_javascript(served_staff, page_factory, CALLS[name])


# ---- the keys -----------------------------------------------------------------------------
def test_one_key_begins_and_one_ends_from_any_page(
    served_staff: ServedStaff, page_factory: PageFactory
) -> None:
    page = page_factory(width=1280, height=900)
    actor = at_the_desk(served_staff, page)
    served_staff.go(page, "/account")
    expect(page.locator("[data-key=F2] kbd")).to_be_visible()
    with page.expect_navigation():
        page.keyboard.press("F2")
    assert last_call(served_staff, actor).state == "talking"
    served_staff.go(page, "/account")
    with page.expect_navigation():
        page.keyboard.press("F8")
    assert page.url.endswith("/calls/finish")
    assert last_call(served_staff, actor).state == "after_call"
    served_staff.go(page, "/account")
    with page.expect_navigation():
        page.keyboard.press("F8")
    assert page.url.endswith("/calls/finish")


def test_the_keys_spare_a_text_that_is_being_written(
    served_staff: ServedStaff, page_factory: PageFactory
) -> None:
    page = page_factory(width=1280, height=900)
    actor = begin_call(served_staff, page)
    served_staff.go(page, "/account")
    page.focus("#current")
    page.keyboard.type("half a sent")
    page.keyboard.press("F8")
    page.wait_for_timeout(300)
    assert page.url.endswith("/account")
    assert last_call(served_staff, actor).state == "talking"
    page.fill("#current", "")
    with page.expect_navigation():
        page.keyboard.press("F8")
    assert last_call(served_staff, actor).state == "after_call"


def test_without_javascript_the_same_buttons_do_it(
    served_staff: ServedStaff, page_factory: PageFactory
) -> None:
    page = page_factory(width=1280, height=900, javascript=False)
    actor = at_the_desk(served_staff, page)
    served_staff.go(page, "/account")
    page.focus(".call-bar button.main")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert last_call(served_staff, actor).state == "talking"
    page.focus(".call-bar button.main")
    page.keyboard.press("Enter")
    page.wait_for_url("**/calls/finish")


def test_the_bar_never_covers_what_has_the_focus(
    served_staff: ServedStaff, page_factory: PageFactory
) -> None:
    page = page_factory(width=1280, height=700)
    begin_call(served_staff, page)
    served_staff.go(page, "/calls/finish")
    for _press in range(40):
        page.keyboard.press("Shift+Tab")
        hidden = page.evaluate(
            """() => {
              const bar = document.querySelector('.call-bar'), has = document.activeElement;
              if (!has || has === document.body) return '';
              if (bar.contains(has) || has.closest('.top, .skip')) return '';
              const box = has.getBoundingClientRect();
              const hidden = box.height && box.top < bar.getBoundingClientRect().bottom - 1;
              return hidden ? has.outerHTML.slice(0, 80) : '';
            }"""
        )
        assert hidden == ""


def test_a_call_is_still_there_in_another_browser(
    served_staff: ServedStaff, page_factory: PageFactory
) -> None:
    page = page_factory(width=1280, height=900)
    begin_call(served_staff, page)
    page.context.close()
    other = page_factory(width=1280, height=900)
    served_staff.enter(other, Role.AGENT)
    served_staff.go(other, "/")
    expect(other.locator(".call-bar")).to_contain_text("受付中")
