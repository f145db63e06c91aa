"""Another person reviews each opening within a day; what nothing explains becomes an incident."""

import pytest

from portal.domain.desk.openings.models import HouseholdOpening
from portal.domain.foundation.actors import Actor, Role
from portal.domain.foundation.audit.services import record
from portal.domain.mailroom.incidents.models import Incident
from portal.domain.people.households.models import Household
from portal.platform.selfcheck.openings import check_openings
from portal.platform.selfcheck.subject import Subject
from tests.functional.desk.call_desk.test_search import statements
from tests.functional.desk.openings.test_gate import enter, home
from tests.support.people import Person
from tests.support.resident import Visitor
from tests.support.staff import StaffSite
from tests.support.work import work_in

WORDS = "斑鳩さんからの照会"
REASON = {"reason": "check", "words": WORDS, "form_key": "r1"}


def opened(staff: StaffSite, person: Person, role: Role = Role.OFFICER) -> Visitor:
    """Somebody who opened a household with a reason."""
    _colleague, visitor = enter(staff, role)
    assert visitor.post(home(person) + "/reason/submit", REASON).status_code == 303
    return visitor


def reviewed(visitor: Visitor, action: str = "justify", key: str = "v") -> int:
    return visitor.post(f"/openings/1/{action}", {"form_key": key}).status_code


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.OFFICER, Role.WARD_OFFICER, Role.AUDITOR])
def test_the_lead_is_told_at_once_and_reviews_once(staff: StaffSite, role: Role) -> None:
    person = staff.add_household()
    opener = opened(staff, person)
    opener.post(home(person) + "/unmask", {"part": "name", "reason": "check", "form_key": "u"})
    _lead, lead = enter(staff, role)
    assert "審査を待つ世帯が1件" in lead.open("/").text
    page = lead.open("/openings").text
    assert (WORDS in page) is (role is not Role.AUDITOR)
    assert "データの確認" in page
    assert "伏せた項目を表示" in page
    assert reviewed(lead) == 303
    assert reviewed(lead) == 303, "the same form again"
    assert reviewed(lead, "question", "w") == 409
    assert "審査を待つ世帯" not in lead.open("/").text
    assert "審査を待つものはありません" in lead.open("/openings").text
    assert "に審査しました" in lead.open("/openings?view=all").text
    assert len(staff.events("opening.justify")) == 1
    assert staff.count(HouseholdOpening, state="justified", reviewed_by=_lead.id) == 1


def test_what_followed_is_the_persons_own_and_read_at_once(sqlite_staff: StaffSite) -> None:
    staff = sqlite_staff
    person = staff.add_household()
    opened(staff, person)
    _lead, lead = enter(staff, Role.SUPERVISOR)
    lead.open("/openings")
    with statements(staff) as few:
        lead.open("/openings")
    with staff.database.write() as session:
        officer = session.get_one(HouseholdOpening, 1).staff_id
        resident = work_in(session, Actor(Role.RESIDENT, officer), staff.now)
        home_id = person.household_id
        record(resident, "signin.complete", "credential", officer, household_id=home_id)
    for _ in range(3):
        other = staff.add_household()
        opener = opened(staff, other)
        opener.post(home(other) + "/unmask", {"part": "name", "reason": "check", "form_key": "u"})
    with statements(staff) as many:
        page = lead.open("/openings").text
    assert page.count("伏せた項目を表示") == 3
    assert page.count("ほかの記録はありません") == 1, "the resident has the key of the officer"
    assert len(many) == len(few)


def test_nobody_reviews_what_they_opened_themselves(staff: StaffSite) -> None:
    opener = opened(staff, staff.add_household())
    assert "審査を待つ世帯" not in opener.open("/").text
    assert "あなたが開いた記録です" in opener.open("/openings").text
    assert reviewed(opener) == 409
    assert reviewed(opener, "question", "w") == 409
    assert staff.count(HouseholdOpening, state="waiting") == 1


