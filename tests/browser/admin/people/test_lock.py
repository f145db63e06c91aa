"""The screen lock in a real browser.

It hides the page, keeps what was typed, and opens without leaving it.
"""

import re
import secrets
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import delete, update

from portal.domain.foundation.actors import Role
from portal.domain.people.authn.models import AuthSession
from portal.domain.people.authn.sessions import STAFF
from tests.browser.admin.screens import press
from tests.browser.admin.served import ServedStaff
from tests.support.browser import PageFactory
from tests.support.gates import check_page, plain
from tests.support.staff import COOKIE, PASSWORD, Colleague, hire, start_session

QUARTER = 15 * 60 * 1000
OVER_THE_PAGE = ("axe", "contrast", "targets", "spacing", "forced")
"""Gates for what covers a page on purpose, and holds the focus until it goes."""


def at_work(served: ServedStaff, page: Page, role: Role = Role.WARD_OFFICER) -> Colleague:
    """Somebody of their own, so that wrong passwords make nobody else wait."""
    colleague = hire(served.database, served.now, role, f"lock{secrets.token_hex(4)}")
    token = start_session(served.database, colleague, served.now)
    page.context.add_cookies([{"name": COOKIE, "value": token, "url": served.url}])
    return colleague


def leave_alone(served: ServedStaff, colleague: Colleague) -> None:
    """This person touches nothing for a quarter of an hour."""
    with served.database.write() as session:
        session.execute(
            update(AuthSession)
            .where(AuthSession.site == STAFF, AuthSession.owner_id == colleague.id)
            .values(seen_at=served.now - timedelta(minutes=15))
        )


def typed(served: ServedStaff, page: Page) -> Colleague:
    colleague = at_work(served, page)
    served.go(page, "/households")
    page.fill("#name", "鶉野")
    page.fill("#postal", "139")
    return colleague


def lock(page: Page) -> None:
    """Press the lock, on a phone under what is somebody's own."""
    own = page.get_by_role("button", name="自分・言語", exact=True)
    if own.is_visible():
        own.click()
    page.get_by_role("button", name="ロック", exact=True).click()


def unlock(page: Page, password: str = PASSWORD) -> None:
    page.fill("#lock-password", password)
    page.keyboard.press("Enter")


def test_without_javascript_the_password_brings_the_page_back_with_what_was_typed(
    served_staff: ServedStaff, page_factory: PageFactory
) -> None:
    page = page_factory(javascript=False)
    leave_alone(served_staff, typed(served_staff, page))
    press(page, "form#search")
    expect(page.locator("h1")).to_have_text("画面をロックしています")
    assert page.locator("nav").count() == 0
    page.fill("#password", "wrong")
    press(page)
    expect(page.locator("#password-error")).to_contain_text("パスワードが違います")
    page.fill("#password", PASSWORD)
    press(page)
    expect(page.locator("main .note")).to_contain_text("まだ送られていません")
    assert page.input_value("#name") == "鶉野"
    assert page.input_value("#postal") == "139"


@pytest.mark.asvs("14.3.1")
def test_a_screen_left_alone_hides_its_page_and_opens_with_everything_in_its_place(
    served_staff: ServedStaff, page_factory: PageFactory
) -> None:
    page = page_factory(kept=False)
    page.clock.install()
    typed(served_staff, page)
    page.focus("#postal")
    page.clock.fast_forward(QUARTER - 2_000)
    assert page.locator("dialog.lock").count() == 0
    page.clock.fast_forward(4_000)
    expect(page.locator("dialog.lock")).to_be_visible()
    expect(page.locator("#name")).to_be_hidden()
    assert page.title() == "ロック中"
    assert page.evaluate("document.activeElement.id") == "lock-password"
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.locator("dialog.lock")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate(
        "document.activeElement === document.body || "
        "document.activeElement.closest('.lock') !== null"
    )
    unlock(page, "wrong")
    expect(page.locator("#lock-error")).to_contain_text("パスワードが違います")
    unlock(page)
    expect(page.locator("dialog.lock")).to_have_count(0)
    expect(page.locator("#name")).to_be_visible()
    assert page.input_value("#name") == "鶉野"
    assert page.evaluate("document.activeElement.id") == "postal"
    page.fill("#postal", "")
    press(page, "form#search")  # its token is still good
    expect(page.locator("#found")).to_contain_text("見つかりました")


def test_whoever_goes_on_typing_is_not_locked_out(
    served_staff: ServedStaff, page_factory: PageFactory
) -> None:
    page = page_factory(kept=False)
    page.clock.install()
    typed(served_staff, page)
    for _ in range(3):
        page.clock.fast_forward(QUARTER - 60_000)
        with page.expect_response("**/lock/awake?*") as answer:
            page.locator("#name").press("End")
        assert answer.value.status == 204
    assert page.locator("dialog.lock").count() == 0


def test_the_button_locks_at_once_in_every_window_and_opens_them_together(
    served_staff: ServedStaff, page_factory: PageFactory
) -> None:
    page = page_factory(width=1280, height=800)
    typed(served_staff, page)
    second = page.context.new_page()
    served_staff.go(second, "/account")
    # windows hide at once; the server knows when it has answered
    with second.expect_response("**/lock"):
        lock(second)
    for window in (second, page):
        expect(window.locator("dialog.lock")).to_be_visible()
    answer = page.request.get(served_staff.url + "/account")
    assert answer.status == 403
    unlock(second)
    for window in (second, page):
        expect(window.locator("dialog.lock")).to_have_count(0)
    assert page.input_value("#name") == "鶉野"


