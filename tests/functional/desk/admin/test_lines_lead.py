"""Every line of the start page leads to the list of what it counts, with as many rows.

The walk seeds at least one of everything that the page counts, and decoys that it does not; then
each role opens its start page and follows each line.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin.desk.waiting_approvals import PLACES
from portal.domain.desk.call_desk.acting.channel import KIND as CHANNEL_CHANGE
from portal.domain.desk.casework import counter_channel
from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.approvals.services import propose
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.transfers.services import ACCEPT as ACCEPT_TRANSFER
from portal.domain.mailroom.incidents.fault_agreement import REPLACE
from portal.domain.mailroom.printing.dispatch.handover import HAND_OVER
from portal.domain.mailroom.roster.holds.naming import RELEASE_HOLD
from portal.domain.mailroom.roster.holds.protection_none import propose_none
from portal.domain.mailroom.roster.holds.services import PRINT_TEXT
from portal.domain.oversight.disposal.household.asking import Ground
from portal.domain.oversight.disposal.household.obstacles import HOUSEHOLD_DISPOSAL
from portal.domain.people.coupons.models import Coupon
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.households.models import Household
from portal.domain.people.tasks.kinds import TaskKind
from portal.domain.people.tasks.services import open_task
from portal.domain.requests.alternatives.stocktaking import APPROVAL as COUNT_STOCK
from portal.domain.requests.requests.deciders import ACCEPT
from tests.functional.requests.admin.reviewing import families, inbox
from tests.support.oversight.family import Filling
from tests.support.resident import Visitor
from tests.support.sources import ROOT
from tests.support.staff import ROLES, StaffSite
from tests.support.work import work_in

Rows = Callable[[str], int]


def distinct(pattern: str) -> Rows:
    """How many different things a page names in one way."""
    return lambda page: len(set(re.findall(pattern, page)))


def thing(words: str) -> Rows:
    """The page is the thing itself: there is one where it says so."""
    return lambda page: int(words in page)


ROWS: dict[str, Rows] = {
    "/reviews": distinct(r'href="/reviews/(\d+)'),
    "/tasks": distinct(r'href="/tasks/(\d+)"'),
    "/holds": distinct(r"世帯 (\d+)<"),
    "/stock": distinct(r'id="count-(\d+)"'),
    "/channel-changes": distinct(r'action="/channel-changes/(\d+)/refuse"'),
    "/counter-channels": distinct(r'action="/counter-channels/(\d+)/refuse"'),
    "/coupon-faults": distinct(r'href="/coupon-faults/(\d+)"'),
    "/transfers": distinct(r'href="/transfers/(\d+)"'),
    "/household-disposals": distinct(r'href="/household-disposals/(\d+)"'),
    "/letters": distinct(r'href="/letters/(\d+)"'),
    "/roster/protection": thing("提案"),
    "/site-notices": distinct(r'href="/site-notices/(\d+)"'),
    "/escalations": distinct(r'href="/escalations/(\d+)"'),
    "/watch": lambda page: page.count('<h2 class="tight">'),
    "/openings": lambda page: page.count('<h2 class="tight">'),
    "/person-lists": distinct(r'id="list-(\d+)" tabindex'),
    "/copies": distinct(r'id="copy-(\d+)"'),
    "/registers": lambda page: page.split('id="all"')[0].count('<p class="small as-written">'),
    "/call-backs": distinct(r'href="/call-backs/(\d+)"'),
    "/faxes": distinct(r'href="/faxes/(\d+)"'),
    "/notes": distinct(r'action="/notes/(\d+)/finish"'),
    "/ward-checklist": distinct(r'id="question-(\d+)"'),
    "/entitlements": lambda page: page.count('<th scope="row">'),
}
"""By the first part of a list's address: how to count its rows."""


@dataclass(frozen=True)
class Line:
    """A line of the start page that counts something, and where it leads."""

    href: str
    count: int


def main_of(page: str) -> str:
    return page.split("<main", 1)[1].split("</main>", 1)[0]


def lines(page: str) -> Iterator[Line]:
    """Everything of a start page that counts: tiles, sentences with a number, the sums."""
    main = main_of(page)
    for href, said in re.findall(
        r'<a class="tile[^"]*"\s+href="([^"]+)">(.*?)</a>', main, re.DOTALL
    ):
        yield Line(unescape(href), _first_number(said))
    for note in re.findall(
        r'<(?:div|section) class="warn-note".*?</(?:div|section)>', main, re.DOTALL
    ):
        for href, said in re.findall(r'<a class="cell" href="([^"]+)">(.*?)</a>', note, re.DOTALL):
            if href.startswith(("/documents", "/incidents", "/call-report", "/delivery-report")):
                continue  # each is the thing itself
            if re.search(r"\d", re.sub(r"<[^>]+>", "", said)):
                yield Line(unescape(href), _first_number(said))
    for href, count in re.findall(
        r'<a class="cell" href="(/entitlements/[^"]+)">.*?<td class="n">([\d,]+)</td>',
        main,
        re.DOTALL,
    ):
        yield Line(href, int(count.replace(",", "")))
    for href, count in re.findall(
        r'<a class="cell" href="(/delivered/[^"]+)">.*?</th>.*?</td>\s*<td class="n">([\d,]+)</td>',
        main,
        re.DOTALL,
    ):
        yield Line(href, int(count.replace(",", "")))


