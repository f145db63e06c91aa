"""The screens of letters that leave the house pass the gates; a scanner posts fast without a mouse or a script."""

import pytest
from sqlalchemy import func, select

from portal.domain.actors import Role
from portal.domain.letters.models import Letter
from portal.domain.shipments.models import Shipment
from tests.browser.admin.screens_of_mail import MAIL, mail_house
from tests.browser.admin.served import ServedStaff
from tests.functional.redeliveries.support import tracking_no
from tests.support.browser import PageFactory
from tests.support.gates import GATES, QUICK, check_page, plain

NAMES = pytest.mark.parametrize("name", list(MAIL))


@NAMES
def test_a_screen_passes_the_gates_in_japanese(
    served_staff: ServedStaff, page_factory: PageFactory, name: str
) -> None:
    page = page_factory()
    served_staff.speak(page, "ja")
    MAIL[name](served_staff, page)
    found = check_page(page)
    assert not found, "\n".join(found)


@NAMES
def test_a_screen_passes_the_gates_in_english_at_a_desk(
    served_staff: ServedStaff, page_factory: PageFactory, name: str, full_matrix: bool
) -> None:
    page = page_factory(width=1280, height=800, language="en", color_scheme="dark")
    served_staff.speak(page, "en")
    MAIL[name](served_staff, page)
    found = check_page(page, lang="en", only=tuple(GATES) if full_matrix else QUICK)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", ["archive: none", "pull: needed", "posting", "dispatches"])
def test_a_page_offers_its_main_button_without_javascript(
    served_staff: ServedStaff, page_factory: PageFactory, name: str
) -> None:
    page = page_factory(javascript=False)
    MAIL[name](served_staff, page)
    assert plain.complaints(page, plain.words(page)) == []
    assert page.locator("main button.main").first.is_visible()


@pytest.mark.parametrize("javascript", [True, False])
def test_a_scanner_posts_letter_after_letter_with_enter_alone(
    served_staff: ServedStaff, page_factory: PageFactory, javascript: bool
) -> None:
    house = mail_house(served_staff)
    run_id, _people = house.run(3, handed_over=True)
    with served_staff.database.read() as session:
        letters = session.execute(select(Letter.id, Letter.number).where(Letter.print_run_id == run_id)).all()
    page = page_factory(javascript=javascript)
    served_staff.enter(page, Role.OFFICER)
    served_staff.go(page, "/posting")
    for letter_id, number in letters:
        for typed in (number, tracking_no(500_000 + letter_id)):
            # a scanner is slower than the page; this one waits until the field is ready
            page.locator("input:focus").wait_for()
            page.keyboard.type(typed)
            with page.expect_navigation():
                page.keyboard.press("Enter")
    with served_staff.database.read() as session:
        mine = select(func.count(Shipment.id)).where(Shipment.letter_id.in_([row.id for row in letters]))
        assert session.scalar(mine) == 3
