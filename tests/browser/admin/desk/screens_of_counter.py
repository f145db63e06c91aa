"""The screens of a channel set at the ward's counter."""

from itertools import count

from playwright.sync_api import Page

from portal.domain.desk.casework.counter_channel import KIND, Wish, propose
from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.approvals.models import Approval
from tests.browser.admin.screens import Step, open_household, press
from tests.browser.admin.served import ServedStaff
from tests.support.people import add_person
from tests.support.staff import hire
from tests.support.work import work_in

_people = count(700)


def _form(served: ServedStaff, page: Page) -> None:
    open_household(served, page)
    served.go(page, "/households/{household}/channel")


def _wrong(served: ServedStaff, page: Page) -> None:
    _form(served, page)
    press(page)


def _waiting(served: ServedStaff, page: Page) -> None:
    number = next(_people)
    person = add_person(served.database, served.now, number=f"95{number:08}", active=True)
    other = hire(served.database, served.now, Role.WARD_OFFICER, f"counter{number}")
    with served.database.write() as session:
        actor = Actor(Role.WARD_OFFICER, other.id, Organization.WARD)
        propose(
            work_in(session, actor, served.now),
            person.household_id,
            Wish("danger", "sms", "08098765432", "passport"),
        )
    served.enter(page)
    served.go(page, "/counter-channels")


def _set(served: ServedStaff, page: Page) -> None:
    _waiting(served, page)
    page.locator("form[action$='/confirm'] button").last.click()
    page.wait_for_load_state("load")


def _none(served: ServedStaff, page: Page) -> None:
    with served.database.write() as session:
        for row in session.query(Approval).filter_by(kind=KIND, state="proposed"):
            row.state = "withdrawn"
    served.enter(page)
    served.go(page, "/counter-channels")


COUNTER: dict[str, Step] = {
    "counter channel: form": _form,
    "counter channel: nothing chosen": _wrong,
    "counter channels: waiting": _waiting,
    "counter channels: set": _set,
    "counter channels: none": _none,
}
