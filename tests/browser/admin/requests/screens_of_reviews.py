"""The screens of the review desk, the stop desk, a sum's children and the declines report."""

import tempfile
from datetime import date, timedelta
from functools import partial
from itertools import count
from pathlib import Path

from playwright.sync_api import Page
from sqlalchemy import update

from portal.domain.foundation.actors import Role
from portal.domain.foundation.program.loader import load_program
from portal.domain.people.coupons.models import Coupon
from portal.domain.requests.declines import services as declines
from portal.domain.requests.declines.review import DECLINE_KIND
from portal.domain.requests.requests.deciding import decide
from portal.domain.requests.requests.decisions import Decided
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.scans import store_scan
from portal.domain.requests.requests.services import claim as claim_request
from tests.browser.admin.screens import Step, press
from tests.browser.admin.served import ServedStaff
from tests.support.people import Person, add_person, give_coupons
from tests.support.reading.files import picture
from tests.support.requests.desk import PARENT, Inbox, officer
from tests.support.requests.scans import checked
from tests.support.work import work_in

NUMBERS = count(1)
PROGRAM = load_program("sample", date(2023, 8, 1))


def family(served: ServedStaff) -> Person:
    """A new household of two children."""
    return add_person(served.database, served.now, number=f"93{next(NUMBERS):08}", children=2)


def inbox(served: ServedStaff) -> Inbox:
    """Hand requests in at the served site."""
    return Inbox(served.database, PROGRAM, served.now)


def fill(served: ServedStaff) -> None:
    """More than a page of requests of every kind, some overdue, with a warning, or claimed.

    Done once.
    """
    if "desk" in served.numbers:
        return
    served.numbers["desk"] = 1
    box, clerk = inbox(served), officer(served.colleagues[Role.AGENT].id)
    for days in (20, 12, 9):
        box.decline(family(served), at=served.now - timedelta(days=days))
    for _round in range(6):
        box.decline(family(served))
        box.alternative(family(served))
        box.redelivery()
    box.paper(family(served), clerk, signed_by="proxy")
    taken = box.paper(family(served), clerk)
    box.addition(clerk)
    with served.database.write() as session:
        claim_request(
            work_in(session, officer(served.colleagues[Role.ADMINISTRATOR].id), served.now),
            taken.id,
        )


def go(served: ServedStaff, page: Page, path: str, role: Role = Role.OFFICER) -> None:
    """Sign in and open a page."""
    served.enter(page, role)
    served.go(page, path)


def claim(served: ServedStaff, page: Page, row: Request, role: Role = Role.OFFICER) -> None:
    """Open a request and claim it."""
    go(served, page, f"/reviews/{row.id}", role)
    press(page, "form[action$='/claim']")
    page.locator("section.decide").wait_for()


def _queue(served: ServedStaff, page: Page, *, query: str = "") -> None:
    fill(served)
    go(served, page, f"/reviews{query}")


def _unclaimed(served: ServedStaff, page: Page) -> None:
    go(served, page, f"/reviews/{inbox(served).decline(family(served)).id}")


def _taken(served: ServedStaff, page: Page) -> None:
    row = inbox(served).decline(family(served))
    with served.database.write() as session:
        claim_request(
            work_in(session, officer(served.colleagues[Role.AGENT].id), served.now), row.id
        )
    go(served, page, f"/reviews/{row.id}")


def _paper(served: ServedStaff, page: Page) -> None:
    person = family(served)
    with served.database.write() as session:
        file = checked(picture(size=(600, 800)))
        scan = store_scan(work_in(session, now=served.now), file, household_id=person.household_id)
    claim(
        served,
        page,
        inbox(served).paper(person, officer(served.colleagues[Role.AGENT].id), scan_id=scan.id),
    )


def _alternative(served: ServedStaff, page: Page) -> None:
    claim(served, page, inbox(served).alternative(family(served)))


def _redelivery(served: ServedStaff, page: Page) -> None:
    claim(served, page, inbox(served).redelivery())


def _addition(served: ServedStaff, page: Page) -> None:
    row = inbox(served).addition(officer(served.colleagues[Role.AGENT].id))
    claim(served, page, row, Role.WARD_OFFICER)


def _nothing_chosen(served: ServedStaff, page: Page) -> None:
    claim(served, page, inbox(served).decline(family(served)))
    press(page, "form#decision")
    page.locator("#error-summary:focus").wait_for()


def _changed(served: ServedStaff, page: Page) -> None:
    row = inbox(served).decline(family(served))
    claim(served, page, row)
    with served.database.write() as session:
        declines.withdraw(
            work_in(session, PARENT, served.now, program=PROGRAM), row.id, row.household_id or 0
        )
    page.check("input[value=accept]")
    press(page, "form#decision")
    page.locator("#error-summary:focus").wait_for()


def _bulk(served: ServedStaff, page: Page, *, done: bool = False) -> None:
    fill(served)
    box = inbox(served)
    early, clerk = served.now - timedelta(days=25), officer(served.colleagues[Role.AGENT].id)
    plain = [box.decline(family(served), at=early) for _ in range(2)]
    warned = box.paper(family(served), clerk, signed_by="proxy", at=early)
    go(served, page, "/reviews?kind=decline")
    for row in (*plain, warned):
        page.check(f"input[name=id_{row.id}]")
    page.locator("form#bulk > button").click()
    page.wait_for_url("**/reviews/bulk")
    if done:
        press(page, "form[action$='/accept']")
        page.wait_for_url("**/bulk/done")


def _stops(served: ServedStaff, page: Page, *, full: bool = False) -> None:
    with served.database.write() as session:
        session.execute(
            update(Coupon).where(Coupon.state == "stop_requested").values(state="voided")
        )
    if full:
        box, actor = inbox(served), officer(served.colleagues[Role.AGENT].id)
        for _one in range(2):
            person = family(served)
            give_coupons(
                served.database,
                Path(tempfile.mkdtemp()),
                served.now,
                count=80,
                seed=900 + next(NUMBERS),
            )
            box.reveal(person)
            row = box.decline(person, (1,))
            with served.database.write() as session:
                decide(
                    work_in(session, actor, served.now, program=PROGRAM),
                    DECLINE_KIND,
                    row.id,
                    row.version,
                    Decided("accept"),
                )
    go(served, page, "/stops")


def _behind(served: ServedStaff, page: Page) -> None:
    go(served, page, "/entitlements/in_progress")


def _report(served: ServedStaff, page: Page) -> None:
    box, actor = inbox(served), officer(served.colleagues[Role.AGENT].id)
    row = box.decline(family(served))
    with served.database.write() as session:
        decide(
            work_in(session, actor, served.now, program=PROGRAM),
            DECLINE_KIND,
            row.id,
            row.version,
            Decided("accept"),
        )
    go(served, page, "/reports/declines", Role.AUDITOR)


REVIEWS: dict[str, Step] = {
    "queue": _queue,
    "queue: filtered": partial(_queue, query="?kind=decline&channel=fax"),
    "queue: empty": partial(_queue, query="?channel=counter"),
    "request: free": _unclaimed,
    "request: taken": _taken,
    "request: paper": _paper,
    "request: alternative": _alternative,
    "request: redelivery": _redelivery,
    "request: addition": _addition,
    "request: nothing chosen": _nothing_chosen,
    "request: changed": _changed,
    "bulk": _bulk,
    "bulk: done": partial(_bulk, done=True),
    "stops": partial(_stops, full=True),
    "stops: empty": _stops,
    "children behind a sum": _behind,
    "report": _report,
}
