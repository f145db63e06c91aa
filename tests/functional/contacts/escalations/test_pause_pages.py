"""A pause is the ward's to see and to decide; every other page is as if there were none."""

from portal.domain.foundation.actors import Role
from portal.domain.people.pauses.models import SendingPause
from tests.functional.contacts.escalations.browsing import QUESTION, agent
from tests.functional.desk.call_desk.support import letter_of
from tests.functional.letters.announcements.test_sending import queue
from tests.functional.people.admin.test_looks import opened
from tests.support.databases.twins import differing, steady, undone
from tests.support.people import Person
from tests.support.resident import Visitor
from tests.support.staff import StaffSite

SENT = {"form_key": "p"}


def told(staff: StaffSite) -> tuple[Visitor, Person]:
    """An agent passed on word of a danger to a family to whom a warning waits."""
    person = staff.add_household(active=True)
    queue(staff.database, person, "notice.new_device")
    visitor, call = agent(staff, person.household_id)
    visitor.open(f"/escalations/new?call={call}")
    sent = QUESTION | {
        "kind": "protection",
        "call": str(call),
        "household": str(person.household_id),
        "about": "1",
    }
    visitor.post("/escalations/new/submit", sent)
    assert staff.count(SendingPause, state="on") == 1
    return visitor, person


def test_the_ward_sees_what_waits_and_decides(staff: StaffSite) -> None:
    told(staff)
    ward = staff.enter_as(Role.WARD_OFFICER)
    assert "送るのを止めている世帯が1あります" in ward.open("/").text
    page = ward.open("/escalations/1").text
    assert "2023-08-02 17:00" in page
    assert "もう1日（窓口のあいている日）止める" in page
    ward.post("/escalations/1/pause/prolong", SENT)
    assert "2023-08-03 17:00" in ward.open("/escalations/1").text
    refused = ward.post("/escalations/1/pause/lift", SENT)
    assert refused.status_code == 422
    assert "印をつけてください" in refused.text
    assert staff.count(SendingPause, state="on") == 1
    ward.post("/escalations/1/pause/lift", SENT | {"safe": "1"})
    assert staff.count(SendingPause, state="lifted") == 1
    page = ward.open("/escalations/1").text
    assert "区が、送るのを再開しました" in page
    again = ward.post("/escalations/1/pause/lift", {"form_key": "p2", "safe": "1"})
    assert again.status_code == 409


def test_nobody_else_may_decide(staff: StaffSite) -> None:
    raiser, _person = told(staff)
    for visitor in (raiser, staff.enter_as(Role.SUPERVISOR), staff.enter_as(Role.OFFICER)):
        for act in ("prolong", "lift"):
            answer = visitor.post(f"/escalations/1/pause/{act}", SENT | {"safe": "1"})
            assert answer.status_code == 403
    assert staff.count(SendingPause, state="on") == 1


def test_a_question_without_a_pause_has_nothing_to_decide(staff: StaffSite) -> None:
    visitor, call = agent(staff)
    visitor.open(f"/escalations/new?call={call}")
    visitor.post("/escalations/new/submit", QUESTION | {"call": str(call)})
    ward = staff.enter_as(Role.WARD_OFFICER)
    assert "止める" not in ward.open("/escalations/1").text
    assert ward.post("/escalations/1/pause/prolong", SENT).status_code == 404


def test_two_worlds_with_and_without_a_pause_are_one(sqlite_staff: StaffSite) -> None:
    """To the agent who passed the word on, the supervisor and the office."""
    staff = sqlite_staff
    raiser, person = told(staff)
    letter_of(staff, person)
    home = person.household_id
    officer = staff.enter_as(Role.OFFICER)
    opened(officer, home)
    everywhere = (
        "/",
        "/escalations",
        "/escalations/1",
        f"/desk/{home}",
        f"/households/{home}",
        "/holds",
        "/letters",
        "/tasks",
        "/calls",
        "/watch",
        "/board",
        "/today",
    )
    visitors = {"agent": raiser, "lead": staff.enter_as(Role.SUPERVISOR), "office": officer}

    def seen() -> dict[str, tuple[int, str, str]]:
        return {
            f"{name} {path}": steady(visitor.get(path))
            for name, visitor in visitors.items()
            for path in everywhere
        }

    seen()
    with undone(staff.database):
        paused = seen()
    with staff.database.write() as session:
        session.query(SendingPause).delete()
    with undone(staff.database):
        free = seen()
    assert [paused[path][0] for path in paused].count(200) > 20
    assert differing(paused, free) == []


def test_the_office_reads_of_no_pause_in_the_timeline(staff: StaffSite) -> None:
    """Its events stay in the log, so that two worlds without its row would both show them."""
    _raiser, person = told(staff)
    ward, officer = staff.enter_as(Role.WARD_OFFICER), staff.enter_as(Role.OFFICER)
    for visitor, reads in ((ward, True), (officer, False)):
        opened(visitor, person.household_id)
        page = visitor.open(f"/households/{person.household_id}").text
        assert ("まだ送っていないものを止めた" in page) is reads
