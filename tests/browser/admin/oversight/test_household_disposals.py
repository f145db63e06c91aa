"""One household is disposed of to the end in two browsers, of an officer and of the ward.

On a narrow phone, with JavaScript, where every page on the way passes the gates, and without it.
"""

from pathlib import Path

import pypdfium2
import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update

from portal.domain.foundation.actors import Role
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.households.queries import view_household
from tests.browser.admin.screens import press
from tests.browser.admin.served import ServedStaff
from tests.support.browser import PageFactory
from tests.support.gates import check_page, plain
from tests.support.people import CANARY_NAME, Person, add_person
from tests.support.work import work_in

PLACE = "/household-disposals"
DECISION = "5汐子第77号"
NUMBERS = {True: "9690000001", False: "9690000002"}
"""The ward's numbers of two households; each is disposed of once."""


def _ended_family(served: ServedStaff, number: str) -> Person:
    """A household of which nothing is open, and whose decision the ward has on paper."""
    person = add_person(served.database, served.now, number=number, active=True)
    with served.database.write() as session:
        session.execute(
            update(Entitlement)
            .where(Entitlement.household_id == person.household_id)
            .values(state="declined")
        )
    return person


def _name(served: ServedStaff, person: Person) -> str:
    with served.database.read() as session:
        return view_household(work_in(session), person.household_id).fields.name


def _title(person: Person) -> str:
    return f"世帯 {person.household_id}"


def _passes(page: Page, *, javascript: bool) -> None:
    """With JavaScript all gates; without it nothing on the page is dead."""
    found = check_page(page) if javascript else plain.complaints(page, plain.words(page))
    assert not found, "\n".join(found)


def _ask(served: ServedStaff, page: Page, number: str, *, javascript: bool) -> None:
    """Ask with a day that cannot be read first, then as the decision says."""
    served.go(page, PLACE)
    page.fill("#number", number)
    page.fill("#decision_no", DECISION)
    page.fill("#decided_on", "きのう")
    page.check("input[name=ground][value=stop_request]")
    press(page)
    expect(page.locator("#decided_on-error")).to_be_visible()
    expect(page.locator("#decision_no")).to_have_value(DECISION)
    _passes(page, javascript=javascript)
    page.fill("#number", number)
    page.fill("#decided_on", "2023-06-01")
    page.check("input[name=ground][value=stop_request]")
    press(page)
    expect(page.locator("main").get_by_role("status")).to_contain_text("まだ何も消えていません")
    _passes(page, javascript=javascript)


def _preview(served: ServedStaff, page: Page, person: Person) -> None:
    """Open the request from the list; it shows counts, and neither number nor name."""
    served.go(page, PLACE)
    page.get_by_role("link", name=_title(person), exact=True).click()
    page.wait_for_load_state("load")
    words = page.locator("main").inner_text()
    for word in ("何が消え、何が残るか", "こども（氏名、生年月日）", DECISION):
        assert word in words
    assert CANARY_NAME not in words
    assert not any(number in page.content() for number in NUMBERS.values())


def _certificate(page: Page, person: Person, target: Path) -> str:
    card = page.locator("section", has=page.get_by_role("heading", name=_title(person), exact=True))
    button = card.locator("form[action$='/certificate'] button")
    with page.expect_download() as download:
        button.click()
    download.value.save_as(target)
    pages = pypdfium2.PdfDocument(target.read_bytes())
    return "".join(one.get_textpage().get_text_range() for one in pages)


@pytest.mark.parametrize("javascript", [True, False])
def test_two_people_dispose_of_a_household_to_its_certificate(
    served_staff: ServedStaff, page_factory: PageFactory, tmp_path: Path, javascript: bool
) -> None:
    number = NUMBERS[javascript]
    person = _ended_family(served_staff, number)
    options = {"width": 360, "height": 740, "javascript": javascript, "kept": False}
    asker, ward = page_factory(**options), page_factory(**options)
    served_staff.enter(asker, Role.OFFICER)
    served_staff.enter(ward, Role.WARD_OFFICER)
    _ask(served_staff, asker, number, javascript=javascript)

    _preview(served_staff, asker, person)
    expect(asker.locator("main")).to_contain_text("ほかの人が、この画面で実行します")
    expect(asker.locator("form#form")).to_have_count(0)
    _passes(asker, javascript=javascript)

    _preview(served_staff, ward, person)
    _passes(ward, javascript=javascript)
    ward.fill("#number", "9690000009")
    ward.check("input[name=papers_gone]")
    press(ward)
    expect(ward.locator("main")).to_contain_text("世帯番号")
    expect(ward.locator("[aria-invalid=true]")).to_have_count(1)
    assert _name(served_staff, person) == CANARY_NAME, "the wrong number disposes of nobody"
    _passes(ward, javascript=javascript)
    ward.fill("#number", number)
    ward.check("input[name=papers_gone]")
    press(ward)
    expect(ward.locator("main").get_by_role("status")).to_contain_text("証明書を印刷し、2人で署名")
    _passes(ward, javascript=javascript)
    assert _name(served_staff, person) != CANARY_NAME

    said = _certificate(ward, person, tmp_path / "certificate.pdf")
    assert "世帯データ廃棄証明書" in said
    assert DECISION in said
    assert CANARY_NAME not in said
    served_staff.go(asker, PLACE)
    expect(asker.get_by_role("link", name=_title(person), exact=True)).to_have_count(0)
    assert "世帯データ廃棄証明書" in _certificate(asker, person, tmp_path / "second.pdf")
