"""The screens of letters that leave the house pass the gates.

A scanner posts fast without a mouse or a script.
"""

import pytest
from sqlalchemy import func, select

from portal.domain.foundation.actors import Role
from portal.domain.letters.letters.models import Letter
from portal.domain.letters.shipments.models import Shipment
from tests.browser.admin.contacts.passing import (
    offers_its_button_without_javascript,
    passes_at_a_desk,
    passes_on_a_phone,
)
from tests.browser.admin.mailroom.screens_of_mail import MAIL, mail_house
from tests.browser.admin.served import ServedStaff
from tests.functional.requests.redeliveries.support import tracking_no
from tests.support.browser import PageFactory

NAMES = pytest.mark.parametrize("name", list(MAIL))


@NAMES
def test_a_screen_passes_the_gates_in_japanese(
    served_staff: ServedStaff, page_factory: PageFactory, name: str
) -> None:
    passes_on_a_phone(served_staff, page_factory, MAIL[name])


@NAMES
def test_a_screen_passes_the_gates_in_english_at_a_desk(
    served_staff: ServedStaff, page_factory: PageFactory, name: str, full_matrix: bool
) -> None:
    passes_at_a_desk(served_staff, page_factory, MAIL[name], full_matrix=full_matrix)


@pytest.mark.parametrize("name", ["archive: none", "pull: needed", "posting", "dispatches"])
def test_a_page_offers_its_main_button_without_javascript(
    served_staff: ServedStaff, page_factory: PageFactory, name: str
) -> None:
    offers_its_button_without_javascript(served_staff, page_factory, MAIL[name])


@pytest.mark.parametrize("javascript", [True, False])
def test_a_scanner_posts_letter_after_letter_with_enter_alone(
    served_staff: ServedStaff, page_factory: PageFactory, javascript: bool
) -> None:
    house = mail_house(served_staff)
    run_id, _people = house.run(3, handed_over=True)
    with served_staff.database.read() as session:
        letters = session.execute(
            select(Letter.id, Letter.number).where(Letter.print_run_id == run_id)
        ).all()
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
        mine = select(func.count(Shipment.id)).where(
            Shipment.letter_id.in_([row.id for row in letters])
        )
        assert session.scalar(mine) == 3
