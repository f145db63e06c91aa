"""What the staff's pages and searches cost over sockets, at a desk in the middle of the program."""

import itertools
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from portal.domain.foundation.actors import Role
from tests.bench.big_ward import COMMON, add_ward
from tests.bench.busy_desk import add_calls, add_requests, households
from tests.bench.figures import Promise, report
from tests.bench.generator import Step, Visit
from tests.bench.ground import Ground, tree
from tests.bench.measuring import Measured, Piece, come, in_rounds
from tests.bench.seats import Seat, in_a_call, seat
from tests.functional.people.admin.test_looks import opened
from tests.support.coupons import VAULT
from tests.support.people import CANARY_NAME, give_coupons
from tests.support.programs.servers import until
from tests.support.resident import Loop
from tests.support.staff import StaffSite, make_staff

if TYPE_CHECKING:
    from portal.platform.site import Site

VISITS = 200
AGENTS, RATE, SECONDS = 20, 20, 5
"""Agents who search, how often a second all of them do, and for how long in each round.

Nobody searches more than sixty times an hour, which would be noted as unusual."""


@pytest.fixture(scope="module")
def desk(ground: Ground, staff_base: "Site", background_loop: Loop) -> StaffSite:
    """The staff site in this process, on the same database: to prepare what is measured."""
    site = replace(staff_base, vault=VAULT)
    return make_staff(site, ground.database, background_loop, ground.folder, ground.now)


def test_pages_of_the_desk(ground: Ground, desk: StaffSite) -> None:
    people = households(desk)
    give_coupons(desk.database, desk.folder, desk.now, count=len(people) * 2 + 10)
    agents = [desk.hire(Role.SUPERVISOR).id, *(desk.hire(Role.AGENT).id for _ in range(40))]
    add_calls(desk, people, agents)
    add_requests(desk, people[:5])
    officer, lead = (
        seat(ground.staff.url, desk, Role.OFFICER),
        seat(ground.staff.url, desk, Role.SUPERVISOR),
    )
    opened(officer.visitor, people[0])
    site = tree(ground.staff)

    def page(name: str, who: Seat, path: str) -> Piece:
        visits = [who.page(path) for _ in range(VISITS)]
        return Piece(name, lambda _round: visits, site)

    pieces: list[Measured] = [
        ground.bare_page(VISITS * 8),
        page("household, a year", officer, f"/households/{people[0]}"),
        page("review queue", officer, "/reviews"),
        page("review queue, filtered", officer, "/reviews?kind=decline&overdue=1"),
        page("board", lead, "/board"),
        page("call report", lead, "/call-report"),
    ]
    promises = (
        Promise("household, a year", "bare page", at_least=0.2),
        Promise("review queue", "bare page", at_least=0.25),
        Promise("review queue, filtered", "bare page", at_least=0.25),
        Promise("call report", "bare page", cost=20.0),
    )
    report(ground.engine, in_rounds(pieces, ground.server), promises)


def test_searching_a_ward(ground: Ground, desk: StaffSite) -> None:
    desk.add_household()
    add_ward(desk)
    agents = [in_a_call(ground.staff.url, desk) for _ in range(AGENTS)]
    keys = itertools.count()

    def search(agent: Seat, name: str, at: float | None = None) -> Visit:
        form = {"name": name, "form_key": f"s{next(keys)}"}
        site = ground.staff.url
        found = Step("found", f"{site}/desk")
        return agent.visit(Step("search", f"{site}/desk/search", form, 303), found, at=at)

    def twenty_a_second(name: str) -> Sequence[Visit]:
        return [
            search(agents[number % AGENTS], name, number / RATE) for number in range(RATE * SECONDS)
        ]

    def finds() -> bool:
        """Tell whether the site has made its index: until then it answers 503."""
        return not come([search(agents[0], CANARY_NAME)], 1).wrong

    ground.staff.restart()  # the ward's rows came past the feed
    until(finds)
    site = tree(ground.staff)
    pieces: list[Measured] = [
        ground.bare_page(VISITS * 8),
        Piece("search, a rare name", lambda _round: twenty_a_second(CANARY_NAME), site, 64),
        Piece("search, a common one", lambda _round: twenty_a_second(COMMON), site, 64),
    ]
    promises = (
        Promise("search, a rare name", "bare page", p95=50.0),
        Promise("search, a common one", "bare page", p95=50.0),
    )
    report(ground.engine, in_rounds(pieces, ground.server, rounds=3), promises)
