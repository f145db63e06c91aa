"""The screens of a decline."""

import re
from functools import partial

from playwright.sync_api import Page

from portal.domain.foundation.actors import Actor, Role
from portal.domain.foundation.program.loader import load_program
from portal.domain.requests.declines.services import submit
from tests.browser.resident.screens import Step, opened, send, sent
from tests.browser.resident.served import Served
from tests.support.resident import NOON
from tests.support.work import work_in


def to_decline_code(served: Served, page: Page, who: str) -> None:
    """Walk from the explanation to the code page, for all children."""
    served.enter(page, who)
    served.go(page, "/decline")
    page.locator("a.button[href='/decline/choose']").click()
    page.check("[name=who]")
    send(page)
    page.locator("form[action='/decline/check/submit'] button").click()
    page.wait_for_url(re.compile("/decline/code$"))


def declined(served: Served, page: Page, then: str = "") -> None:
    """A new family declines for all its children; `then` opens a page of its receipt."""
    served.people["declining now"] = person = served.add(active=True)
    to_decline_code(served, page, "declining now")
    send(page, code=person.totp(served.now))
    page.wait_for_url(re.compile("/decline/received/"))
    if then:
        served.go(page, then.replace("NUMBER", page.url.rpartition("/")[2]))


def _decline_chosen(served: Served, page: Page) -> None:
    served.enter(page, "single")
    served.go(page, "/decline/choose")
    page.check("[name=child_1]")
    page.check("[name=reason][value=moving]")
    send(page)


def _decline_wrong_code(served: Served, page: Page) -> None:
    to_decline_code(served, page, "waiting")
    send(page, code="000")


def _decline_twice(served: Served, page: Page) -> None:
    served.people["twice"] = person = served.add(active=True)
    to_decline_code(served, page, "twice")
    with served.database.write() as session:
        program = load_program("sample", NOON.date())
        resident = Actor(Role.RESIDENT, person.credential_id)
        submit(work_in(session, resident, served.now, program=program), person.household_id, (1,))
    send(page, code=person.totp(served.now))


def _decline_taken_back(served: Served, page: Page) -> None:
    declined(served, page, "/decline/withdraw/NUMBER")
    page.locator("form[action^='/decline/withdraw/'] button").click()
    page.wait_for_url(re.compile("/decline/received/"))


DECLINE: dict[str, Step] = {
    "decline": opened("/decline", "coupons", "full"),
    "decline: nothing to decline": opened("/decline", "empty", "full"),
    "decline: choose": opened("/decline/choose", "coupons", "full"),
    "decline: nobody chosen": sent("/decline/choose", "coupons", "full"),
    "decline: check": _decline_chosen,
    "decline: code": partial(to_decline_code, who="waiting"),
    "decline: code short": _decline_wrong_code,
    "decline: received": declined,
    "decline: home": partial(declined, then="/home"),
    "decline: twice": _decline_twice,
    "decline: take back": partial(declined, then="/decline/withdraw/NUMBER"),
    "decline: taken back": _decline_taken_back,
}
