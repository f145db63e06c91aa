"""The screens around a letter that did not arrive, and the list of a household's requests."""

from datetime import timedelta
from functools import partial
from typing import Any

from playwright.sync_api import Page

from portal.domain.foundation.actors import Actor, Role
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.program.loader import load_program
from portal.domain.letters.shipments import services as mail
from portal.domain.requests.redeliveries.matching import match_request, waiting_for_match
from portal.domain.requests.redeliveries.states import MissingItem
from portal.domain.requests.redeliveries.submitting import NotArrived, submit
from tests.browser.resident.screens import Step, send
from tests.browser.resident.served import Served
from tests.functional.requests.redeliveries.support import handed_over, tracking_no
from tests.support.people import Person
from tests.support.resident import NOON
from tests.support.work import work_in

PROGRAM = load_program("sample", NOON.date())
WRITTEN: dict[str, Any] = {
    "name": "鶉野　瑠璃子",
    "era": "昭和",
    "year": "58",
    "month": "11",
    "day": "27",
    "postal_code": "1390001",
}


def posted(served: Served, *, waits: bool = False) -> Person:
    """A new family that signed in before; its posted letter may wait at the post office."""
    person = served.add(active=True)
    served.people["posted"] = person
    with served.database.write() as session:
        letter, now = handed_over(session, person), served.now
        row = mail.plan_letter(work_in(session, now=now), letter)
        day = jst_date(letter.handed_over_at or now)
        mail.post(
            work_in(session, now=now, program=PROGRAM),
            row.id,
            mail.Posting(day, "simple_registered", tracking_no(row.id)),
        )
        if waits:
            kept = jst_date(now) + timedelta(days=5)
            mail.absent(
                work_in(session, now=now),
                row.id,
                mail.Absence(jst_date(now), kept_until=kept),
            )
    return person


def _own(served: Served, page: Page, *, waits: bool = False) -> None:
    posted(served, waits=waits)
    served.enter(page, "posted", "full")
    served.go(page, "/redelivery/own")


def asked(served: Served, page: Page, path: str = "") -> None:
    """A family asks, signed in, and opens a page."""
    _own(served, page)
    page.locator("form[action='/redelivery/own/submit'] button.main").click()
    page.wait_for_url("**/requests/*")
    if path:
        served.go(page, path)


def from_outside(served: Served, page: Page, path: str) -> None:
    """Somebody asked without sign-in for a family that has an account; the family opens a page."""
    person = posted(served)
    with served.database.write() as session:
        actor = Actor(Role.RESIDENT, person.credential_id)
        row = submit(
            work_in(session, actor, served.now, program=PROGRAM),
            NotArrived(person.household_id, MissingItem.LETTER),
        )
        from portal.domain.requests.redeliveries.queries import redelivery_of
        from portal.domain.requests.requests.services import move

        redelivery_of(session, row.id).proof = "none"
        move(work_in(session, actor, served.now), row, "ask_back")
        receipt_no = row.receipt_no
    served.enter(page, "posted", "full")
    served.go(page, path.replace("NUMBER", receipt_no))


def public(served: Served, page: Page, **values: str) -> None:
    """Somebody fills in the form without sign-in and presses its button."""
    served.go(page, "/redelivery")
    send(page, **values)


def _list_empty(served: Served, page: Page) -> None:
    served.enter(page, "empty", "full")
    served.go(page, "/requests")


def match_all(served: Served) -> None:
    """Do what the worker does every minute."""
    with served.database.write() as session:
        for request_id in waiting_for_match(session):
            match_request(work_in(session, now=served.now), request_id)


REDELIVERY: dict[str, Step] = {
    "redelivery: public, empty": public,
    "redelivery: public, received": partial(public, **WRITTEN),
    "redelivery: own": _own,
    "redelivery: at the post office": partial(_own, waits=True),
    "redelivery: asked": asked,
    "redelivery: asked before": partial(asked, path="/redelivery/own"),
    "requests": partial(asked, path="/requests"),
    "requests: none": _list_empty,
    "requests: mine or not": partial(from_outside, path="/requests/NUMBER"),
    "home: a request waits": partial(from_outside, path="/home"),
}
