"""The screens of additions, changes of recipient and the ward's counter."""

from itertools import count

from playwright.sync_api import Page

from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.letters.letters.models import Letter, PrintRun
from portal.domain.letters.letters.numbers import new_letter_number
from portal.domain.people.households.models import Household
from portal.domain.requests.recipients import changes, counter
from portal.domain.requests.recipients.written import ChangeNote, Evidence
from tests.browser.admin.screens import Step, press
from tests.browser.admin.served import ServedStaff
from tests.functional.requests.recipients.support import NEWCOMER, PROGRAM
from tests.support.people import Person, add_person
from tests.support.work import work_in

NUMBERS = count(1)


def _family(served: ServedStaff) -> Person:
    return add_person(served.database, served.now, number=f"94{next(NUMBERS):08}", children=2)


def _ward(served: ServedStaff) -> Actor:
    return Actor(Role.WARD_OFFICER, served.colleagues[Role.WARD_OFFICER].id, Organization.WARD)


def _open(served: ServedStaff, page: Page, person: Person) -> None:
    served.enter(page, Role.OFFICER)
    served.go(page, f"/households/{person.household_id}")
    page.check("input[value=request]")
    press(page)


def _change(served: ServedStaff) -> int:
    officer = Actor(Role.OFFICER, served.colleagues[Role.OFFICER].id, Organization.CONTRACTOR)
    household = _family(served).household_id
    with served.database.write() as session:
        return changes.submit(
            work_in(session, officer, served.now, program=PROGRAM),
            changes.ChangeEntry(household, (2,), ChangeNote(NEWCOMER, Evidence.SUPPORT_CENTER)),
        ).id


def _letter(served: ServedStaff) -> int:
    person = _family(served)
    with served.database.write() as session:
        household = session.get_one(Household, person.household_id)
        household.protected = household.counter = True
        run = PrintRun(
            kind="credential",
            state="handed_over",
            planned=1,
            children=2,
            total_yen=60_000,
            folder="letters",
            notice_date=served.now.date(),
            created_at=served.now,
            finished_at=served.now,
        )
        session.add(run)
        session.flush()
        letter = Letter(
            number=new_letter_number(),
            household_id=household.id,
            kind="credential",
            state="printed",
            counter=True,
            print_run_id=run.id,
            chunk_number=1,
            position=1,
            children=2,
            amount_yen=60_000,
            created_at=served.now,
            printed_at=served.now,
        )
        session.add(letter)
        session.flush()
        return letter.id


def _list(served: ServedStaff, page: Page) -> None:
    _change(served)
    served.enter(page, Role.OFFICER)
    served.go(page, "/recipients?said=entered")


def _add(served: ServedStaff, page: Page) -> None:
    served.enter(page)
    served.go(page, "/recipients/add")


def _add_nothing(served: ServedStaff, page: Page) -> None:
    _add(served, page)
    press(page)


def _add_without_name(served: ServedStaff, page: Page) -> None:
    _add(served, page)
    page.fill("#instruction_no", "児発第12号")
    page.fill("#instruction_date", "2023-07-28")
    press(page)


def _change_form(served: ServedStaff, page: Page) -> None:
    person = _family(served)
    _open(served, page, person)
    served.go(page, f"/households/{person.household_id}/change-recipient")


def _change_nothing(served: ServedStaff, page: Page) -> None:
    _change_form(served, page)
    page.check("input[value=counter]")
    page.fill("#name", "鷺沼　千鶴")
    page.fill("#birth", "1985-04-06")
    press(page)


def _review(served: ServedStaff, page: Page) -> None:
    request_id = _change(served)
    served.enter(page)
    served.go(page, f"/reviews/{request_id}")
    page.locator("form[action$='/claim'] button").click()
    page.locator("#newcomer").wait_for()


def _counter(served: ServedStaff, page: Page) -> None:
    gone = _letter(served)
    _letter(served)
    with served.database.write() as session:
        counter.handed_at_counter(
            work_in(session, _ward(served), served.now),
            gone,
            counter.SignedReceipt("passport", signed=True),
        )
    served.enter(page)
    served.go(page, "/counter?said=handed")


def _hand_nothing(served: ServedStaff, page: Page) -> None:
    letter = _letter(served)
    served.enter(page)
    served.go(page, f"/counter/{letter}")
    press(page)


RECIPIENTS: dict[str, Step] = {
    "recipients: list": _list,
    "recipients: add": _add,
    "recipients: add nothing": _add_nothing,
    "recipients: add without a name": _add_without_name,
    "recipients: change": _change_form,
    "recipients: change nothing": _change_nothing,
    "recipients: review": _review,
    "counter: letters": _counter,
    "counter: not signed": _hand_nothing,
}
