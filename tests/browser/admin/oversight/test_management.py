"""The work with the ward in a browser.

Gates on every screen, without JavaScript, and by keyboard alone.
"""

import pytest

from portal.domain.foundation.actors import Role
from portal.domain.oversight.management.models import OpenQuestion
from tests.browser.admin.contacts.passing import passes_at_a_desk, passes_on_a_phone
from tests.browser.admin.contacts.test_faxes import _enter, _tab_to
from tests.browser.admin.oversight.screens_of_management import MANAGEMENT
from tests.browser.admin.served import ServedStaff
from tests.support.browser import PageFactory
from tests.support.gates import plain


@pytest.mark.parametrize("name", list(MANAGEMENT))
def test_a_screen_passes_the_gates_in_japanese(
    served_staff: ServedStaff, page_factory: PageFactory, name: str
) -> None:
    passes_on_a_phone(served_staff, page_factory, MANAGEMENT[name])


@pytest.mark.parametrize(
    "name",
    [
        "audit: found",
        "management",
        "minutes: to confirm",
        "question: answer",
        "documents: decide",
        "checklist",
    ],
)
def test_a_screen_passes_the_gates_in_english_at_a_desk(
    served_staff: ServedStaff, page_factory: PageFactory, name: str, full_matrix: bool
) -> None:
    passes_at_a_desk(served_staff, page_factory, MANAGEMENT[name], full_matrix=full_matrix)


@pytest.mark.parametrize(
    "name",
    [
        "audit: found",
        "management",
        "milestone: edit",
        "minutes: new",
        "question: answer",
        "documents: decide",
        "checklist: edit",
        "ward question: no line",
    ],
)
def test_a_page_says_and_offers_the_same_without_javascript(
    served_staff: ServedStaff, page_factory: PageFactory, name: str
) -> None:
    page = page_factory(javascript=False)
    MANAGEMENT[name](served_staff, page)
    assert plain.complaints(page, plain.words(page)) == []


def test_the_ward_answers_a_question_with_nothing_but_the_keyboard(
    served_staff: ServedStaff, page_factory: PageFactory
) -> None:
    page = page_factory(width=1280, height=900)
    served_staff.enter(page, Role.WARD_OFFICER)
    served_staff.go(page, "/questions")
    _tab_to(page, "main a[href='/questions/7']")
    _enter(page)
    _tab_to(page, "#answer")
    page.keyboard.type("それでよい。")
    _tab_to(page, "#instruction_no")
    page.keyboard.type("5汐子第7号")
    _tab_to(page, "#instruction_on")
    page.keyboard.type("2023-06-01")
    _tab_to(page, "form[action$='/answer'] button")
    _enter(page)
    assert page.url.endswith("/questions/7?said=answered")
    with served_staff.database.read() as session:
        assert session.query(OpenQuestion.state).filter_by(number=7).scalar() == "answered"
