"""Who is affected, out of the audit log: to the instant, by person, by print run, by session.

Never by name.
"""

import time
from datetime import timedelta

import pytest
from sqlalchemy import insert

from portal.domain.foundation.actors import Actor, Role
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import InputError
from portal.domain.letters.letters.models import LetterWithoutId
from portal.domain.mailroom.incidents import affected
from portal.domain.mailroom.incidents.affected import Affected, Search, What
from portal.domain.mailroom.listing import ListPage
from portal.domain.people.authn import sessions
from portal.domain.people.households.models import Household
from tests.functional.mailroom.incidents.support import Office
from tests.functional.requests.redeliveries.support import handed_over
from tests.support.people import CANARY_NAME
from tests.support.staff import Colleague
from tests.support.work import work_in

HOUR = timedelta(hours=1)
TICK = timedelta(microseconds=1)


def saw(
    office: Office,
    household: int,
    who: Colleague,
    minutes: int = 0,
    action: str = "household.opened",
) -> None:
    with office.staff.database.write() as session:
        actor = Actor(Role.OFFICER, who.id)
        at = office.now + timedelta(minutes=minutes)
        record(work_in(session, actor, at), action, "household", household, household_id=household)


def find(office: Office, search: Search, *, ward: bool = False, page: int = 1) -> Affected:
    with office.staff.database.read() as session:
        return affected.find(session, search, ListPage(page, include_protected=ward))


def test_counts_between_two_instants_the_second_one_outside(office: Office) -> None:
    households = [office.staff.add_household().household_id for _ in range(3)]
    curious = office.staff.hire()
    for minutes, household in (
        (0, households[0]),
        (5, households[0]),
        (30, households[1]),
        (60, households[2]),
    ):
        saw(office, household, curious, minutes)
    found = find(office, Search(office.now, office.now + HOUR))
    assert [(row.household_id, row.events) for row in found.rows] == [
        (households[0], 2),
        (households[1], 1),
    ]
    assert (found.households, found.children, found.events) == (2, 4, 3)
    assert find(office, Search(office.now, office.now + HOUR + TICK)).households == 3
    assert find(office, Search(office.now + TICK, office.now + HOUR)).events == 2


def test_by_person_and_by_what_was_done(office: Office) -> None:
    first, second = (office.staff.add_household().household_id for _ in range(2))
    curious, careful = office.staff.hire(login="curious"), office.staff.hire(login="careful")
    saw(office, first, curious)
    saw(office, second, careful)
    saw(office, second, curious, action="coupon.suspend")
    with office.staff.database.write() as session:
        resident = Actor(Role.RESIDENT, curious.id)
        record(
            work_in(session, resident, office.now),
            "coupon.viewed",
            "coupon",
            1,
            household_id=second,
        )
    span = (office.now, office.now + HOUR)
    assert [
        row.household_id for row in find(office, Search(*span, login="ＣＵＲＩＯＵＳ")).rows
    ] == [first]
    assert find(office, Search(*span)).households == 2
    assert find(office, Search(*span, What.ANY, login="curious")).households == 2
    assert find(office, Search(*span, What.PRINTED)).households == 0


def test_by_print_run_and_by_what_was_done_with_the_whole_run(office: Office) -> None:
    people = [office.staff.add_household() for _ in range(2)]
    runs = []
    with office.staff.database.write() as session:
        for person in people:
            row = handed_over(session, person)
            runs.append(row.print_run_id)
            record(
                work_in(session, now=office.now),
                "letter.printed",
                "letter",
                row.id,
                household_id=person.household_id,
            )
        record(
            work_in(session, now=office.now + HOUR), "print_run.handed_over", "print_run", runs[1]
        )
    found = find(office, Search(office.now, office.now + HOUR, What.PRINTED, print_run_id=runs[0]))
    assert people[0].household_id in [row.household_id for row in found.rows]
    later = find(office, Search(office.now + TICK, office.now + 2 * HOUR, What.TAKEN))
    assert people[1].household_id in [row.household_id for row in later.rows], (
        "a run that was handed over is its letters"
    )
    taken_at = office.now + 5 * HOUR
    with office.staff.database.write() as session:
        session.add(
            LetterWithoutId(
                number="B1",
                household_id=people[1].household_id,
                kind="advance",
                state="printed",
                print_run_id=runs[0],
                chunk_number=1,
                children=1,
                amount_yen=0,
                created_at=office.now,
            )
        )
        record(
            work_in(session, now=taken_at), "print_archive.taken", "print_archive", 1, run=runs[0]
        )
    took = find(office, Search(taken_at, taken_at + HOUR, What.TAKEN))
    assert {row.household_id for row in took.rows} == {person.household_id for person in people}
    assert took.elsewhere == ()


def test_by_session(office: Office) -> None:
    household = office.staff.add_household().household_id
    curious = office.staff.hire()
    with office.staff.database.write() as session:
        owner = sessions.Owner(sessions.STAFF, curious.id)
        new = sessions.NewSession(owner, sessions.Stage.FULL)
        token = sessions.start(session, new, office.now)
        found = sessions.load(session, sessions.STAFF, token, office.now)
        assert found is not None
        key = found.id
    saw(office, household, curious, -1)
    saw(office, household, curious, 1)
    wide = (office.now - HOUR, office.now + HOUR)
    assert find(office, Search(*wide, session_id=key)).events == 1, (
        "what was done before the session is not of it"
    )
    assert find(office, Search(*wide)).events == 2


