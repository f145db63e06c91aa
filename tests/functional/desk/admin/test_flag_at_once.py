"""A family comes under protection: the next request is closed, and what waits stays where it is."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from portal.domain.foundation.actors import Role
from portal.domain.foundation.clock import FixedClock
from portal.domain.foundation.jobs.names import JobName
from portal.domain.letters.letters import orders
from portal.domain.letters.letters.models import Letter
from portal.domain.letters.letters.states import REDELIVERY
from portal.domain.mailroom.printing.runs.build import build_letters
from portal.domain.mailroom.roster.holds.protection_list import ListedNumbers, NumberKind, load_list
from portal.domain.people.households.protection import ProtectionSource, record_protection
from portal.domain.people.tasks.kinds import TaskKind
from portal.domain.people.tasks.services import open_task
from portal.platform.database import Database, make_engine
from portal.platform.senders.sending import SendFailedError
from portal.platform.senders.worker import OutboxWorker
from tests.functional.desk.call_desk.support import Agent, letter_of, words
from tests.functional.letters.announcements.support import Gateway, resident, rows, tell
from tests.functional.letters.announcements.test_reminders import at, remind
from tests.functional.letters.announcements.test_sending import queue
from tests.functional.people.admin.test_looks import opened
from tests.support.mailroom.letters import printer
from tests.support.people import CANARY_NAME, Person, give_coupons
from tests.support.resident import NOON, Visitor
from tests.support.staff import StaffSite, make_staff
from tests.support.work import source_of, work_in
from tests.support.worker import run_job

NOBODY = 999_999


def come_under_protection(database: Database, number: str) -> None:
    """The ward's list names the household."""
    with database.write() as session:
        listed = ListedNumbers(NumberKind.HOUSEHOLD, [number])
        assert load_list(work_in(session, now=NOON), listed).households == 1


@pytest.fixture
def other_node(staff: StaffSite, database_url: str) -> Iterator[StaffSite]:
    """Another process at the same database: connections, search index and caches of its own."""
    engine = make_engine(database_url)
    yield make_staff(staff.site, Database(engine), staff.loop, staff.folder, staff.now)
    engine.dispose()


def answers(visitor: Visitor, household_id: int, task: int) -> list[tuple[int, str, str]]:
    """What every address of a family and of its task answers."""
    found = []
    for path in (
        f"/households/{household_id}",
        f"/households/{household_id}/entry",
        f"/desk/{household_id}",
        f"/desk/{household_id}/coupon-fault",
        f"/desk/{household_id}/redelivery",
        f"/tasks/{task}",
    ):
        answer = visitor.get(path)
        page = words(answer.text) if "html" in answer.headers["content-type"] else answer.text
        place = answer.headers.get("location", "")
        where, plain = (re.sub(r"\d+", "#", one) for one in (place, page))
        found.append((answer.status_code, where, plain))
    return found


@pytest.mark.parametrize("role", [Role.OFFICER, Role.AGENT, Role.SUPERVISOR])
def test_the_next_request_on_another_node_is_closed(
    staff: StaffSite, other_node: StaffSite, role: Role
) -> None:
    person, number = staff.add_household(active=True), f"98{staff.people:08}"
    letter = letter_of(staff, person)
    with staff.database.write() as session:
        work = work_in(session, now=staff.now)
        task = open_task(work, TaskKind.NEW_LETTER, person.household_id, {}).id
    desk = Agent(other_node, other_node.enter(staff.hire(role))).begin()
    desk.search(number=letter)
    assert desk.visitor.place == f"/desk/{person.household_id}"
    assert desk.verify(person.household_id) == 303
    if role is Role.OFFICER:
        opened(desk.visitor, person.household_id)
        assert f"/tasks/{task}" in desk.visitor.open("/tasks").text
    before = [status for status, *_more in answers(desk.visitor, person.household_id, task)]
    assert before.count(200) >= 2, "the family was open at this node"

    come_under_protection(staff.database, number)

    closed = answers(desk.visitor, person.household_id, task)
    assert closed == answers(desk.visitor, NOBODY, NOBODY)
    assert all(status in {303, 403, 404} for status, *_more in closed)
    for typed in ({"number": letter}, {"name": CANARY_NAME}, {"number": person.login_id}):
        found = desk.search(**typed)
        assert desk.visitor.place == "/desk"
        assert f"/desk/{person.household_id}" not in found
    for path in ("/", "/tasks", "/desk", "/households"):
        page = desk.visitor.open(path).text
        assert f'/{person.household_id}"' not in page
        assert f"/tasks/{task}" not in page
    faulty = {"child": "1", "form_key": "fault", "shop": "x", "words": "x"}
    there, nowhere = (
        desk.visitor.post(f"/desk/{key}/coupon-fault/submit", faulty)
        for key in (person.household_id, NOBODY)
    )
    assert there.status_code == nowhere.status_code == 404


def waiting_for(database: Database, person: Person) -> None:
    """A notice, a code, a warning and a letter of redelivery wait for a family."""
    tell(database, person, key=f"decline:{person.household_id}")
    for purpose in ("code.sign_in", "notice.new_device"):
        queue(database, person, purpose)
    with database.write() as session:
        orders.order(work_in(session, now=NOON), person.household_id, REDELIVERY)


def test_what_waits_for_a_family_stays_while_the_worker_runs(
    database: Database, tmp_path: Path
) -> None:
    """Messages between two tries, reminders, cards, and the letter of a redelivery."""
    hidden, other = resident(database), resident(database, number="9900000002")
    give_coupons(database, tmp_path, NOON)
    with database.write() as session:
        record_protection(work_in(session, now=NOON), ProtectionSource.EXTRACT)
    clock, gateway = FixedClock(NOON), Gateway(SendFailedError("timeout"))
    worker = OutboxWorker(source_of(database, clock), {"sms": gateway})
    for person in (hidden, other):
        waiting_for(database, person)
    assert worker.send_due("sms") == 6, "tried once, and refused"
    come_under_protection(database, "9900000001")
    gateway.failure = None
    clock.advance(minutes=2)
    worker.send_due("sms")
    assert len(gateway.got) == 3, "a notice, a code, a warning: all of the other family"
    clock.instant = at(30)
    assert remind(database, clock.instant) == 1
    for job in (JobName.CARDS, JobName.SETTLE, JobName.CHANGES):
        run_job(source_of(database, clock), job)
    worker.send_due("sms")
    assert len(gateway.got) == 4, "and its reminder"
    build_letters(printer(database, tmp_path / "letters", FixedClock(NOON)), workers=0)
    with database.read() as session:
        printed = list(session.scalars(select(Letter.household_id)))
    assert printed == [other.household_id]
    kept = rows(database, household_id=hidden.household_id)
    assert [row.state for row in kept] == ["stopped"]