@pytest.mark.parametrize("role", [Role.AGENT, Role.ADMINISTRATOR])
def test_who_does_not_lead_reviews_nothing(staff: StaffSite, role: Role) -> None:
    opened(staff, staff.add_household())
    _colleague, visitor = enter(staff, role)
    assert visitor.get("/openings").status_code == 403
    assert reviewed(visitor) == 403
    assert "審査を待つ世帯" not in visitor.open("/").text


def test_what_was_not_needed_is_an_incident_at_once(staff: StaffSite) -> None:
    opened(staff, staff.add_household())
    _lead, lead = enter(staff, Role.SUPERVISOR)
    page = lead.send("/openings/1/question", {"form_key": "q"}).text
    assert "事故として記録しました" in page
    with staff.database.read() as session:
        (incident,) = session.query(Incident).all()
        assert (incident.kind, incident.known_at) == ("leak", staff.now)
        row = session.get_one(HouseholdOpening, 1)
        assert (row.state, row.incident_id) == ("unjustified", incident.id)
    assert len(staff.events("opening.question")) == len(staff.events("incident.opened")) == 1
    assert "事故の期限" in staff.enter_as(Role.OFFICER).open("/").text


def test_a_review_that_is_late_shows_red_and_is_found_by_the_self_check(
    staff: StaffSite,
) -> None:
    subject = Subject(staff.site.settings, database=staff.database, clock=staff.clock)
    opened(staff, staff.add_household())
    staff.clock.advance(hours=24)
    assert [found.level.value for found in check_openings(subject)] == ["ok"]
    staff.clock.advance(seconds=1)
    (found,) = check_openings(subject)
    assert found.level.value == "error"
    assert "1件" in found.sentence
    _lead, lead = enter(staff, Role.SUPERVISOR)
    assert "24時間を過ぎています" in lead.open("/").text
    assert "期限を過ぎています" in lead.open("/openings").text
    assert reviewed(lead) == 303
    assert staff.events("opening.justify")[0].detail["late"] is True


def test_the_self_check_counts_no_late_review_of_a_family_protected_since(
    staff: StaffSite,
) -> None:
    """Whoever opened it would know from the count which family no list has any more."""
    subject = Subject(staff.site.settings, database=staff.database, clock=staff.clock)
    person = staff.add_household()
    opened(staff, person)
    with staff.database.write() as session:
        session.get_one(Household, person.household_id).protected = True
    staff.clock.advance(hours=25)
    assert [found.level.value for found in check_openings(subject)] == ["ok"]
    assert "24時間を過ぎています" in staff.enter_as(Role.WARD_OFFICER).open("/").text


def test_what_the_ward_opened_the_ward_reviews(staff: StaffSite) -> None:
    person = staff.add_household()
    opened(staff, person, Role.WARD_OFFICER)
    for role in (Role.SUPERVISOR, Role.OFFICER):
        _lead, lead = enter(staff, role)
        assert "審査を待つものはありません" in lead.open("/openings").text
        assert reviewed(lead) == 404
    _auditor, auditor = enter(staff, Role.AUDITOR)
    assert reviewed(auditor) == 303


def test_a_protected_household_is_named_to_nobody_outside_the_ward(staff: StaffSite) -> None:
    """Also one that was opened before it was protected."""
    person = staff.add_household()
    opened(staff, person)
    with staff.database.write() as session:
        session.get_one(Household, person.household_id).protected = True
    for role in (Role.SUPERVISOR, Role.OFFICER):
        _lead, lead = enter(staff, role)
        assert "審査を待つ世帯" not in lead.open("/").text
        assert "審査を待つものはありません" in lead.open("/openings").text
        assert reviewed(lead) == 404
    _auditor, auditor = enter(staff, Role.AUDITOR)
    page = auditor.open("/openings").text
    assert "支援措置の世帯" in page
    assert f"世帯 {person.household_id}" not in page
    assert WORDS not in page
    _ward, ward = enter(staff, Role.WARD_OFFICER)
    assert WORDS in ward.open("/openings").text
    assert reviewed(ward) == 303
