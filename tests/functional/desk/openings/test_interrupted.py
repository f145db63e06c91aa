"""A form that is sent after the quarter of an hour of an opening comes back as it was typed."""

import pytest

from portal.domain.desk.openings.models import HouseholdOpening
from portal.domain.desk.openings.records import Record
from portal.domain.foundation.actors import Role
from tests.functional.desk.openings.support import ASKS, Records
from tests.functional.people.admin.lock_support import kept, shows
from tests.functional.requests.admin.entries import CARD, PAPER, enter, give_family, place, requests
from tests.support.people import Person
from tests.support.resident import Visitor
from tests.support.staff import StaffSite

PHONE = "03-9876-5432"
REASON = {"reason": "check", "words": "区からの照会", "form_key": "later"}
TYPED = PAPER | CARD | {"signed_by": "spouse", "telephone": PHONE}


@pytest.fixture
def family(staff: StaffSite) -> Person:
    return give_family(staff)


def wait(staff: StaffSite, visitor: Visitor) -> None:
    """Sixteen minutes in which the screen stays unlocked."""
    for minutes in (8, 8):
        staff.clock.advance(minutes=minutes)
        visitor.get("/account")


def test_a_form_sent_too_late_comes_back_typed_after_the_reason_and_is_sent_once(
    staff: StaffSite, family: Person
) -> None:
    officer = enter(staff, family)
    form = place(family, "alternative")
    officer.open(form)
    wait(staff, officer)
    answer = officer.post(form + "/submit", TYPED)
    assert answer.status_code == 403
    assert ASKS in answer.text
    assert PHONE not in answer.text
    assert requests(staff) == []
    refused = officer.post(f"/households/{family.household_id}/reason/submit", kept(officer))
    assert refused.status_code == 422, "no reason, no form"
    officer.send(f"/households/{family.household_id}/reason/submit", kept(officer) | REASON)
    assert f'value="{PHONE}"' in shows(officer)
    assert "まだ送られていません" in shows(officer)
    assert staff.count(HouseholdOpening) == 2
    assert requests(staff) == []
    assert officer.post(form + "/submit", TYPED).status_code == 303
    assert [row.kind for row in requests(staff)] == ["alternative"]


def test_a_form_of_another_household_comes_back_to_its_own_question(
    staff: StaffSite, family: Person
) -> None:
    """What one page carries opens nothing else: the form's own guard asks again."""
    other = staff.add_household(active=True)
    officer = enter(staff, family)
    wait(staff, officer)
    officer.post(place(family, "alternative") + "/submit", TYPED)
    carried = kept(officer)
    officer.send(f"/households/{other.household_id}/reason/submit", carried | REASON)
    assert ASKS in shows(officer)
    assert PHONE not in shows(officer)
    colleague = enter(staff, other)
    colleague.send(f"/households/{other.household_id}/reason/submit", carried | REASON)
    assert PHONE not in shows(colleague), "it is sealed for the session that sent it"


def test_a_button_on_a_record_that_ended_leads_back_to_the_record(staff: StaffSite) -> None:
    person = staff.add_household()
    officer = staff.hire(Role.OFFICER)
    visitor = staff.enter(officer)
    key = Records(staff, person.household_id, officer.id).add(Record.TASK, ended=True)
    answer = visitor.post(f"/tasks/{key}/lift", {"words": "本人と話した", "form_key": "x"})
    assert answer.status_code == 403
    assert "この記録を開く理由" in answer.text
    assert "本人と話した" not in answer.text
    visitor.send("/opening/submit", {"place": f"/tasks/{key}"} | kept(visitor) | REASON)
    assert ">終わり<" in shows(visitor)


def test_a_reason_for_one_record_shows_no_other_that_the_page_carried(staff: StaffSite) -> None:
    officer = staff.hire(Role.OFFICER)
    visitor = staff.enter(officer)
    mine, other = (
        Records(staff, staff.add_household().household_id, officer.id).add(Record.TASK, ended=True)
        for _ in range(2)
    )
    visitor.post(f"/tasks/{other}/lift", {"form_key": "x"})
    visitor.send("/opening/submit", {"place": f"/tasks/{mine}"} | kept(visitor) | REASON)
    assert ASKS in shows(visitor)
