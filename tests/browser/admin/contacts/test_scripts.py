"""Scripts, calls back and questions to the ward in a browser.

Gates on every screen, and by keyboard alone.
"""

import pytest
from playwright.sync_api import expect

from portal.domain.contacts.escalations.models import CallBack
from portal.domain.foundation.actors import Role
from tests.browser.admin.contacts.calling import at_the_desk, begin_call
from tests.browser.admin.contacts.passing import passes_at_a_desk, passes_on_a_phone
from tests.browser.admin.contacts.screens_of_scripts import LEFT_OPEN, SCRIPTS, asked
from tests.browser.admin.contacts.test_faxes import _enter, _tab_to
from tests.browser.admin.served import ServedStaff
from tests.support.browser import PageFactory, let_it_be_remembered
from tests.support.gates import plain

SCREENS = SCRIPTS | LEFT_OPEN


@pytest.mark.parametrize("name", list(SCREENS))
def test_a_screen_passes_the_gates_in_japanese(
    served_staff: ServedStaff, page_factory: PageFactory, name: str
) -> None:
    passes_on_a_phone(served_staff, page_factory, SCREENS[name])


@pytest.mark.parametrize(
    "name",
    ["script: read", "script: two editors", "call back: calling", "escalation: wrong answer"],
)
def test_a_screen_passes_the_gates_in_english_at_a_desk(
    served_staff: ServedStaff, page_factory: PageFactory, name: str, full_matrix: bool
) -> None:
    passes_at_a_desk(served_staff, page_factory, SCREENS[name], full_matrix=full_matrix)


@pytest.mark.parametrize(
    "name", ["script: edit", "scripts: beside the call", "call back: new", "escalation: new"]
)
def test_a_page_says_and_offers_the_same_without_javascript(
    served_staff: ServedStaff, page_factory: PageFactory, name: str
) -> None:
    page = page_factory(javascript=False)
    SCREENS[name](served_staff, page)
    assert plain.complaints(page, plain.words(page)) == []


@pytest.mark.parametrize("javascript", [True, False])
def test_somebody_is_called_back_with_nothing_but_the_keyboard(
    served_staff: ServedStaff, page_factory: PageFactory, javascript: bool
) -> None:
    page = page_factory(width=1280, height=900, javascript=javascript)
    task_id = asked(served_staff, begin_call(served_staff, page), known=False)
    served_staff.go(page, "/call-backs")
    _tab_to(page, f"a[href='/call-backs/{task_id}']")
    _enter(page)
    _tab_to(page, "main form[action$='/start'] button")
    _enter(page)
    expect(page.locator("main")).to_contain_text("09000000000")
    _tab_to(page, "input[name=outcome]")
    page.keyboard.press("Space")
    _tab_to(page, "form[action$='/settle'] button")
    _enter(page)
    assert page.url.endswith("/calls/finish")
    with served_staff.database.read() as session:
        assert session.query(CallBack.state).filter_by(task_id=task_id).scalar() == "done"


def test_a_question_goes_to_the_ward_with_nothing_but_the_keyboard(
    served_staff: ServedStaff, page_factory: PageFactory
) -> None:
    page = page_factory(width=1280, height=900)
    begin_call(served_staff, page)
    served_staff.go(page, "/desk")
    _tab_to(page, "main a[href^='/escalations/new']")
    _enter(page)
    _tab_to(page, "input[name=kind]")
    page.keyboard.press("Space")
    _tab_to(page, "#text")
    page.keyboard.type("基準日のあとに転入した。")
    _tab_to(page, "form#form button.main")
    _enter(page)
    expect(page.locator(".figure")).to_be_visible()


def test_a_preview_keeps_what_was_typed_and_back_does_too(
    served_staff: ServedStaff, page_factory: PageFactory
) -> None:
    page = page_factory(width=1280, height=900)
    at_the_desk(served_staff, page, Role.SUPERVISOR)
    served_staff.go(page, "/scripts/closing_passed/edit")
    page.fill("#text_ja", "あたらしい文です。\n× 約束する")
    let_it_be_remembered(page)
    with page.expect_navigation():
        page.locator("button[formaction$='/preview']").click()
    expect(page.locator(".never").first).to_contain_text("言わない")
    assert page.input_value("#text_ja") == "あたらしい文です。\n× 約束する"
    page.go_back()
    expect(page.locator("#text_ja")).to_have_value("あたらしい文です。\n× 約束する")
