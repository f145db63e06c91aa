"""Accounts in a browser: the gates on their pages, also on those that show a secret once."""

import pytest

from tests.browser.admin.contacts.passing import (
    offers_its_button_without_javascript,
    passes_at_a_desk,
    passes_on_a_phone,
    says_the_same_without_javascript,
)
from tests.browser.admin.people.screens_of_accounts import ACCOUNTS
from tests.browser.admin.served import ServedStaff
from tests.support.browser import PageFactory


@pytest.mark.parametrize("name", list(ACCOUNTS))
def test_a_screen_passes_the_gates_in_japanese(
    served_staff: ServedStaff, page_factory: PageFactory, name: str
) -> None:
    passes_on_a_phone(served_staff, page_factory, ACCOUNTS[name])


@pytest.mark.parametrize(
    "name",
    ["new account: wrong", "first secrets, shown once", "first sign-in", "mail: waiting"],
)
def test_a_screen_passes_the_gates_in_english_at_a_desk(
    served_staff: ServedStaff, page_factory: PageFactory, name: str, full_matrix: bool
) -> None:
    passes_at_a_desk(served_staff, page_factory, ACCOUNTS[name], full_matrix=full_matrix)


@pytest.mark.parametrize("name", ["new account", "mail: waiting"])
def test_a_page_says_and_offers_the_same_without_javascript(
    served_staff: ServedStaff, page_factory: PageFactory, name: str
) -> None:
    says_the_same_without_javascript(served_staff, page_factory, ACCOUNTS[name])


def test_the_first_sign_in_needs_no_javascript(
    served_staff: ServedStaff, page_factory: PageFactory
) -> None:
    offers_its_button_without_javascript(served_staff, page_factory, ACCOUNTS["first sign-in"])
