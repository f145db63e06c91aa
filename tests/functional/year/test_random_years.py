"""Random years of a ward: letters, declines, calls and FAX through the pages, all recounted.

What happens is drawn as a list of acts. Each is done as people do it, by a form of the staff site;
families decline as residents. Beside it the test keeps its own tally. In the end every monthly
report has the tally's figures, and its recount by SQL agrees.
"""

import re
import secrets
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from portal.domain.contacts.faxes.models import FaxCase
from portal.domain.foundation.actors import Role
from portal.domain.foundation.clock import JST, jst_date
from portal.domain.foundation.errors import DomainError
from portal.domain.oversight.reports.calls.report import KIND as CALL_REPORT
from portal.domain.oversight.reports.mail.delivery import KIND as DELIVERY_REPORT
from portal.domain.people.households.models import Household
from portal.domain.requests.declines.services import withdraw
from portal.domain.requests.requests.models import Request
from tests.functional.contacts.admin.test_faxes import send_in
from tests.functional.contacts.admin.test_written_down import SHEET, SUBMIT
from tests.functional.contacts.calls.browsing import finish, start
from tests.functional.mailroom.returned_mail.test_pages import PILE
from tests.functional.mailroom.tracking.test_pages import upload
from tests.functional.requests.admin.reviewing import decide, inbox, take
from tests.functional.requests.redeliveries.support import handed_over, tracking_no
from tests.support.databases.twins import undone
from tests.support.oversight.daily import Desk
from tests.support.people import Person
from tests.support.reading.files import fax
from tests.support.requests.desk import PARENT
from tests.support.resident import NOON, Visitor
from tests.support.staff import Colleague, StaffSite
from tests.support.work import work_in

FAMILIES = 5
MONTHS = [date(2023, month, 1) for month in range(7, 13)]
ABSENT, BACK, ARRIVED, KEPT = "ご不在のため持ち戻り", "差出人に返送", "お届け済み", "保管"
STORIES: tuple[tuple[tuple[int, str], ...], ...] = (
    ((1, ARRIVED),),
    ((1, ABSENT), (2, ARRIVED)),
    ((1, ABSENT), (3, ABSENT), (9, BACK)),
    ((2, KEPT),),
    ((1, ABSENT), (8, BACK)),
)
"""What the post says of a letter: days after its posting, and its words, all in one file."""
Act = tuple[str, int]
ACTS = st.tuples(
    st.sampled_from(
        ("post", "told", "returned", "decline", "withdraw", "call", "paper", "fax", "typed", "day")
    ),
    st.integers(0, 11),
)

DELIVERED_AND_BACK: list[Act] = [("post", 0), ("day", 2), ("told", 0), ("returned", 0)]
"""A letter that the post reports as delivered, and that is in hand all the same."""


