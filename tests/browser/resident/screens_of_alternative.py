"""The screens of asking for paper: said first, chosen, checked, received, corrected, taken back."""

from datetime import datetime
from functools import partial

from playwright.sync_api import Page
from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.program.loader import load_program
from portal.domain.people.entitlements import claims
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.staff.models import StaffUser
from portal.domain.requests.alternatives.review import ALTERNATIVE_KIND
from portal.domain.requests.requests.deciding import decide
from portal.domain.requests.requests.decisions import Decided
from portal.domain.requests.requests.models import Request
from tests.browser.resident.screens import Step, send
from tests.browser.resident.served import Served
from tests.support.people import Person
from tests.support.resident import NOON
from tests.support.work import work_in


def office(session: Session, now: datetime) -> Actor:
    """Somebody of the ward who reviews."""
    user = session.query(StaffUser).filter_by(login="paper-ward").first()
    if user is None:
        user = StaffUser(
            login="paper-ward",
            display_name="区の担当",
            organization="ward",
            role="ward_officer",
            password_hash="-",
            totp_sealed=b"",
            created_at=now,
        )
        session.add(user)
        session.flush()
    return Actor(Role.WARD_OFFICER, user.id, Organization.WARD)


def family(served: Served, page: Page, path: str) -> Person:
    """A new family that signed in before opens a page."""
    person = served.add(active=True)
    served.people["paper"] = person
    served.enter(page, "paper")
    served.go(page, path)
    return person


def choose(page: Page) -> None:
    """Choose the first child, a product and a reason."""
    page.check("[name=child_1]")
    page.check("[name=product][value=gift_card]")
    page.check("[name=why][value=no_smartphone]")
    send(page)


def asked(served: Served, page: Page, path: str = "") -> str:
    """A family asks for paper, and opens a page of its own request; returns the receipt number."""
    family(served, page, "/alternative/choose")
    choose(page)
    page.locator("form#form button.main").click()
    page.wait_for_url("**/alternative/received/*")
    number = page.locator(".number").inner_text()
    if path:
        served.go(page, path.format(number))
    return number


def _nothing(served: Served, page: Page) -> None:
    family(served, page, "/alternative/choose")
    send(page)


def _check(served: Served, page: Page) -> None:
    family(served, page, "/alternative/choose")
    page.fill("#text", "203, 3F")
    choose(page)


def _taken(served: Served, page: Page) -> None:
    """Another request came first for every child: nothing is left to choose."""
    person = family(served, page, "/help")
    with served.database.write() as session:
        rights = [
            row.id for row in session.query(Entitlement).filter_by(household_id=person.household_id)
        ]
        claims.claim(
            work_in(session, office(session, served.now), served.now),
            person.household_id,
            rights,
            claims.DECLINE,
            999_999,
        )
    served.go(page, "/alternative")


def _refused(served: Served, page: Page) -> None:
    person = family(served, page, "/alternative/choose")
    choose(page)
    with served.database.write() as session:
        right = session.query(Entitlement).filter_by(household_id=person.household_id).first()
        assert right is not None
        claims.claim(
            work_in(session, office(session, served.now), served.now),
            person.household_id,
            [right.id],
            claims.DECLINE,
            999_999,
        )
    page.locator("form#form button.main").click()
    page.wait_for_load_state("load")


def _returned(path: str, served: Served, page: Page) -> None:
    number = asked(served, page)
    with served.database.write() as session:
        row = session.query(Request).filter_by(receipt_no=number).one()
        decide(
            work_in(
                session,
                office(session, served.now),
                served.now,
                program=load_program("sample", NOON.date()),
            ),
            ALTERNATIVE_KIND,
            row.id,
            row.version,
            Decided("return", reason="product"),
        )
    served.go(page, path.format(number))


def _code(served: Served, page: Page) -> None:
    served.enter(page, "sms")
    served.go(page, "/confirm/4")


ALTERNATIVE: dict[str, Step] = {
    "alternative": lambda served, page: _ignore(family(served, page, "/alternative")),
    "alternative: nothing left": _taken,
    "alternative: nothing chosen": _nothing,
    "alternative: check": _check,
    "alternative: code": _code,
    "alternative: somebody was first": _refused,
    "alternative: received": lambda served, page: _ignore(asked(served, page)),
    "alternative: take back": lambda served, page: _ignore(
        asked(served, page, "/alternative/withdraw/{}")
    ),
    "alternative: correct": partial(_returned, "/alternative/correct/{}"),
}


def _ignore(_found: object) -> None:
    """A step answers nothing."""
