"""Screens of help on the line: silent calls for the supervisor, marks of calls, rehearsals."""

from dataclasses import replace

import pytest
from playwright.sync_api import Page
from sqlalchemy import select, update

from portal.domain.contacts.calls.services import current_call
from portal.domain.contacts.floor.seats import leave_seat, take_seat
from portal.domain.contacts.line import help_calls, marks
from portal.domain.contacts.line.models import HelpCall
from portal.domain.foundation.actors import Actor, Role
from tests.browser.admin.contacts.calling import at_the_desk, begin_call, end_call
from tests.browser.admin.screens import Step, press
from tests.browser.admin.served import ServedStaff, Stage
from tests.support.programs.servers import StartServer
from tests.support.staff import serve_staff
from tests.support.work import work_in


def withdraw_all(served: ServedStaff) -> None:
    """End the silent calls that an earlier test left."""
    with served.database.write() as session:
        session.execute(update(HelpCall).values(state="withdrawn", ended_at=served.now))


def waiting(served: ServedStaff, page: Page) -> Actor:
    """Let an agent in a call, at seat 103, call the supervisor; return the agent."""
    withdraw_all(served)
    agent = begin_call(served, page)
    with served.database.write() as session:
        work = work_in(session, agent, served.now)
        take_seat(work, "103")
        help_calls.call_for_help(work)
    return agent


def _calling(served: ServedStaff, page: Page) -> None:
    waiting(served, page)
    at_the_desk(served, page, Role.SUPERVISOR)
    served.go(page, "/help-calls")


def _on_the_way(served: ServedStaff, page: Page) -> None:
    _calling(served, page)
    press(page, "form[action$='/take']")


def _nobody(served: ServedStaff, page: Page) -> None:
    withdraw_all(served)
    at_the_desk(served, page, Role.SUPERVISOR)
    served.go(page, "/help-calls")


def _called(served: ServedStaff, page: Page) -> None:
    """The agent's own page, pressed by the button."""
    withdraw_all(served)
    agent = begin_call(served, page)
    with served.database.write() as session:
        leave_seat(work_in(session, agent, served.now))
    served.go(page, "/desk")
    page.locator("form.help-call button").click()
    page.wait_for_load_state("load")


def _marks(served: ServedStaff, page: Page) -> None:
    agent = begin_call(served, page)
    with served.database.write() as session:
        work = work_in(session, agent, served.now)
        call = current_call(work)
        assert call is not None
        marks.mark(work, call.id, "threat")
    end_call(served, agent)
    at_the_desk(served, page, Role.SUPERVISOR)
    served.go(page, "/call-marks")


def _no_rehearsal(served: ServedStaff, page: Page) -> None:
    at_the_desk(served, page)
    served.go(page, "/rehearsals")


LINE: dict[str, Step] = {
    "help: nobody calls": _nobody,
    "help: somebody calls": _calling,
    "help: on the way": _on_the_way,
    "help: called": _called,
    "marks of calls": _marks,
    "rehearsals: not here": _no_rehearsal,
}


# ---- a training world ---------------------------------------------------------------------
@pytest.fixture(scope="module")
def training(
    staff_stage: Stage, served_staff: ServedStaff, start_lasting_server: StartServer
) -> ServedStaff:
    """A site with the same families, by the program of the demo: all of them are invented."""
    settings = replace(staff_stage.settings, program="demo")
    url = served_staff.database.engine.url.render_as_string(hide_password=False)
    server = serve_staff(start_lasting_server, settings, url, served_staff.now)
    return replace(served_staff, server=server)


def _rehearsals(served: ServedStaff, page: Page) -> None:
    at_the_desk(served, page)
    served.go(page, "/rehearsals")
    if page.locator("a.button.main").count():
        page.locator("a.button.main").click()
        page.locator("form[action$='/drop'] button").click()
        page.wait_for_load_state("load")


def _nobody_chosen(served: ServedStaff, page: Page) -> None:
    _rehearsals(served, page)
    press(page, "form[action='/rehearsals/begin']")


def _on_the_line(served: ServedStaff, page: Page) -> None:
    _rehearsals(served, page)
    page.check("input[value=impostor]")
    press(page, "form[action='/rehearsals/begin']")


def _scored(served: ServedStaff, page: Page) -> None:
    _on_the_line(served, page)
    press(page, "form[action$='/finish']")


REHEARSALS: dict[str, Step] = {
    "rehearsals: list": _rehearsals,
    "rehearsals: nobody chosen": _nobody_chosen,
    "rehearsal: on the line": _on_the_line,
    "rehearsal: scored": _scored,
}


def silent_calls(served: ServedStaff) -> int:
    """How many silent calls are open."""
    with served.database.read() as session:
        return len(session.scalars(select(HelpCall.id).where(HelpCall.state == "waiting")).all())
