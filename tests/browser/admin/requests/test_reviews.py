"""The review desk in a browser.

Gates on every screen, decisions by keyboard alone, with and without JavaScript.
"""

import re

import pytest
from playwright.sync_api import Page, expect

from portal.domain.foundation.actors import Role
from tests.browser.admin.contacts.passing import (
    passes_at_a_desk,
    passes_on_a_phone,
    says_the_same_without_javascript,
)
from tests.browser.admin.requests.screens_of_reviews import REVIEWS, claim, family, fill, go, inbox
from tests.browser.admin.served import ServedStaff
from tests.support.browser import PageFactory

NAMES = pytest.mark.parametrize("name", list(REVIEWS))


@NAMES
def test_a_screen_passes_the_gates_in_japanese(
    served_staff: ServedStaff, page_factory: PageFactory, name: str
) -> None:
    passes_on_a_phone(served_staff, page_factory, REVIEWS[name], quiet=name != "request: changed")


@pytest.mark.parametrize(
    "name", ["queue", "request: paper", "request: changed", "bulk", "stops", "report"]
)
def test_a_screen_passes_the_gates_in_english_at_a_desk(
    served_staff: ServedStaff, page_factory: PageFactory, name: str, full_matrix: bool
) -> None:
    passes_at_a_desk(
        served_staff,
        page_factory,
        REVIEWS[name],
        full_matrix=full_matrix,
        quiet=name != "request: changed",
    )


@pytest.mark.parametrize(
    "name", ["queue", "request: free", "request: nothing chosen", "bulk: done", "stops"]
)
def test_a_page_says_and_offers_the_same_without_javascript(
    served_staff: ServedStaff, page_factory: PageFactory, name: str
) -> None:
    says_the_same_without_javascript(served_staff, page_factory, REVIEWS[name])


def _tab_to(page: Page, selector: str, *, most: int = 60) -> None:
    """Press Tab until the element has the focus."""
    for _press in range(most):
        if page.evaluate("(s) => document.activeElement.matches(s)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never came to {selector}")


@pytest.mark.parametrize("javascript", [True, False], ids=["with htmx", "without JavaScript"])
def test_three_requests_are_decided_by_keyboard_alone(
    served_staff: ServedStaff, page_factory: PageFactory, javascript: bool
) -> None:
    box = inbox(served_staff)
    rows = [box.alternative(family(served_staff)) for _ in range(3)]
    page = page_factory(width=1280, height=900, javascript=javascript)
    claim(served_staff, page, rows[0])
    served_staff.go(page, f"/reviews/{rows[0].id}?queue=alternative")
    decided = []
    for _turn in range(3):
        decided.append(int(page.url.split("?")[0].rsplit("/", 1)[1]))
        _tab_to(page, "input[name=action]")
        page.keyboard.press("Space")
        expect(page.locator("input[value=accept]")).to_be_checked()
        _tab_to(page, "form#decision button.main")
        page.keyboard.press("Enter")
        expect(page.locator("#said")).to_contain_text("承認しました。")
        expect(page).not_to_have_url(re.compile(rf"/reviews/{decided[-1]}(/|\?|$)"))
        if page.url.split("?")[0].endswith("/reviews"):
            break
        expect(page.locator("h1")).to_be_focused()
        expect(page.locator("h1")).to_have_attribute("aria-describedby", "said")
    assert len(set(decided)) == len(decided) >= 3
    assert {box.fresh(row).state for row in rows if row.id in decided} == {"in_progress"}


def test_a_decision_does_not_load_the_page_anew(
    served_staff: ServedStaff, page_factory: PageFactory
) -> None:
    box = inbox(served_staff)
    first, _second = box.decline(family(served_staff)), box.decline(family(served_staff))
    page = page_factory(width=1280, height=900)
    claim(served_staff, page, first)
    page.evaluate("window.kept = 'yes'")
    page.check("input[value=accept]")
    page.click("form#decision button.main")
    expect(page.locator("#said")).to_contain_text("承認しました。")
    assert page.evaluate("window.kept") == "yes"
    assert f"/reviews/{first.id}" not in page.url
    expect(page.locator("h1#request")).to_be_focused()
    assert page.title().startswith(page.locator("h1").inner_text().split()[0])


def test_filters_swap_the_list_say_the_count_and_keep_the_focus(
    served_staff: ServedStaff, page_factory: PageFactory
) -> None:
    fill(served_staff)
    page = page_factory(width=1280, height=900)
    go(served_staff, page, "/reviews")
    page.evaluate("window.kept = 'yes'")
    page.focus("#filter-redelivery")
    page.keyboard.press("Enter")
    expect(page.locator("#found")).to_have_text(
        re.compile("^再配送: [0-9]+件が審査を待っています。$")
    )
    expect(page.locator("#filter-redelivery")).to_have_attribute("aria-current", "true")
    assert page.locator("#found").get_attribute("role") == "status"
    assert page.evaluate("[window.kept, document.activeElement.id]") == ["yes", "filter-redelivery"]
    assert page.url.endswith("/reviews?kind=redelivery")
    assert set(
        page.locator("tbody th a").evaluate_all("els => els.map(e => e.firstChild.textContent)")
    ) == {"再配送"}
    page.click("form[action='/reviews/next'] button")
    expect(page.locator("h1")).to_contain_text("再配送")
    page.go_back()
    expect(page.locator("#filter-redelivery")).to_have_attribute("aria-current", "true")
    page.click("#filter-no-kind")
    expect(page.locator("#found")).to_contain_text("すべての種類")


def test_alt_n_goes_on_and_a_bare_n_does_not(
    served_staff: ServedStaff, page_factory: PageFactory
) -> None:
    box = inbox(served_staff)
    rows = [box.decline(family(served_staff)) for _ in range(2)]
    page = page_factory(width=1280, height=900)
    claim(served_staff, page, rows[0])
    page.keyboard.press("n")
    assert page.url.endswith(f"/reviews/{rows[0].id}")
    page.keyboard.press("Alt+n")
    expect(page).not_to_have_url(re.compile(rf"/reviews/{rows[0].id}(/|\?|$)"))
    page.locator("section.decide").wait_for()
    assert box.fresh(rows[0]).claimed_by is None


def test_another_language_in_the_middle_of_a_decision_keeps_what_was_chosen(
    served_staff: ServedStaff, page_factory: PageFactory
) -> None:
    page = page_factory(width=1280, height=900)
    served_staff.speak(page, "ja")
    claim(served_staff, page, inbox(served_staff).decline(family(served_staff)))
    page.check("input[value=refuse]")
    page.fill("#text", "窓口に来てください")
    page.click(".languages button[value=en]")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("input[value=refuse]")).to_be_checked()
    assert page.input_value("#text") == "窓口に来てください"


def test_the_role_that_only_reads_reports_sees_no_way_to_decide(
    served_staff: ServedStaff, page_factory: PageFactory
) -> None:
    page = page_factory()
    go(served_staff, page, "/reports/declines", Role.AUDITOR)
    assert page.locator("a[href='/reviews']").count() == 0


def test_a_filter_that_moves_to_its_other_place_keeps_the_focus(
    served_staff: ServedStaff, page_factory: PageFactory
) -> None:
    page = page_factory(width=1280, height=900)
    served_staff.enter(page, Role.OFFICER)
    served_staff.go(page, "/reviews")
    for pressed, there in (("warned", "no-warned"), ("no-warned", "warned"), ("mine", "no-mine")):
        page.locator(f"#filter-{pressed}").press("Enter")
        expect(page.locator(f"#filter-{there}")).to_be_focused()