def test_the_next_person_opens_their_own_windows_only(
    served_staff: ServedStaff, page_factory: PageFactory
) -> None:
    page = page_factory(width=1280, height=800)
    # a locked screen would refuse a search that comes later
    with page.expect_response("**/households/search"):
        typed(served_staff, page)
    # the next person's cookie would go with a lock that is told later
    with page.expect_response("**/lock"):
        lock(page)
    expect(page.locator("dialog.lock")).to_be_visible()
    second = page.context.new_page()
    at_work(served_staff, second)
    served_staff.go(second, "/account")
    lock(second)
    unlock(second)
    expect(second.locator("dialog.lock")).to_have_count(0)
    expect(page.locator("dialog.lock")).to_be_visible()
    unlock(page)
    expect(page.locator("#lock-error")).to_contain_text("解除できませんでした")
    expect(page.locator("#name")).to_be_hidden()


def test_a_window_left_open_locks_when_the_next_person_touches_it(
    served_staff: ServedStaff, page_factory: PageFactory
) -> None:
    # the search that the key sends is refused, and the console says so
    page = page_factory(width=1280, height=800, kept=False, quiet=False)
    page.clock.install()
    typed(served_staff, page)
    at_work(served_staff, page.context.new_page())
    page.clock.fast_forward(61_000)
    page.locator("#name").press("End")
    expect(page.locator("dialog.lock")).to_be_visible()


def test_a_live_search_on_a_locked_session_shows_the_lock_and_keeps_the_fields(
    served_staff: ServedStaff, page_factory: PageFactory
) -> None:
    page = page_factory(width=1280, height=800)
    leave_alone(served_staff, typed(served_staff, page))
    page.fill("#postal", "")
    expect(page.locator("dialog.lock")).to_be_visible()
    expect(page.locator("#offline")).to_be_hidden()
    unlock(page)
    expect(page.locator("dialog.lock")).to_have_count(0)
    assert page.input_value("#name") == "鶉野"
    page.locator("#name").press_sequentially(" ")
    expect(page.locator("#found")).to_have_text(re.compile("見つかりました"))


def test_a_lost_line_is_said_and_the_lock_stays(
    served_staff: ServedStaff, page_factory: PageFactory
) -> None:
    page = page_factory(quiet=False, kept=False)
    typed(served_staff, page)
    page.context.set_offline(True)
    lock(page)
    unlock(page)
    expect(page.locator("#lock-error")).to_contain_text("つながりません")
    with page.expect_response(
        "**/lock"
    ) as told:  # the server hears of it as soon as there is a line
        page.context.set_offline(False)
    assert told.value.status == 204
    unlock(page, "wrong")
    expect(page.locator("#lock-error")).to_contain_text("パスワードが違います")
    unlock(page)
    expect(page.locator("dialog.lock")).to_have_count(0)
    assert page.input_value("#name") == "鶉野"


@pytest.mark.parametrize("width", [320, 360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_lock_over_a_page_passes_the_gates(
    served_staff: ServedStaff, page_factory: PageFactory, width: int, scheme: str
) -> None:
    page = page_factory(width=width, color_scheme=scheme)
    typed(served_staff, page)
    lock(page)
    unlock(page, "wrong")
    expect(page.locator("#lock-error")).to_contain_text("パスワードが違います")
    found = check_page(page, only=OVER_THE_PAGE)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("wrong", [False, True])
def test_the_locked_page_passes_the_gates(
    served_staff: ServedStaff, page_factory: PageFactory, wrong: bool
) -> None:
    page = page_factory()
    leave_alone(served_staff, at_work(served_staff, page))
    served_staff.go(page, "/tasks")
    if wrong:
        page.fill("#password", "wrong")
        press(page)
    found = check_page(page)
    assert not found, "\n".join(found)


def test_the_locked_page_says_the_same_without_javascript(
    served_staff: ServedStaff, page_factory: PageFactory
) -> None:
    pages = []
    for javascript in (True, False):
        page = page_factory(javascript=javascript)
        leave_alone(served_staff, at_work(served_staff, page, Role.AGENT))
        served_staff.go(page, "/")
        pages.append(page)
    assert plain.complaints(pages[1], plain.words(pages[0])) == []


@pytest.mark.parametrize("ended", [False, True], ids=["unlocked", "ended elsewhere"])
def test_a_page_that_a_browser_kept_comes_back_behind_the_lock(
    served_staff: ServedStaff, page_factory: PageFactory, ended: bool
) -> None:
    page = page_factory(width=1024, kept=False)
    colleague = typed(served_staff, page)
    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))")
    expect(page.locator("main")).to_be_hidden()
    if ended:
        mine = AuthSession.owner_id == colleague.id
        with served_staff.database.write() as session:
            session.execute(delete(AuthSession).where(AuthSession.site == STAFF, mine))
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    if ended:
        expect(page.locator("dialog.lock")).to_be_visible()
        expect(page.locator("main")).to_be_hidden()
    else:
        expect(page.locator("#name")).to_be_visible()
        expect(page.locator("#name")).to_have_value("鶉野")