def _first_number(said: str) -> int:
    found = re.search(r"\d[\d,]*", re.sub(r"<[^>]+>", " ", said))
    assert found is not None, said
    return int(found[0].replace(",", ""))


def rows_behind(visitor: Visitor, href: str) -> int:
    path = href.partition("?")[0]
    key = "/entitlements" if path.startswith(("/entitlements/", "/delivered/")) else path
    return ROWS[key](main_of(visitor.open(href).text))


class World:
    """One of everything that a start page counts, and something beside it that it does not."""

    def __init__(self, staff: StaffSite) -> None:
        self.staff, self.now, self.today = staff, staff.now, jst_date(staff.now)
        self.people = families(staff, 4)
        self.signed_in = staff.add_household(active=True).household_id
        self.officer = Actor(Role.OFFICER, staff.hire(Role.OFFICER).id, Organization.CONTRACTOR)
        self.ward = Actor(Role.WARD_OFFICER, staff.hire(Role.WARD_OFFICER).id, Organization.WARD)
        self.agent = staff.hire(Role.AGENT)
        box = inbox(staff)
        self.requests = [
            box.decline(self.people[0], at=self.now - timedelta(days=20)),
            box.decline(self.people[1]),
            box.alternative(self.people[2]),
        ]
        with staff.database.write() as session:
            self.add = Filling(session).add
            self.office = work_in(session, self.officer, self.now, program=staff.site.program)
            for part in (
                self.approvals,
                self.at_the_desk,
                self.at_the_call_center,
                self.in_the_mailroom,
                self.watched_over,
            ):
                part(session)

    def home(self, place: int) -> int:
        return self.people[place].household_id

    def propose(self, kind: str, subject: str, key: int) -> int:
        return propose(self.office, kind, subject, key).id

    def approvals(self, _session: Session) -> None:
        self.propose(ACCEPT, "request", self.requests[1].id)
        holds = [
            self.add("hold", household_id=self.home(place), state="open", detail={}, code=code)
            for place, code in ((0, "W06_INSTITUTION"), (1, "W02_GAIJI"), (1, "W06_INSTITUTION"))
        ]
        self.add("hold", household_id=self.home(2), state="released", detail={}, code="W02_GAIJI")
        self.propose(RELEASE_HOLD, "hold", holds[0])
        self.propose(PRINT_TEXT, "household", self.home(1))
        count = self.add(
            "stock_count",
            product=self.staff.site.program.alternatives[0].id,
            settled_at=None,
            counted_by=self.officer.id,
        )
        self.propose(COUNT_STOCK, "stock_count", count)
        propose_none(self.office, self.today)
        detail = {"ground": Ground.WARD_ORDER.value}
        propose(self.office, HOUSEHOLD_DISPOSAL, "household", self.home(3), detail=detail)
        wish = counter_channel.Wish("danger", "sms", "09012345678", "passport")
        counter_channel.propose(self.office.acting_as(self.ward), self.signed_in, wish)
        self.channel_change()

    def channel_change(self) -> None:
        key = self.propose(CHANNEL_CHANGE, "credential", self.people[0].credential_id)
        call = self.add("call_record", agent_id=self.agent.id, state="closed", ended_at=self.now)
        self.add(
            "desk_act",
            call_id=call,
            household_id=self.home(0),
            subject="approval",
            subject_id=key,
        )

    def at_the_desk(self, session: Session) -> None:
        for place in (0, 1):
            open_task(self.office, TaskKind.NEW_LETTER, self.home(place), {})
        for state, due in (("waiting", -1), ("waiting", 1), ("handed_on", 0), ("waiting", 1)):
            task = open_task(self.office, TaskKind.CALL_BACK, None, {})
            task.due_at = self.now + timedelta(days=due)
            self.add("call_back", task_id=task.id, state=state)
        mine = Entitlement.household_id == self.home(0)
        coupons = session.scalars(
            select(Coupon).join(Entitlement, Entitlement.id == Coupon.entitlement_id).where(mine)
        ).all()
        faults = [
            self.add(
                "coupon_fault",
                household_id=self.home(0),
                coupon_id=coupon.id,
                entitlement_id=coupon.entitlement_id,
                state=state,
                said="unreadable",
                source="portal",
            )
            for state, coupon in zip(("looked_up", "reported"), coupons, strict=True)
        ]
        self.propose(REPLACE, "coupon_fault", faults[0])

    def at_the_call_center(self, _session: Session) -> None:
        questions = [
            self.add(
                "escalation",
                household_id=self.home(place),
                state=state,
                kind=kind,
                due_on=self.today + timedelta(days=due),
                raised_by=self.agent.id,
            )
            for place, state, kind, due in (
                (0, "open", "eligibility", -1),
                (1, "open", "eligibility", 3),
                (2, "answered", "protection", 3),
            )
        ]
        self.add("sending_pause", household_id=self.home(2), escalation_id=questions[2], state="on")
        for due in (0, 3):
            scan = self.add("scan", household_id=None)
            self.add(
                "fax_case",
                scan_id=scan,
                state="received",
                language="ja",
                household_id=None,
                due_on=self.today + timedelta(days=due),
            )
        for desk in ("office", "call_desk", "ward"):
            self.add(
                "household_note",
                household_id=self.home(1),
                desk=desk,
                topic="general",
                state="waiting",
            )

    def in_the_mailroom(self, _session: Session) -> None:
        built, proposed, _done = (
            self.add(
                "print_run",
                kind="credential",
                state=state,
                folder=f"f{place}",
                finished_at=self.now,
            )
            for place, state in enumerate(("built", "built", "handed_over"))
        )
        self.add("print_proof", print_run_id=built, state="made")
        self.propose(HAND_OVER, "print_run", proposed)
        transfers = [
            self.add(
                "file_transfer",
                kind="tracking",
                state=state,
                findings=[],
                differences=[],
                sheet_no="1",
            )
            for state in ("differing", "announced", "matched", "differing")
        ]
        self.propose(ACCEPT_TRANSFER, "file_transfer", transfers[0])
        for state in ("waiting", "published"):
            self.add(
                "site_notice",
                kind="fault",
                state=state,
                texts={"ja": "文"},
                written_by=self.officer.id,
                incident_id=None,
                starts_at=self.now,
                ends_at=self.now + timedelta(days=1),
            )
        for days in (-1, 20):
            self.add(
                "data_copy", kind="other", state="kept", until=self.today + timedelta(days=days)
            )

    def watched_over(self, _session: Session) -> None:
        team = Actor(Role.AGENT, self.agent.id, Organization.CONTRACTOR)
        for what in ("search", "open"):
            record(
                self.office.acting_as(team),
                "staff.unusual_browsing",
                "staff_user",
                self.agent.id,
                what=what,
            )
        self.add(
            "household_opening",
            household_id=self.home(0),
            staff_id=self.officer.id,
            state="waiting",
            reason="request",
            sealed=None,
            due_at=self.now + timedelta(hours=2),
        )
        for state, by in (
            ("requested", self.officer),
            ("requested", self.ward),
            ("refused", self.officer),
        ):
            self.add(
                "person_list",
                kind="undelivered",
                state=state,
                requested_by=by.id,
                until=self.today + timedelta(days=9),
                due_at=self.now + timedelta(days=2),
                sealed=None,
            )
        checklist = self.add("ward_checklist", columns=["番号", "質問"], taken_at=self.now)
        for number in (1, 2):
            self.add("ward_question", checklist_id=checklist, number=f"{number}", position=number)


