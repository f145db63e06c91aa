"""Calling back to the enrolled number.

Asked for in one call, dialed in the next, and the person verified again.
"""

from datetime import timedelta

import pytest
from sqlalchemy import update

from portal.domain.contacts.calls.models import CallHousehold
from portal.domain.people.authn.models import OtpAuthenticator
from portal.domain.people.credentials.models import Credential
from portal.domain.people.households.models import Household
from tests.functional.desk.call_desk.support import Agent, agent, enroll_telephone, main_of
from tests.functional.desk.call_desk.test_verification import WRONG, place_of
from tests.support.people import Person
from tests.support.staff import StaffSite

NUMBER = "090-1234-5678"


def asked(staff: StaffSite, person: Person) -> Agent:
    """A caller without the letter was verified for the status, and is called back."""
    one = agent(staff).begin()
    one.verify(person.household_id)
    answer = one.visitor.post(f"/desk/{person.household_id}/call-back", {"form_key": one.key()})
    assert answer.status_code == 303
    assert "かけなおしを受け付けました" in one.visitor.follow(answer).text
    one.end()
    return one


def dial(one: Agent, person: Person) -> int:
    return one.visitor.post(
        f"/desk/{person.household_id}/dial", {"form_key": one.key()}
    ).status_code


def confirm(one: Agent, person: Person) -> int:
    return one.visitor.post(
        f"/desk/{person.household_id}/called-back", {"form_key": one.key()}
    ).status_code


def test_a_call_back_and_a_second_verification_reach_more_than_the_status(staff: StaffSite) -> None:
    person = staff.add_household()
    enroll_telephone(staff, person)
    one = asked(staff, person)
    one.begin(direction="outbound")
    page = one.visitor.open("/desk").text
    assert "かけなおしを待っている世帯" in page
    assert f'href="/desk/{person.household_id}"' in main_of(page)
    assert NUMBER not in one.page(person.household_id)
    assert dial(one, person) == 303
    page = one.page(person.household_id)
    assert NUMBER in page
    assert "世帯主" not in main_of(page).split("verify-title")[0]
    assert confirm(one, person) == 303
    assert place_of(staff, person.household_id).level == 0
    assert one.verify(person.household_id, **WRONG) == 422
    assert one.verify(person.household_id) == 303
    place = place_of(staff, person.household_id)
    assert (place.level, place.called_back) == (2, True)
    assert f'href="/desk/{person.household_id}"' not in main_of(one.visitor.open("/desk").text)
    (shown,) = staff.events("call.number_shown")
    assert shown.household_id == person.household_id
    assert "5678" not in str(shown.detail)


def test_verified_first_and_confirmed_then_is_the_same(staff: StaffSite) -> None:
    person = staff.add_household()
    enroll_telephone(staff, person)
    one = asked(staff, person).begin(direction="outbound")
    one.page(person.household_id)
    dial(one, person)
    assert one.verify(person.household_id) == 303
    assert place_of(staff, person.household_id).level == 1
    assert confirm(one, person) == 303
    assert place_of(staff, person.household_id).level == 2


def test_the_number_is_shown_for_five_minutes_and_every_look_counts(
    sqlite_staff: StaffSite,
) -> None:
    staff = sqlite_staff
    person = staff.add_household()
    enroll_telephone(staff, person)
    one = asked(staff, person).begin(direction="outbound")
    dial(one, person)
    staff.clock.advance(minutes=5)
    assert NUMBER not in one.page(person.household_id)
    for _ in range(60):
        with staff.database.write() as session:
            session.execute(update(CallHousehold).values(dialed_at=None))
        assert dial(one, person) == 303
    assert [event.detail["what"] for event in staff.events("staff.unusual_browsing")] == ["unmask"]