@dataclass
class Year:
    """A town on a staff site whose clock moves; ``tally`` counts by (month, figure)."""

    staff: StaffSite
    people: list[Person]
    colleagues: dict[Role, Colleague]
    letters: dict[int, str]
    tally: Counter[tuple[date, str]] = field(default_factory=Counter)
    posted: dict[int, date] = field(default_factory=dict)
    untold: list[int] = field(default_factory=list)
    away: list[int] = field(default_factory=list)
    arrived: list[int] = field(default_factory=list)
    declined: dict[int, Request] = field(default_factory=dict)
    typed: set[date] = field(default_factory=set)
    files: int = 0

    @property
    def today(self) -> date:
        """The day (JST) on which the clock stands."""
        return jst_date(self.staff.now)

    def enter(self, role: Role) -> Visitor:
        """Somebody who signs in today."""
        return self.staff.enter(self.colleagues[role])

    def count(self, figure: str, day: date | None = None) -> None:
        """Note in the tally what a report must say."""
        self.tally[(day or self.today).replace(day=1), figure] += 1

    # ---- what happens -----------------------------------------------------------------------
    def post(self, place: int) -> None:
        """A letter goes to the post, by the scanner's page."""
        if place >= FAMILIES or place in self.posted:
            return
        form = {
            "day": self.today.isoformat(),
            "mail_class": "simple_registered",
            "letter_number": self.letters[place],
            "tracking_no": tracking_no(place + 1),
            "form_key": secrets.token_hex(),
        }
        assert self.enter(Role.OFFICER).post("/posting/scan", form).status_code == 303
        self.posted[place] = self.today
        self.untold.append(place)
        self.count("posted")

    def told(self, draw: int) -> None:
        """The post's file about all letters of which it has said nothing yet, by upload."""
        rows: list[str] = []
        for place in list(self.untold):
            story = STORIES[(draw + place) % len(STORIES)]
            days = [self.posted[place] + timedelta(days=after) for after, _word in story]
            if days[-1] > self.today:
                continue
            self.untold.remove(place)
            number = tracking_no(place + 1)
            for day, (_after, word) in zip(days, story, strict=True):
                rows.append(f"{number},{day:%Y/%m/%d},{word},,")
                if word == ARRIVED:
                    self.arrived.append(place)
                    self.count("delivered", day)
            absent = [day for day, (_n, word) in zip(days, story, strict=True) if word == ABSENT]
            for month in {day.replace(day=1) for day in absent}:
                self.count("absent", month)
            if story[-1][1] == BACK:
                self.away.append(place)
        if rows:
            self.files += 1
            desk = Desk(self.staff, self.staff.folder, posted=self.files)
            assert "新しい記録" in upload(desk, *rows)

    def returned(self, draw: int) -> None:
        """A letter that comes back is scanned, now and then one that the post had delivered."""
        pile = self.arrived if draw % 3 == 0 else self.away
        if pile:
            form = PILE | {
                "number": self.letters[pile.pop()],
                "received_on": self.today.isoformat(),
                "keep_until": (self.today + timedelta(days=180)).isoformat(),
                "form_key": secrets.token_hex(),
            }
            assert self.enter(Role.OFFICER).post("/returns/receive", form).status_code == 303
            self.count("returned")

    def decline(self, place: int) -> None:
        """A family declines in the portal; an officer accepts it on the page."""
        if place >= FAMILIES or place in self.declined:
            return
        box = inbox(self.staff)
        try:
            row = box.decline(self.people[place], at=self.staff.now)
        except DomainError:
            return  # the window is over, or its letter came back
        desk = self.enter(Role.OFFICER)
        decide(desk, row, take(desk, row), "accept")
        self.declined[place] = row
        self.count("declined")

    def withdraw(self, place: int) -> None:
        """A family takes its decline back, while it may."""
        row = self.declined.get(place)
        if row is None:
            return
        try:
            with self.staff.database.write() as session:
                work = work_in(session, PARENT, self.staff.now, program=self.staff.site.program)
                withdraw(work, row.id, self.people[place].household_id)
        except DomainError:
            return
        received = jst_date(row.received_at)
        self.tally[received.replace(day=1), "declined"] -= 1
        del self.declined[place]

    def call(self, draw: int) -> None:
        """A caller is answered, or called, and the call written up."""
        agent = self.enter(Role.AGENT)
        key = start(agent, **({"direction": "outbound"} if draw % 4 == 0 else {}))
        finish(agent, key)
        with self.staff.database.read() as session:
            direction = session.scalar(
                text("SELECT direction FROM call_record WHERE id = :key"), {"key": key}
            )
        if direction == "inbound":
            self.count("phone")

    def paper(self, draw: int) -> None:
        """A call from a reception form of the last days is entered."""
        day = self.today - timedelta(days=draw % 3)
        form = SHEET | {
            "started_on": day.isoformat(),
            "started_at": f"9:{draw:02}",
            "ended_at": f"9:{draw + 20:02}",
            "form_key": secrets.token_hex(),
            "same_is_right": "1",
            "agent": str(self.colleagues[Role.AGENT].id),
        }
        agent = self.enter(Role.AGENT)
        agent.get("/calls/written-down/new")
        if agent.post(SUBMIT, form).status_code == 303:
            self.count("phone", day)

    def fax(self, _draw: int) -> None:
        """A FAX comes in and is dealt with."""
        local = self.staff.now.astimezone(JST) - timedelta(minutes=5)
        agent = self.enter(Role.AGENT)
        received = {
            "received_on": local.date().isoformat(),
            "received_at": f"{local:%H:%M}",
            "form_key": secrets.token_hex(),
        }
        send_in(agent, fax(), **received)
        with self.staff.database.read() as session:
            newest = select(FaxCase).order_by(FaxCase.id.desc()).limit(1)
            place = f"/faxes/{session.scalars(newest).one().id}"
        agent.get(place)
        agent.send(f"{place}/start")
        found = re.search(r'name="call_id" value="(\d+)"', agent.get("/calls").text)
        assert found
        finish(agent, int(found[1]))
        self.count("fax")

    def type_day(self, draw: int) -> None:
        """A day's numbers of the telephone system are typed in."""
        day = self.today
        program = self.staff.site.program
        if day in self.typed or not program.calendar.is_staffed(day):
            return
        form = {
            "form_key": secrets.token_hex(),
            "day": day.isoformat(),
            "offered_ja": str(draw + 5),
            "answered_ja": str(draw + 3),
            "abandoned_ja": "2",
        }
        lead = self.enter(Role.SUPERVISOR)
        lead.open("/telephony")
        assert lead.post("/telephony/day", form).status_code == 303
        self.typed.add(day)
        month = day.replace(day=1)
        self.tally[month, "offered"] += draw + 5
        self.tally[month, "answered"] += draw + 3
        self.tally[month, "abandoned"] += 2

    def day(self, draw: int) -> None:
        """Some days pass."""
        self.staff.clock.advance(days=draw + 1)

    def act(self, what: str, draw: int) -> None:
        """Do one act."""
        acts: dict[str, Callable[[int], None]] = {
            "post": self.post,
            "told": self.told,
            "returned": self.returned,
            "decline": self.decline,
            "withdraw": self.withdraw,
            "call": self.call,
            "paper": self.paper,
            "fax": self.fax,
            "typed": self.type_day,
            "day": self.day,
        }
        acts[what](draw)


