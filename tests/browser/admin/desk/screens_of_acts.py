"""The screens of acting for a caller.

What may be done, each act with its choices, its receipt, the second person's list.
"""

from functools import partial
from itertools import count

from playwright.sync_api import Page

from portal.domain.contacts.calls.gate import opened_in, require_call
from portal.domain.contacts.calls.kinds import CallLanguage
from portal.domain.contacts.calls.levels import Level
from portal.domain.desk.call_desk.acting.channel import KIND
from portal.domain.foundation.actors import Actor, Role
from portal.domain.foundation.approvals.models import Approval
from portal.domain.people.authn.codes import add_authenticator
from tests.browser.admin.contacts.calling import at_the_desk, begin_call
from tests.browser.admin.screens import Step, press
from tests.browser.admin.served import ServedStaff
from tests.functional.requests.redeliveries.support import Post
from tests.support.people import Person
from tests.support.staff import hire
from tests.support.work import work_in

_people = count(500)


def family(served: ServedStaff, *, returned: bool = True) -> Person:
    """A household with an account, a telephone number, and a letter that came back."""
    nobody = Actor(Role.OFFICER, 1)
    post = Post(served.database, nobody, nobody, nobody, people=next(_people))
    person = post.household(active=True)
    if returned:
        post.come_back(person)
    with served.database.write() as session:
        row = add_authenticator(
            work_in(session, now=served.now), person.credential_id, "sms", "+819011112222"
        )
        row.state, row.confirmed_at = "confirmed", served.now
    return person


def caller(
    served: ServedStaff,
    page: Page,
    person: Person,
    level: Level = Level.ACT,
    role: Role = Role.AGENT,
    language: CallLanguage = CallLanguage.JA,
) -> Actor:
    """A call with somebody of a household who is known so far, after a call back."""
    actor = begin_call(served, page, role, language=language)
    with served.database.write() as session:
        place = opened_in(
            work_in(session, now=served.now),
            require_call(work_in(session, actor)),
            person.household_id,
        )
        place.level, place.called_back = int(level), True
    return actor


def _act(
    place: str, served: ServedStaff, page: Page, *, language: CallLanguage = CallLanguage.JA
) -> Person:
    person = family(served)
    caller(served, page, person, language=language)
    served.go(page, f"/desk/{person.household_id}/{place}")
    return person


def _screen(place: str, served: ServedStaff, page: Page) -> None:
    _act(place, served, page)


def _unconfirmed(place: str, served: ServedStaff, page: Page) -> None:
    _act(place, served, page)
    press(page)


def _barred(served: ServedStaff, page: Page) -> None:
    person = family(served, returned=False)
    caller(served, page, person)
    served.go(page, f"/desk/{person.household_id}/unlock")


def _receipt(
    place: str, served: ServedStaff, page: Page, *, language: CallLanguage = CallLanguage.JA
) -> None:
    _act(place, served, page, language=language)
    page.check("#told")
    press(page)


def _offers(level: Level, served: ServedStaff, page: Page) -> None:
    person = family(served)
    caller(served, page, person, level)
    served.go(page, f"/desk/{person.household_id}")


def _supervisor(served: ServedStaff, page: Page) -> None:
    if Role.SUPERVISOR not in served.colleagues:
        served.colleagues[Role.SUPERVISOR] = hire(
            served.database, served.now, Role.SUPERVISOR, "supervisor"
        )
    at_the_desk(served, page, Role.SUPERVISOR)


def _no_changes(served: ServedStaff, page: Page) -> None:
    with served.database.write() as session:
        for row in session.query(Approval).filter_by(kind=KIND, state="proposed"):
            row.state = "withdrawn"
    _supervisor(served, page)
    served.go(page, "/channel-changes")


def _changes(served: ServedStaff, page: Page) -> None:
    _receipt("channel", served, page)
    _supervisor(served, page)
    served.go(page, "/channel-changes")


def _refused_change(served: ServedStaff, page: Page) -> None:
    _changes(served, page)
    with served.database.write() as session:
        for row in session.query(Approval).filter_by(kind=KIND, state="proposed"):
            row.state = "withdrawn"
    page.locator("form[action$='/confirm'] button").last.click()
    page.wait_for_load_state("load")


ACTS: dict[str, Step] = {
    "acts: offered": partial(_offers, Level.ACT),
    "acts: status only": partial(_offers, Level.STATUS),
    "act: nothing to unlock": _barred,
    "act: receipt in Korean": partial(_receipt, "redelivery", language=CallLanguage.KO),
    "act: receipt of a form": partial(_receipt, "decline-form"),
    "changes: waiting": _changes,
    "changes: refused": _refused_change,
    "changes: none": _no_changes,
}
for _place in ("redelivery", "new-letter", "lost", "alternative", "decline-form", "channel"):
    ACTS[f"act: {_place}"] = partial(_screen, _place)
for _place in ("redelivery", "alternative"):
    ACTS[f"act: {_place} unconfirmed"] = partial(_unconfirmed, _place)
