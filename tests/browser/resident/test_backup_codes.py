"""Backup codes leave their page as a person wants: printed, written down, or copied."""

from playwright.sync_api import expect

from tests.browser.resident.screens import ALL
from tests.browser.resident.served import Served
from tests.support.browser import PageFactory


def test_the_codes_are_copied_one_a_line(served: Served, page_factory: PageFactory) -> None:
    page = page_factory(kept=False, permissions=["clipboard-read", "clipboard-write"])
    ALL["backup codes"](served, page)
    codes = page.locator("#backup-codes li").all_inner_texts()
    page.get_by_role("button", name="文字をコピーする").click()
    expect(page.get_by_role("status").filter(has_text="コピーしました。")).to_be_visible()
    assert page.evaluate("() => navigator.clipboard.readText()").split("\n") == codes


def test_without_a_script_no_button_does_nothing(served: Served, page_factory: PageFactory) -> None:
    page = page_factory(javascript=False)
    ALL["backup codes"](served, page)
    expect(page.get_by_role("button", name="文字をコピーする")).to_be_hidden()
    expect(page.get_by_role("button", name="印刷する")).to_be_hidden()
