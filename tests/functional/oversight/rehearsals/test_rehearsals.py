"""Invented callers on the real pages: a right and a wrong course of each, and who is trained."""

import re
from dataclasses import replace
from html import unescape

import pytest
from sqlalchemy import select

from portal.domain.foundation.actors import Actor, Role
from portal.domain.foundation.errors import ConflictError, NotAllowedError
from portal.domain.oversight.registers.models import RegisterEntry
from portal.domain.oversight.rehearsals import services
from portal.domain.oversight.rehearsals.models import Rehearsal
from portal.domain.oversight.rehearsals.scenarios import Point, ScenarioKey, scenarios
from tests.functional.desk.call_desk.support import SAID, Agent
from tests.support.people import Person
from tests.support.staff import ROLES, StaffSite, make_staff
from tests.support.work import work_in

WORDS = "家を出ている。手紙が届くと危ない。"


class Trainee(Agent):
    """An agent who rehearses; every press is on a real page."""

    def rehearse(self, key: ScenarioKey) -> "Trainee":
        """An invented caller calls, and the agent takes the call in the caller's language."""
        self.visitor.open("/rehearsals")
        begun = {"form_key": self.key(), "scenario": key.value}
        self.place = self.visitor.post("/rehearsals/begin", begun).headers["location"]
        self.said = unescape(self.visitor.open(self.place).text)
        self.begin(language=scenarios()[key].language.value)
        return self

    def tell_the_ward(self, kind: str, telephone: str = "") -> None:
        """Pass it to the ward, from the call."""
        page = self.visitor.open("/calls").text
        call = re.findall(r'name="call_id" value="(\d+)"', page)[0]
        self.visitor.open(f"/escalations/new?call={call}")
        sent = {"kind": kind, "text": WORDS, "telephone": telephone, "call": call}
        sent["form_key"] = self.key()
        assert self.visitor.post("/escalations/new/submit", sent).status_code == 303

    def score(self) -> str:
        """Write the call up, and have the rehearsal scored; returns its page."""
        self.end()
        scored = self.visitor.post(f"{self.place}/finish", {"form_key": self.key()})
        assert scored.status_code == 303
        return unescape(self.visitor.open(self.place).text)


@pytest.fixture
def town(sqlite_staff: StaffSite) -> tuple[StaffSite, Person]:
    """A training world: an invented ward with two families, one of them under protection."""
    made = make_staff(
        replace(sqlite_staff.site, filed=replace(sqlite_staff.site.program, is_demo=True)),
        sqlite_staff.database,
        sqlite_staff.loop,
        sqlite_staff.folder,
        sqlite_staff.now,
    )
    family = made.add_household(active=True)
    made.add_household(protected=True)
    return made, family


def trainee(staff: StaffSite) -> Trainee:
    return Trainee(staff, staff.enter(staff.hire(Role.AGENT, "trainee")))


def right(one: Trainee, key: ScenarioKey, family: Person) -> None:
    """What the guide wants."""
    match key:
        case ScenarioKey.PROTECTED:
            one.search(name=SAID["name"], birth=SAID["birth"])
            one.tell_the_ward("protection")
        case ScenarioKey.SILENT:
            one.tell_the_ward("protection")
        case ScenarioKey.IMPOSTOR:
            one.page(family.household_id)
            one.verify(family.household_id, **SAID | {"birth": "1980-01-01", "name": "別の人"})
        case ScenarioKey.FAX:
            one.tell_the_ward("accident")


def wrong(one: Trainee, key: ScenarioKey, family: Person) -> set[Point]:
    """What the trap tempts to; returns the points that it costs."""
    match key:
        case ScenarioKey.PROTECTED:
            one.page(family.household_id)
            one.tell_the_ward("eligibility", telephone="03-1234-5678")
            return {Point.NOT_OPENED, Point.PROTECTION, Point.NO_NUMBER}
        case ScenarioKey.SILENT:
            one.tell_the_ward("protection", telephone="03-1234-5678")
            return {Point.NO_NUMBER}
        case ScenarioKey.IMPOSTOR:
            one.page(family.household_id)
            for day in range(1, 4):
                birth = f"1980-01-0{day}"
                one.verify(family.household_id, **SAID | {"birth": birth, "name": "別の人"})
            return {Point.FEW_TRIES}
        case ScenarioKey.FAX:
            one.page(family.household_id)
            one.tell_the_ward("complaint")
            return {Point.NOT_OPENED, Point.ACCIDENT}


def results(staff: StaffSite) -> list[tuple[str, str, list[str]]]:
    with staff.database.read() as session:
        rows = session.scalars(select(Rehearsal).order_by(Rehearsal.id)).all()
        return [(row.scenario, row.state, row.met) for row in rows]