def begin(staff: StaffSite) -> Year:
    people = [staff.add_household() for _ in range(FAMILIES)]
    staff.give_coupons()
    roles = (Role.OFFICER, Role.AGENT, Role.SUPERVISOR)
    with staff.database.write() as session:
        letters = {n: handed_over(session, person).number for n, person in enumerate(people)}
    return Year(staff, people, {role: staff.hire(role) for role in roles}, letters)


def reported(year: Year, month: date) -> dict[str, int]:
    """The figures of both reports of a month; their recount agrees."""
    found: dict[str, int] = {}
    with year.staff.database.read() as session:
        work = work_in(session, now=year.staff.now, program=year.staff.site.program)
        for kind in (DELIVERY_REPORT, CALL_REPORT):
            draft = kind.build(work, month)
            assert draft.differences == (), (month, draft.differences)
            found |= {one.figure.value: one.reported.cases for one in draft.compared}
    return found


@pytest.fixture
def town(sqlite_staff: StaffSite) -> Year:
    """What every year begins with."""
    return begin(sqlite_staff)


@settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    acts=st.lists(ACTS, min_size=8, max_size=30),
    protected=st.frozensets(st.integers(0, FAMILIES - 1), max_size=3),
)
@example(acts=DELIVERED_AND_BACK, protected=frozenset())
def test_every_report_of_a_random_year_has_what_happened(
    town: Year, acts: list[Act], protected: frozenset[int]
) -> None:
    staff, year = town.staff, Year(town.staff, town.people, town.colleagues, town.letters)
    with undone(staff.database):
        staff.clock.instant = NOON
        for what, draw in acts:
            year.act(what, draw)
        with staff.database.write() as session:  # what was posted stays posted
            for place in protected:
                key = year.people[place].household_id
                session.get_one(Household, key).protected = True
        for month in MONTHS:
            figures = reported(year, month)
            happened = {name: year.tally[month, name] for name in figures}
            assert figures == happened, month
