"""Every screen and error state passes the gates.

In Japanese all of them, in one more language in rotation.
"""

from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.resident.screens import ALL as FIRST
from tests.browser.resident.screens_of_alternative import ALTERNATIVE
from tests.browser.resident.screens_of_decline import DECLINE
from tests.browser.resident.screens_of_parts import PARTS
from tests.browser.resident.screens_of_redelivery import REDELIVERY
from tests.browser.resident.screens_of_shops import SHOPS
from tests.browser.resident.screens_of_waiting import WAITING
from tests.browser.resident.served import LANGUAGES, Served
from tests.support.browser import PageFactory
from tests.support.contact_sheet import picture_of
from tests.support.gates import check_page, language, pseudo, second_look, sizes

PEOPLE = "select, .ticket h2, .coupon h1, .list, .tight h1, [lang]:not(html)"
"""Where names stand that nobody here can read aloud, and choices that cannot carry furigana."""
ALL = FIRST | DECLINE | ALTERNATIVE | REDELIVERY | SHOPS | WAITING | PARTS
OTHERS = [code for code in LANGUAGES if code != "ja"]


def lines(found: list[str]) -> str:
    return "\n" + "\n".join(found)


def _open(served: Served, page: Page, name: str, spoken: str, pictures: Path | None) -> None:
    served.speak(page, spoken)
    ALL[name](served, page)
    page.wait_for_load_state("load")
    if pictures is not None:
        pictures.mkdir(parents=True, exist_ok=True)
        file = pictures / picture_of(name, spoken)
        # hiding the caret would leave a style on each field, which a gate would find
        page.screenshot(path=file, type="jpeg", quality=60, caret="initial")


def _spoken(page: Page, spoken: str) -> list[str]:
    if spoken == "ja":
        return []
    if spoken in {"easy", "furigana"}:
        return [f"no reading: {text}" for text in language.without_reading(page, PEOPLE)]
    return [f"not translated: {text}" for text in language.untranslated(page)]


@pytest.mark.parametrize("name", list(ALL))
def test_a_screen_passes_the_gates_in_japanese(
    served: Served, page_factory: PageFactory, name: str, pictures: Path | None
) -> None:
    page = page_factory()
    _open(served, page, name, "ja", pictures)
    found = check_page(page) + sizes.complaints(page)
    found += [f"longer texts: {text}" for text in pseudo.complaints(page)]
    assert not found, lines(found)


@pytest.mark.parametrize("name", list(ALL))
def test_a_screen_passes_the_gates_in_another_language(
    served: Served,
    page_factory: PageFactory,
    name: str,
    pictures: Path | None,
    full_matrix: bool,
) -> None:
    spoken = OTHERS if full_matrix else [OTHERS[list(ALL).index(name) % len(OTHERS)]]
    faults = []
    for code in spoken:
        page = page_factory()
        _open(served, page, name, code, pictures)
        only = second_look(page, full_matrix=full_matrix)
        found = _spoken(page, code) + check_page(page, lang=LANGUAGES[code], only=only)
        found += sizes.complaints(page)
        faults += [f"{code}: {text}" for text in found]
    assert not faults, lines(faults)
