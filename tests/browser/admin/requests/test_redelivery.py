"""The review of a redelivery without sign-in passes the gates, and works without JavaScript."""

from collections.abc import Callable
from itertools import count

import pytest
from playwright.sync_api import Page
from sqlalchemy import select

from portal.domain.requests.redeliveries.models import Redelivery
from portal.domain.requests.redeliveries.submitting import submit_without_sign_in
from portal.domain.requests.requests.models import Request
from tests.browser.admin.served import ServedStaff
from tests.functional.requests.redeliveries.support import PROGRAM, posted, wish
from tests.support.browser import PageFactory
from tests.support.gates import GATES, check_page, second_look
from tests.support.people import add_person
from tests.support.work import work_in

NUMBERS = count(1)
Screen = Callable[[ServedStaff, Page], int]


def claimed(served: ServedStaff, page: Page) -> int:
    """A request without sign-in that fits a household with a posted letter, under review."""
    number = next(NUMBERS)
    person = add_person(served.database, served.now, number=f"91{number:08}")
    with served.database.write() as session:
        posted(session, person)
        receipt_no = submit_without_sign_in(
            work_in(session, now=served.now, program=PROGRAM),
            wish(telephone="09087654321"),
            f"browser-{number}",
            f"192.0.2.{number}",
        )
        request_id = session.scalars(
            select(Request.id).where(Request.receipt_no == receipt_no)
        ).one()
    served.enter(page)
    served.go(page, f"/reviews/{request_id}")
    page.locator(f"form[action='/reviews/{request_id}/claim'] button").click()
    page.wait_for_selector("#decision")
    return request_id


def chosen(served: ServedStaff, page: Page) -> int:
    """The same, given to a household."""
    request_id = claimed(served, page)
    page.check("input[name=extra_household] >> nth=-1")
    page.check("input[name=action][value=choose]")
    page.locator("#decision button.main").click()
    page.wait_for_url("**said=choose")
    return request_id


@pytest.mark.parametrize("screen", [claimed, chosen])
@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_review_passes_the_gates(
    served_staff: ServedStaff,
    page_factory: PageFactory,
    screen: Screen,
    language: str,
    full_matrix: bool,
) -> None:
    page = page_factory(width=1280, height=800)
    served_staff.speak(page, language)
    screen(served_staff, page)
    japanese = language == "ja"
    only = tuple(GATES) if japanese else second_look(page, full_matrix=full_matrix)
    found = check_page(page, lang=language, only=only)
    assert not found, "\n".join(found)


def test_choosing_and_approving_works_without_javascript(
    served_staff: ServedStaff, page_factory: PageFactory
) -> None:
    page = page_factory(width=360, javascript=False)
    request_id = chosen(served_staff, page)
    page.check("input[name=action][value=approve]")
    page.locator("#decision button.main").click()
    page.wait_for_load_state("load")
    with served_staff.database.read() as session:
        states = select(Redelivery.state).where(Redelivery.request_id == request_id)
        assert session.scalars(states).all() == ["approved"]
