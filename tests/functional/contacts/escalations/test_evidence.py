"""What the ward answered stands where somebody proposes or approves by its instruction."""

from portal.domain.contacts.escalations import answering, services
from portal.domain.contacts.escalations.answering import WardAnswer
from portal.domain.contacts.escalations.services import Question, RaisedIn
from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.approvals.services import Instruction
from portal.domain.mailroom.roster.holds.services import put_hold
from portal.domain.people.households.models import Household
from tests.functional.contacts.escalations.support import ORDER
from tests.support.people import Person
from tests.support.staff import StaffSite
from tests.support.work import work_in


def hold_of(staff: StaffSite, person: Person) -> int:
    with staff.database.write() as session:
        household = session.get_one(Household, person.household_id)
        return put_hold(work_in(session, now=staff.now), household, "W10_MOVED_AFTER_BASE").id


def answered(staff: StaffSite, person: Person, instruction: Instruction = ORDER) -> int:
    officer = Actor(Role.OFFICER, staff.hire(Role.OFFICER).id, Organization.CONTRACTOR)
    ward = Actor(Role.WARD_OFFICER, staff.hire(Role.WARD_OFFICER).id, Organization.WARD)
    with staff.database.write() as session:
        row = services.raise_escalation(
            work_in(session, officer, staff.now, program=staff.site.program),
            Question("eligibility", "転出した。"),
            RaisedIn(household_id=person.household_id),
        )
        answering.answer(
            work_in(session, ward, staff.now), row.id, WardAnswer("対象です。", instruction)
        )
        return row.id


def test_who_proposes_sees_the_instructions_about_the_household(sqlite_staff: StaffSite) -> None:
    person, other = sqlite_staff.add_household(), sqlite_staff.add_household()
    hold, empty = hold_of(sqlite_staff, person), hold_of(sqlite_staff, other)
    number = answered(sqlite_staff, person)
    officer = sqlite_staff.enter_as(Role.OFFICER)
    shown = officer.open(f"/holds/{hold}").text
    assert f'href="/escalations/{number}"' in shown
    assert "区の指示書 児発第12号（2023-07-31）" in shown
    assert (
        'href="/escalations/'
        not in officer.open(f"/holds/{empty}").text.split("<main", maxsplit=1)[1]
    )


def test_who_approves_sees_the_answer_behind_the_number_or_that_there_is_none(
    sqlite_staff: StaffSite,
) -> None:
    person = sqlite_staff.add_household()
    hold = hold_of(sqlite_staff, person)
    number = answered(sqlite_staff, person)
    first, second = sqlite_staff.enter_as(Role.OFFICER), sqlite_staff.enter_as(Role.OFFICER)
    for no, seen in (("児発第１２号", True), ("児発第99号", False)):
        first.open(f"/holds/{hold}")
        typed = {"instruction_no": no, "instruction_date": "2023-07-31", "form_key": no}
        assert first.post(f"/holds/{hold}/propose", typed).status_code == 303
        shown = second.open(f"/holds/{hold}").text
        assert (f'href="/escalations/{number}"' in shown) is seen
        assert ("引き継ぎの記録にありません" in shown) is not seen
        first.post(f"/holds/{hold}/refuse", {"form_key": "r" + no})
