"""Daily work in a browser: the gates on every form, and on a task in each of its states."""

import pytest

from tests.browser.admin.contacts.passing import (
    offers_its_button_without_javascript,
    passes_at_a_desk,
    passes_on_a_phone,
    says_the_same_without_javascript,
)
from tests.browser.admin.oversight.screens_of_jobs import JOBS
from tests.browser.admin.served import ServedStaff
from tests.support.browser import PageFactory


@pytest.mark.parametrize("name", list(JOBS))
def test_a_screen_passes_the_gates_in_japanese(
    served_staff: ServedStaff, page_factory: PageFactory, name: str
) -> None:
    passes_on_a_phone(served_staff, page_factory, JOBS[name])


@pytest.mark.parametrize(
    "name", ["jobs: begun", "begin: export", "begin: no key", "job: done", "job: refused"]
)
def test_a_screen_passes_the_gates_in_english_at_a_desk(
    served_staff: ServedStaff, page_factory: PageFactory, name: str, full_matrix: bool
) -> None:
    passes_at_a_desk(served_staff, page_factory, JOBS[name], full_matrix=full_matrix)


@pytest.mark.parametrize("name", ["begin: export", "begin: tracking-file"])
def test_a_page_says_and_offers_the_same_without_javascript(
    served_staff: ServedStaff, page_factory: PageFactory, name: str
) -> None:
    says_the_same_without_javascript(served_staff, page_factory, JOBS[name])


def test_a_file_that_was_made_is_fetched_without_javascript(
    served_staff: ServedStaff, page_factory: PageFactory
) -> None:
    offers_its_button_without_javascript(served_staff, page_factory, JOBS["job: made a file"])