@pytest.mark.parametrize("direction", ["inbound", "outbound"])
def test_nobody_gets_a_number_for_which_no_call_back_was_asked(
    staff: StaffSite, direction: str
) -> None:
    person = staff.add_household()
    enroll_telephone(staff, person)
    one = agent(staff).begin(direction=direction)
    one.verify(person.household_id)
    assert dial(one, person) == 422
    assert confirm(one, person) == 422
    assert NUMBER not in one.page(person.household_id)
    assert staff.events("call.number_shown") == []


def test_a_call_back_is_not_made_in_the_call_that_asked_nor_in_one_that_came_in(
    staff: StaffSite,
) -> None:
    person = staff.add_household()
    enroll_telephone(staff, person)
    one = asked(staff, person).begin()
    one.page(person.household_id)
    assert dial(one, person) == 422
    assert confirm(one, person) == 422


def test_an_answer_before_any_number_was_shown_is_refused(staff: StaffSite) -> None:
    person = staff.add_household()
    enroll_telephone(staff, person)
    one = asked(staff, person).begin(direction="outbound")
    one.page(person.household_id)
    assert confirm(one, person) == 422
    assert not place_of(staff, person.household_id).called_back


def test_a_call_back_waits_three_days(staff: StaffSite) -> None:
    person = staff.add_household()
    enroll_telephone(staff, person)
    asked(staff, person)
    staff.clock.instant += timedelta(days=3)
    one = agent(staff).begin(direction="outbound")
    assert f'href="/desk/{person.household_id}"' not in main_of(one.visitor.open("/desk").text)
    assert dial(one, person) == 422


def test_who_is_not_verified_is_not_called_back(staff: StaffSite) -> None:
    person = staff.add_household()
    enroll_telephone(staff, person)
    one = agent(staff).begin()
    one.page(person.household_id)
    answer = one.visitor.post(f"/desk/{person.household_id}/call-back", {"form_key": one.key()})
    assert answer.status_code == 422
    assert staff.events("call.call_back_asked") == []


@pytest.mark.parametrize("why", ["none", "pending", "suspended"])
def test_without_a_proven_number_there_is_no_call_back_and_words_to_say(
    staff: StaffSite, why: str
) -> None:
    person = staff.add_household()
    if why != "none":
        enroll_telephone(staff, person)
    with staff.database.write() as session:
        if why == "pending":
            session.execute(update(OtpAuthenticator).values(state="pending", confirmed_at=None))
        if why == "suspended":
            session.execute(update(Credential).values(state="suspended"))
    one = agent(staff).begin()
    one.verify(person.household_id)
    assert "新しい手紙を登録の住所に送ると伝えてください" in one.page(person.household_id)
    answer = one.visitor.post(f"/desk/{person.household_id}/call-back", {"form_key": one.key()})
    assert answer.status_code == 422
    assert "登録の電話番号がないため" in answer.text


def test_a_household_that_became_protected_is_not_called_back(staff: StaffSite) -> None:
    person = staff.add_household()
    enroll_telephone(staff, person)
    one = asked(staff, person).begin(direction="outbound")
    with staff.database.write() as session:
        session.execute(update(Household).values(protected=True))
    assert f'href="/desk/{person.household_id}"' not in main_of(one.visitor.open("/desk").text)
    assert dial(one, person) == 404
    assert confirm(one, person) == 404


def test_a_double_click_asks_dials_and_confirms_once(staff: StaffSite) -> None:
    person = staff.add_household()
    enroll_telephone(staff, person)
    one = agent(staff).begin()
    one.verify(person.household_id)
    for _ in range(2):
        one.visitor.post(f"/desk/{person.household_id}/call-back", {"form_key": "a"})
    one.end()
    one.begin(direction="outbound")
    one.page(person.household_id)
    for place in ("dial", "called-back"):
        for _ in range(2):
            answer = one.visitor.post(f"/desk/{person.household_id}/{place}", {"form_key": "b"})
            assert answer.status_code == 303
    for action in ("call.call_back_asked", "call.number_shown", "call.called_back"):
        assert len(staff.events(action)) == 1
