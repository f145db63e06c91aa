"""The parcels desk and the stock room pass the gates.

Two people pack with a scanner and nothing but the keyboard.
"""

import pytest

from portal.domain.foundation.actors import Role
from portal.domain.requests.alternatives.models import AlternativeItem
from tests.browser.admin.contacts.passing import (
    offers_its_button_without_javascript,
    passes_at_a_desk,
    passes_on_a_phone,
)
from tests.browser.admin.requests.screens_of_parcels import PARCELS, approved, office
from tests.browser.admin.served import ServedStaff
from tests.support.browser import PageFactory

DESK = ["parcels: to pack", "parcel: wrong tracking number", "stock: nothing received"]


@pytest.mark.parametrize("name", list(PARCELS))
def test_a_screen_passes_the_gates_in_japanese(
    served_staff: ServedStaff, page_factory: PageFactory, name: str
) -> None:
    passes_on_a_phone(served_staff, page_factory, PARCELS[name])


@pytest.mark.parametrize("name", DESK)
def test_a_screen_passes_the_gates_in_english_at_a_desk(
    served_staff: ServedStaff, page_factory: PageFactory, name: str, full_matrix: bool
) -> None:
    passes_at_a_desk(served_staff, page_factory, PARCELS[name], full_matrix=full_matrix)


@pytest.mark.parametrize("name", ["parcels: one scanned", "parcel: posted"])
def test_a_page_offers_its_main_button_without_javascript(
    served_staff: ServedStaff, page_factory: PageFactory, name: str
) -> None:
    offers_its_button_without_javascript(
        served_staff, page_factory, PARCELS[name], "main form#form button.main"
    )


def test_a_scanner_and_the_enter_key_are_enough(
    served_staff: ServedStaff, page_factory: PageFactory
) -> None:
    """Each number ends with Enter, as scanners send it.

    The cursor already stands where the next one goes.
    """
    paper = office(served_staff)
    request_id = approved(served_staff, 1)
    with served_staff.database.read() as session:
        first, _second, last = paper.free_serials(session, 3)
    page = page_factory(width=1280, height=800, javascript=False)
    served_staff.enter(page, Role.OFFICER)
    served_staff.go(page, f"/parcels/pack/{request_id}")
    for number in (first, last):
        page.locator("input.mono:focus").wait_for()  # autofocus comes a frame after the page
        page.keyboard.type(number)
        with page.expect_navigation():
            page.keyboard.press("Enter")
    with served_staff.database.read() as session:
        row = session.query(AlternativeItem).filter_by(request_id=request_id).one()
        parcel = row.parcel_id
    assert parcel is not None
    served_staff.enter(page, Role.WARD_OFFICER)
    served_staff.go(page, f"/parcels/{parcel}")
    page.fill("#pieces", "3")
    page.fill("#amount_yen", "30000")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert paper.states(request_id) == ["packed"]
