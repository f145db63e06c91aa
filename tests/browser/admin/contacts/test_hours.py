"""The screens of opening hours and of residents' texts pass the gates; no script needed."""

import pytest

from tests.browser.admin.contacts.passing import (
    offers_its_button_without_javascript,
    passes_at_a_desk,
    passes_on_a_phone,
)
from tests.browser.admin.contacts.screens_of_hours import HOURS
from tests.browser.admin.served import ServedStaff
from tests.support.browser import PageFactory

NAMES = pytest.mark.parametrize("name", list(HOURS))


@NAMES
def test_a_screen_passes_the_gates_in_japanese(
    served_staff: ServedStaff, page_factory: PageFactory, name: str
) -> None:
    passes_on_a_phone(served_staff, page_factory, HOURS[name])


@NAMES
def test_a_screen_passes_the_gates_in_english_at_a_desk(
    served_staff: ServedStaff, page_factory: PageFactory, name: str, full_matrix: bool
) -> None:
    passes_at_a_desk(served_staff, page_factory, HOURS[name], full_matrix=full_matrix)


@pytest.mark.parametrize(
    "name",
    ["opening hours: special", "opening hours: to approve", "site text: to release"],
)
def test_a_page_offers_its_main_button_without_javascript(
    served_staff: ServedStaff, page_factory: PageFactory, name: str
) -> None:
    offers_its_button_without_javascript(served_staff, page_factory, HOURS[name])
