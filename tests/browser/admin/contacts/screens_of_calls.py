"""The screens of a call: the list, the notes, one call, and every page with the bar."""

from datetime import timedelta

from playwright.sync_api import Page

from portal.domain.contacts.calls import forgotten
from portal.domain.contacts.calls.kinds import CallLanguage, Result
from portal.domain.foundation.actors import Role
from tests.browser.admin.contacts.calling import at_the_desk, begin_call, end_call, last_call
from tests.browser.admin.screens import Step, press
from tests.browser.admin.served import ServedStaff
from tests.support.work import work_in


def _list(served: ServedStaff, page: Page) -> None:
    actor = begin_call(served, page)
    end_call(served, actor, result=Result.PENDING)
    served.go(page, "/calls?said=finished")


def _none_yet(served: ServedStaff, page: Page) -> None:
    at_the_desk(served, page, Role.SUPERVISOR)
    served.go(page, "/calls")


def _in_call(served: ServedStaff, page: Page) -> None:
    begin_call(served, page, language=CallLanguage.KO, line="韓国語の回線")
    served.go(page, "/calls")
    page.locator(".call-bar summary").click()


def _second(served: ServedStaff, page: Page) -> None:
    at_the_desk(served, page)
    served.go(page, "/calls")
    begin_call(served, page)
    press(page, "form#start")


def _forgotten(served: ServedStaff, page: Page) -> None:
    begin_call(served, page)
    with served.database.write() as session:
        forgotten.close_forgotten(work_in(session, now=served.now + timedelta(days=1)))
    served.go(page, "/calls")


def _notes(served: ServedStaff, page: Page) -> None:
    begin_call(served, page)
    served.go(page, "/calls")
    page.locator("[data-key=F8]").click()
    page.wait_for_url("**/calls/finish")


def _wrong_notes(served: ServedStaff, page: Page) -> None:
    _notes(served, page)
    page.select_option("#category", "")
    page.check("#interpreter")
    page.fill("#three_way_minutes", "９")
    page.fill("#text", "CDFG HJKL MN34")
    press(page, "form[action='/calls/finish/submit']")
    page.fill("#interpreter_minutes", "12")
    press(page, "form[action='/calls/finish/submit']")


def _one(served: ServedStaff, page: Page) -> None:
    actor = begin_call(served, page)
    end_call(
        served,
        actor,
        text="不在票をなくした",
        interpreter_minutes=1,
        relay_service=True,
        complaint=True,
    )
    served.go(page, f"/calls/{last_call(served, actor).id}")


def _correction(served: ServedStaff, page: Page) -> None:
    _one(served, page)
    served.go(page, page.url.removeprefix(served.url) + "/correct")


CALLS: dict[str, Step] = {
    "calls: list": _list,
    "calls: none yet": _none_yet,
    "calls: in a call": _in_call,
    "calls: a second one": _second,
    "calls: forgotten": _forgotten,
    "call: notes": _notes,
    "call: wrong notes": _wrong_notes,
    "call: one": _one,
    "call: correction": _correction,
}