@pytest.mark.parametrize(
    ("search", "field"),
    [({"login": "nobody"}, "login"), ({"session_id": 99}, "session"), ({"hours": 0}, "to_on")],
)
def test_what_cannot_be_looked_for_is_said(
    quick_office: Office, search: dict[str, object], field: str
) -> None:
    hours = 0 if "hours" in search else 1
    login, session_id = str(search.get("login", "")), search.get("session_id")
    asked = Search(
        quick_office.now,
        quick_office.now + hours * HOUR,
        login=login,
        session_id=session_id if isinstance(session_id, int) else None,
    )
    with pytest.raises(InputError) as refused:
        find(quick_office, asked)
    assert refused.value.code == field


def test_protected_households_are_counted_and_listed_for_the_ward_alone(office: Office) -> None:
    hidden, open_ = (office.staff.add_household().household_id for _ in range(2))
    curious = office.staff.hire()
    for household in (hidden, open_):
        saw(office, household, curious)
    with office.staff.database.write() as session:
        session.get_one(Household, hidden).protected = True
    search = Search(office.now, office.now + HOUR)
    officer, ward = find(office, search), find(office, search, ward=True)
    assert (
        (officer.households, officer.of_ward_alone)
        == (ward.households, ward.of_ward_alone)
        == (2, 1)
    )
    assert [row.household_id for row in officer.rows] == [open_]
    assert [row.household_id for row in ward.rows] == [hidden, open_]


def test_lists_that_name_no_household_are_told_apart(quick_office: Office) -> None:
    with quick_office.staff.database.write() as session:
        record(
            work_in(session, now=quick_office.now), "report.taken", "report", name="declines.pdf"
        )
    found = find(quick_office, Search(quick_office.now, quick_office.now + HOUR, What.TAKEN))
    assert found.elsewhere == (("report.taken", 1),)


def opened(office: Office, curious: Colleague, events: range) -> None:
    """Records that somebody opened a household, once for each number, in the hour that counts."""
    base = {
        "actor_role": "officer",
        "actor_id": curious.id,
        "channel": "portal",
        "action": "household.opened",
        "subject": "household",
        "detail": {},
    }
    rows = [
        base
        | {
            "at": office.now + timedelta(seconds=number % 3600),
            "subject_id": number % 20_000 + 1,
            "household_id": number % 20_000 + 1,
        }
        for number in events
    ]
    with office.staff.database.write() as session:
        session.execute(insert(AuditEvent), rows)


def searched(office: Office) -> tuple[Affected, float]:
    """What a search finds, and the seconds that it took at best."""
    search, took = Search(office.now, office.now + HOUR), []
    found = find(office, search)
    for _try in range(3):
        started = time.process_time()
        assert find(office, search) == found
        took.append(time.process_time() - started)
    return found, min(took)


def test_ten_times_as_many_events_take_about_ten_times_as_long(quick_office: Office) -> None:
    """A million events may take a minute (security.md SEC-D2): it must not grow faster."""
    curious = quick_office.staff.hire()
    opened(quick_office, curious, range(5_000))
    _few, before = searched(quick_office)
    opened(quick_office, curious, range(5_000, 50_000))
    found, after = searched(quick_office)
    assert after < 40 * before
    assert (found.households, found.events, len(found.rows)) == (20_000, 50_000, 20)


def test_the_page_finds_keeps_and_names_nobody(office: Office) -> None:
    incident = office.incident(occurred_at=office.now - HOUR)
    households = [office.staff.add_household().household_id for _ in range(21)]
    curious = office.staff.hire(login="curious")
    for household in households:
        saw(office, household, curious)
    office.staff.clock.advance(minutes=30)
    desk = office.staff.enter_as(Role.OFFICER)
    desk.open(f"/incidents/{incident}/affected")
    asked = {
        "looked": "looked",
        "from_on": "2023-08-01",
        "from_time": "12:00",
        "to_on": "2023-08-01",
        "to_time": "12:30",
        "login": "curious",
        "form_key": "s",
    }
    page = desk.send(f"/incidents/{incident}/affected/search", asked).text
    assert "世帯 21、こども 42人" in page
    assert page.count('<th scope="row"><a class="cell" href="/households/') == 20
    assert CANARY_NAME not in page
    more = desk.send(f"/incidents/{incident}/affected/search", asked | {"page": "2"}).text
    assert more.count('<th scope="row"><a class="cell" href="/households/') == 1
    other = office.incident()
    assert "世帯 21" not in desk.open(f"/incidents/{other}/affected").text
    desk.send(f"/incidents/{incident}/affected/keep", asked)
    assert "世帯 21" in desk.open(f"/incidents/{incident}").text
    (searched,) = [
        one for one in office.staff.events("incident.searched") if one.detail["households"] == 21
    ][:1]
    assert "curious" not in str(searched.detail)


@pytest.mark.parametrize(
    ("changed", "spot"),
    [
        ({"looked": "x"}, "looked"),
        ({"from_on": "x"}, "from_on"),
        ({"to_time": ""}, "to_time"),
        ({"login": "nobody"}, "login"),
        ({"session": "x"}, "session"),
        ({"to_on": "2023-07-01"}, "to_on"),
    ],
)
def test_a_fault_in_the_search_stands_beside_its_field(
    quick_office: Office, changed: dict[str, str], spot: str
) -> None:
    incident = quick_office.incident()
    desk = quick_office.staff.enter_as(Role.OFFICER)
    desk.open(f"/incidents/{incident}/affected")
    asked = {
        "looked": "looked",
        "from_on": "2023-08-01",
        "from_time": "9:00",
        "to_on": "2023-08-01",
        "to_time": "12:30",
        "form_key": "s",
    }
    answer = desk.post(f"/incidents/{incident}/affected/search", asked | changed)
    assert answer.status_code == 422
    assert f'href="#{spot}"' in answer.text