@pytest.mark.parametrize("key", list(ScenarioKey))
def test_the_guides_course_meets_every_point(
    town: tuple[StaffSite, Person], key: ScenarioKey
) -> None:
    staff, family = town
    one = trainee(staff).rehearse(key)
    right(one, key, family)
    page = one.score()
    points = [point.value for point in scenarios()[key].points]
    assert results(staff) == [(key.value, "passed", points)]
    assert scenarios()[key].trap in page
    assert scenarios()[key].trap not in one.said, "told only after the score"


@pytest.mark.parametrize("key", list(ScenarioKey))
def test_the_trap_costs_its_points(town: tuple[StaffSite, Person], key: ScenarioKey) -> None:
    staff, family = town
    one = trainee(staff).rehearse(key)
    lost = wrong(one, key, family)
    page = one.score()
    [(_key, state, met)] = results(staff)
    assert state == "failed"
    assert {point.value for point in scenarios()[key].points} - set(met) == {
        point.value for point in lost
    }
    assert "言わない、聞かない" in page


def test_another_language_costs_its_point(town: tuple[StaffSite, Person]) -> None:
    staff, family = town
    one = trainee(staff)
    one.visitor.open("/rehearsals")
    begun = {"form_key": "b", "scenario": "fax"}
    one.place = one.visitor.post("/rehearsals/begin", begun).headers["location"]
    one.begin(language="ja")
    right(one, ScenarioKey.FAX, family)
    one.score()
    assert Point.LANGUAGE.value not in results(staff)[0][2]


def test_who_passed_all_four_is_entered_as_trained_once(town: tuple[StaffSite, Person]) -> None:
    staff, family = town
    one = trainee(staff)
    page = ""
    for count, key in enumerate(ScenarioKey, 1):
        staff.clock.advance(minutes=5)
        one.rehearse(key)
        right(one, key, family)
        page = one.score()
        assert staff.count(RegisterEntry, kind="training") == int(count == len(ScenarioKey))
    assert "「教育・研修」に入れました" in page
    staff.clock.advance(minutes=5)
    one.rehearse(ScenarioKey.FAX)
    right(one, ScenarioKey.FAX, family)
    one.score()
    assert staff.count(RegisterEntry, kind="training") == 1
    lead = staff.enter_as(Role.SUPERVISOR).open("/rehearsals").text
    assert lead.count("（5／5）") == len(ScenarioKey) + 1


def test_without_a_call_nothing_is_met(town: tuple[StaffSite, Person]) -> None:
    staff, _family = town
    one = trainee(staff)
    one.visitor.open("/rehearsals")
    begun = {"form_key": "b", "scenario": "protected"}
    place = one.visitor.post("/rehearsals/begin", begun).headers["location"]
    one.visitor.post(f"{place}/finish", {"form_key": "f"})
    assert results(staff) == [("protected", "failed", [])]
    again = one.visitor.post(f"{place}/finish", {"form_key": "f2"})
    assert again.status_code == 409


def test_refusals(town: tuple[StaffSite, Person]) -> None:
    staff, _family = town
    one = staff.hire(Role.AGENT, "trainee-2")
    actor = Actor(Role.AGENT, one.id, ROLES[Role.AGENT])
    with staff.database.write() as session:
        work = work_in(session, actor, staff.now, program=staff.site.program)
        services.begin(work, "protected")
        with pytest.raises(ConflictError):
            services.begin(work, "silent")
    visitor = trainee(staff).visitor
    assert visitor.get("/rehearsals/1").status_code == 404, "not one's own"
    assert visitor.post("/rehearsals/1/finish", {"form_key": "x"}).status_code == 404
    answer = visitor.post("/rehearsals/begin", {"form_key": "y", "scenario": "nobody"})
    assert answer.status_code == 422


def test_where_families_are_real_nobody_rehearses(sqlite_staff: StaffSite) -> None:
    sqlite_staff.add_household(protected=True)
    visitor = sqlite_staff.enter(sqlite_staff.hire(Role.AGENT, "trainee"))
    assert "本当の世帯がいます" in visitor.open("/rehearsals").text
    begun = visitor.post("/rehearsals/begin", {"form_key": "b", "scenario": "protected"})
    assert begun.status_code == 422
    assert sqlite_staff.count(Rehearsal) == 0
    actor = Actor(Role.AGENT, 1, ROLES[Role.AGENT])
    row = Rehearsal(staff_id=1, scenario="protected", household_id=1, begun_at=sqlite_staff.now)
    with sqlite_staff.database.write() as session, pytest.raises(NotAllowedError):
        services.caller_facts(work_in(session, actor, sqlite_staff.now), row)
