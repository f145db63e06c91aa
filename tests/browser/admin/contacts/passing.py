"""What every screen of the staff site must stand.

The gates on a phone in Japanese and at a desk in English.
"""

from playwright.sync_api import Page

from tests.browser.admin.screens import Step
from tests.browser.admin.served import ServedStaff
from tests.support.browser import PageFactory
from tests.support.gates import check_page, plain, second_look


def passes_on_a_phone(served: ServedStaff, pages: PageFactory, step: Step, **options: bool) -> None:
    """Every gate in Japanese at 360 px."""
    page = pages(**options)
    served.speak(page, "ja")
    step(served, page)
    found = check_page(page)
    assert not found, "\n".join(found)


def passes_at_a_desk(
    served: ServedStaff, pages: PageFactory, step: Step, *, full_matrix: bool, **options: bool
) -> None:
    """The gates of a second language in English, dark and wide; every gate in the full matrix."""
    page = pages(width=1280, height=800, language="en", color_scheme="dark", **options)
    served.speak(page, "en")
    step(served, page)
    found = check_page(page, lang="en", only=second_look(page, full_matrix=full_matrix))
    assert not found, "\n".join(found)


def says_the_same_without_javascript(served: ServedStaff, pages: PageFactory, step: Step) -> Page:
    """Compare with the words of the page with JavaScript; return the page without."""
    with_script, without = pages(), pages(javascript=False)
    step(served, with_script)
    step(served, without)
    assert plain.complaints(without, plain.words(with_script)) == []
    return without


def offers_its_button_without_javascript(
    served: ServedStaff, pages: PageFactory, step: Step, button: str = "main button.main"
) -> None:
    """Nothing is dead on the page, and its main button is there.

    For steps that cannot be taken twice.
    """
    page = pages(javascript=False)
    step(served, page)
    assert plain.complaints(page, plain.words(page)) == []
    assert page.locator(button).first.is_visible()