@pytest.fixture
def world(sqlite_staff: StaffSite) -> World:
    return World(sqlite_staff)


@pytest.mark.parametrize("role", ROLES)
def test_each_line_leads_to_as_many_rows_as_it_counts(world: World, role: Role) -> None:
    visitor = world.staff.enter_as(role)
    found = list(lines(visitor.open("/").text))
    differing = {
        line.href: (line.count, behind)
        for line in found
        if (behind := rows_behind(visitor, line.href)) != line.count
    }
    assert differing == {}


def test_the_walk_meets_every_line_that_the_page_can_have(world: World) -> None:
    """A line that nobody seeded would be walked by no test."""
    met = {
        line.href
        for role in ROLES
        for line in lines(world.staff.enter_as(role).open("/").text)
        if line.count
    }
    assert written() - met == NOT_SEEDED


NOT_SEEDED = {"/settlement"}
"""The closing of the settlement: its page is the thing itself."""


def written() -> set[str]:
    """The addresses in the templates of the start page and in the table of what is approved."""
    folder = ROOT / "templates" / "admin" / "desk" / "dashboard"
    written = "".join(path.read_text("utf-8") for path in folder.glob("*.html"))
    found = {unescape(href) for href in re.findall(r'href="(/[a-z][^"]*)"', written)}
    lists = {href for href in found if href.partition("?")[0] in ROWS and "{{" not in href}
    return {one.path for one in PLACES} | lists


def test_of_a_protected_family_no_line_of_the_office_counts_or_lists_anything(
    world: World,
) -> None:
    with world.staff.database.write() as session:
        session.get_one(Household, world.home(0)).protected = True
    for role in (Role.OFFICER, Role.WARD_OFFICER, Role.SUPERVISOR):
        visitor = world.staff.enter_as(role)
        for line in lines(visitor.open("/").text):
            if line.href.startswith("/entitlements/") and role is Role.OFFICER:
                continue  # the sums are of all children; the list says how many it shows
            assert rows_behind(visitor, line.href) == line.count, (role, line)
