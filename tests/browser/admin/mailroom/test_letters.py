"""The screens of handing over and of new letters pass the gates, like every staff screen."""

import pytest

from tests.browser.admin.contacts.passing import (
    offers_its_button_without_javascript,
    passes_at_a_desk,
    passes_on_a_phone,
)
from tests.browser.admin.mailroom.screens_of_letters import LETTERS
from tests.browser.admin.served import ServedStaff
from tests.support.browser import PageFactory

NAMES = pytest.mark.parametrize("name", list(LETTERS))


@NAMES
def test_a_screen_passes_the_gates_in_japanese(
    served_staff: ServedStaff, page_factory: PageFactory, name: str
) -> None:
    passes_on_a_phone(served_staff, page_factory, LETTERS[name])


@NAMES
def test_a_screen_passes_the_gates_in_english_at_a_desk(
    served_staff: ServedStaff, page_factory: PageFactory, name: str, full_matrix: bool
) -> None:
    passes_at_a_desk(served_staff, page_factory, LETTERS[name], full_matrix=full_matrix)


@pytest.mark.parametrize(
    "name", ["hand over: ready", "hand over: none taken out", "hand over: no code"]
)
def test_a_page_offers_its_main_button_without_javascript(
    served_staff: ServedStaff, page_factory: PageFactory, name: str
) -> None:
    offers_its_button_without_javascript(served_staff, page_factory, LETTERS[name])
