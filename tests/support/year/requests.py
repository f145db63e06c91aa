"""What households of a played year ask for: declines, and coupons on paper."""

from datetime import date, datetime

from portal.domain.foundation.actors import Actor, Channel, Role
from portal.domain.requests.declines import services as declines
from portal.domain.requests.declines.review import DECLINE_KIND
from portal.domain.requests.declines.written import DeclineNote, WhyDecline
from portal.domain.requests.requests.deciding import decide
from portal.domain.requests.requests.decisions import Decided
from tests.support.people import Person
from tests.support.work import work_in
from tests.support.year.fates import DECLINED, at
from tests.support.year.ward_in_year import Year


def decline_early(year: Year) -> None:
    """Some decline for all children before any letter is printed; an officer accepts."""
    now = at(DECLINED)
    for household in year.of("declined"):
        decline_for(year, household, tuple(range(1, year.children[household] + 1)), now)
        year.ends(household, "declined")


def decline_for(year: Year, household: int, ordinals: tuple[int, ...], now: datetime) -> None:
    program = year.paper.program
    with year.database.write() as session:
        actor = Actor(Role.RESIDENT, household, channel=Channel.PORTAL)
        row = declines.submit(
            work_in(session, actor, now, program=program),
            household,
            ordinals,
            written=DeclineNote(WhyDecline.NOT_NEEDED),
        )
        decide(
            work_in(session, year.paper.officer, now, program=program),
            DECLINE_KIND,
            row.id,
            row.version,
            Decided("accept"),
        )


def deliver_alternatives(year: Year) -> None:
    """The first child of some households gets paper, all the way to the door.

    A mixed one declines for another.
    """
    paper, waiting = year.paper, year.of("paper", "mixed")
    paper.now = at(date(2023, 8, 20))
    paper.receive("GC000001", f"GC{3 * len(waiting) + 3:06}")
    for household in waiting:
        person = Person(household, household, "", "")
        _request, parcel = paper.packed(person, 1)
        paper.post(parcel)
        paper.deliver(parcel)
        year.ends(household, "alternative_delivered", 1)
        if year.fates[household] == "mixed" and year.children[household] > 1:
            decline_for(year, household, (2,), paper.now)
            year.ends(household, "declined", 1)
