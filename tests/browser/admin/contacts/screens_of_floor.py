"""Screens of the floor: the big screen, its plan, the agent's seat, a number that was offered."""

from datetime import timedelta
from functools import partial

from playwright.sync_api import Page
from sqlalchemy import delete

from portal.domain.contacts.floor.models import FloorCall, FloorEvent, FloorPlan, FloorSeat
from portal.domain.contacts.floor.plan import Planned, save_plan
from portal.domain.contacts.floor.seats import take_seat
from portal.domain.contacts.floor.states import LineEvent
from portal.domain.foundation.actors import Actor, Role
from portal.domain.foundation.clock import jst_date
from tests.browser.admin.contacts.calling import at_the_desk, begin_call
from tests.browser.admin.screens import Step, press
from tests.browser.admin.served import ServedStaff
from tests.functional.contacts.floor.support import STORED_CALLER, tell
from tests.support.staff import ROLES, hire
from tests.support.work import work_in

SEAT = "103"
SECOND = timedelta(seconds=1)


def _empty(served: ServedStaff) -> None:
    with served.database.write() as session:
        for table in (FloorEvent, FloorCall, FloorSeat, FloorPlan):
            session.execute(delete(table))


def busy(served: ServedStaff, people: int = 4) -> None:
    """A floor with a plan, people at seats, calls that were answered, and one that waits long."""
    _empty(served)
    name = f"{served.now:%H%M%S%f}"
    for number in range(people):
        agent = hire(served.database, served.now, Role.AGENT, f"sits{number}-{name}")
        with served.database.write() as session:
            actor = Actor(Role.AGENT, agent.id, ROLES[Role.AGENT])
            take_seat(work_in(session, actor, served.now - 3000 * SECOND), f"20{number}")
    lead = hire(served.database, served.now, Role.SUPERVISOR, f"plans-{name}")
    with served.database.write() as session:
        actor = Actor(Role.SUPERVISOR, lead.id, ROLES[Role.SUPERVISOR])
        plan = {half: Planned(6, 5) for half in range(18, 34)}
        save_plan(work_in(session, actor, served.now), jst_date(served.now), plan)
    for number in range(8):
        at = served.now - (60 + number * 100) * SECOND
        call = f"{number}-{name}"
        tell(served.database, LineEvent.WAITING, at, call=call)
        tell(served.database, LineEvent.ANSWERED, at + 9 * SECOND, call=call)
    tell(served.database, LineEvent.WAITING, served.now - 185 * SECOND, call=f"w-{name}")


def _floor(served: ServedStaff, page: Page, path: str = "/floor", people: int = 4) -> None:
    busy(served, people)
    at_the_desk(served, page, Role.SUPERVISOR)
    served.go(page, path)


def _quiet(served: ServedStaff, page: Page) -> None:
    _empty(served)
    at_the_desk(served, page, Role.SUPERVISOR)
    served.go(page, "/floor")


def _plan(served: ServedStaff, page: Page) -> None:
    _floor(served, page, "/floor/plan?said=saved")


def _wrong_plan(served: ServedStaff, page: Page) -> None:
    _floor(served, page, "/floor/plan")
    page.fill("#seats_18", "many")
    press(page, "form#plan")


def _seat(served: ServedStaff, page: Page) -> None:
    _empty(served)
    at_the_desk(served, page)
    served.go(page, "/floor/seat")


def _seated(served: ServedStaff, page: Page) -> None:
    _seat(served, page)
    page.fill("#extension", SEAT)
    press(page, "form#seat")


def _wrong_seat(served: ServedStaff, page: Page) -> None:
    _seat(served, page)
    page.fill("#extension", "三番")
    press(page, "form#seat")


def offered(served: ServedStaff, page: Page) -> None:
    """The desk of an agent whose seat is called from a number."""
    _empty(served)
    actor = begin_call(served, page)
    with served.database.write() as session:
        take_seat(work_in(session, actor, served.now), SEAT)
    tell(
        served.database,
        LineEvent.RINGING,
        served.now + SECOND,
        call=f"r-{served.now:%H%M%S%f}",
        extension=SEAT,
        caller=STORED_CALLER,
    )
    served.go(page, "/desk")


FLOOR: dict[str, Step] = {
    "floor": _floor,
    "floor: still": partial(_floor, path="/floor?still=1"),
    "floor: two people": partial(_floor, people=2),
    "floor: nothing yet": _quiet,
    "floor plan": _plan,
    "floor plan: wrong": _wrong_plan,
    "seat: none": _seat,
    "seat: taken": _seated,
    "seat: wrong": _wrong_seat,
    "desk: a number offered": offered,
}
