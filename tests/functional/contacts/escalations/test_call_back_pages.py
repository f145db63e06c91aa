"""Calls back on the page: taken once, called from there, with a number that nobody else sees."""

import re

import pytest

from portal.domain.contacts.calls.forgotten import IDLE, close_forgotten, maybe_forgotten
from portal.domain.contacts.calls.models import Call
from portal.domain.contacts.escalations.call_backs import release_forgotten
from portal.domain.contacts.escalations.models import CallBack, CallBackTry
from portal.domain.foundation.actors import Role
from portal.domain.people.tasks.models import Task
from tests.functional.contacts.escalations.browsing import CALLED, agent, asked
from tests.support.staff import StaffSite
from tests.support.work import work_in


def test_a_call_back_is_taken_once_called_from_its_page_and_done(staff: StaffSite) -> None:
    visitor, place = asked(staff)
    assert staff.count(Task, kind="call_back") == 1
    listed = visitor.open("/call-backs").text
    assert place in listed
    assert "0312345678" not in visitor.open(place).text
    answers = [visitor.post(f"{place}/start") for _ in range(2)]
    assert {answer.headers["location"] for answer in answers} == {place}
    calling = visitor.open(place).text
    assert "0312345678" in calling
    assert "/scripts/greeting_call_back?speak=ko" in calling
    assert staff.count(Call, direction="outbound", language="ko") == 1
    assert visitor.post(f"{place}/settle", {"form_key": "0"}).status_code == 422
    sent = {"outcome": "reached", "form_key": "s"}
    assert [visitor.post(f"{place}/settle", sent).headers["location"] for _ in range(2)] == [
        "/calls/finish"
    ] * 2
    assert staff.count(CallBack, state="done") == 1
    assert "待っている折り返しはありません" in visitor.open("/call-backs").text


def test_the_number_is_on_nobody_elses_page(sqlite_staff: StaffSite) -> None:
    about = "再配達の日にちについて"
    first, place = asked(sqlite_staff, text=about)
    first.post(f"{place}/start")
    other = sqlite_staff.enter_as(Role.AGENT)
    assert "0312345678" not in other.open(place).text
    refused = other.post(f"{place}/start")
    assert refused.status_code == 409
    assert "ほかの人が" in refused.text
    assert other.post(f"{place}/settle", {"outcome": "reached"}).status_code == 422
    assert other.post(f"{place}/release").status_code == 409
    assert first.post(f"{place}/release").status_code == 303
    assert other.post(f"{place}/start", {"form_key": "next"}).status_code == 303
    taken = other.open(place).text
    assert "0312345678" in taken, "whoever takes it calls"
    assert about in taken, "and knows why"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"telephone": ""}, "telephone"),
        ({"at": "2023-08-05", "clock": "10:00"}, "at"),
        ({"clock": "99"}, "at"),
        ({"at": "いつか", "clock": "10:00"}, "at"),
        ({"clock": "9:00"}, "at"),
        ({"text": "4111 1111 1111 1111"}, "text"),
    ],
)
def test_a_call_back_with_faults_comes_back_as_it_was_typed(
    sqlite_staff: StaffSite, changed: dict[str, str], field: str
) -> None:
    visitor, call_id = agent(sqlite_staff)
    visitor.open("/call-backs/new")
    answer = visitor.post("/call-backs/new/submit", CALLED | {"call": str(call_id)} | changed)
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert sqlite_staff.count(Task) == 0


def test_a_time_alone_is_todays(sqlite_staff: StaffSite) -> None:
    visitor, place = asked(sqlite_staff, clock="午後2時30分")
    assert "2023-08-01 14:30" in visitor.open(place).text


def test_nobody_answered_and_no_second_call_back_is_asked_for(sqlite_staff: StaffSite) -> None:
    visitor, place = asked(sqlite_staff)
    visitor.post(f"{place}/start")
    visitor.open(place)
    visitor.post(f"{place}/settle", {"outcome": "no_answer", "form_key": "s"})
    page = visitor.open("/calls/finish").text
    assert 'name="result" value="call_back" checked' in page
    found = re.search(r'name="call_id" value="(\d+)"', page)
    assert found
    notes = {
        "call_id": found[1],
        "category": "delivery/absent",
        "result": "call_back",
        "form_key": "f",
    }
    answer = visitor.post("/calls/finish/submit", notes)
    assert answer.headers["location"] == "/calls?said=finished"
    assert sqlite_staff.count(Task, kind="call_back") == 1


def test_the_number_is_spelled_in_the_callers_language(sqlite_staff: StaffSite) -> None:
    visitor, place = asked(sqlite_staff, language="ko")
    page = visitor.open(f"{place}?said=asked").text
    assert '<p class="spelled" lang="ko">' in page
    assert "アメリカ" not in page


def test_the_hours_stand_beside_the_time_and_in_its_fault(sqlite_staff: StaffSite) -> None:
    visitor, call_id = agent(sqlite_staff)
    hours = "受付時間: 午前9時から午後5時まで"
    assert hours in visitor.open("/call-backs/new").text
    assert hours in visitor.open("/calls/finish").text
    saturday = {"call": str(call_id), "at": "2023-08-05", "clock": "10:00"}
    answer = visitor.post("/call-backs/new/submit", CALLED | saturday)
    assert f"受付時間の中の日時を入力してください。{hours}" in answer.text


@pytest.mark.parametrize(("outcome", "state"), [("reached", "done"), ("no_answer", "waiting")])
def test_a_call_that_is_ended_at_once_does_not_lose_what_became_of_its_call_back(
    staff: StaffSite, outcome: str, state: str
) -> None:
    visitor, place = asked(staff)
    visitor.post(f"{place}/start")
    page = visitor.open("/calls/finish").text
    assert "折り返しの電話が、どうなったか" in page
    found = re.search(r'name="call_id" value="(\d+)"', page)
    assert found
    ended = {"call_id": found[1], "category": "delivery/absent", "result": "done", "form_key": "f"}
    refused = visitor.post("/calls/finish/submit", ended)
    assert (refused.status_code, 'href="#outcome"' in refused.text) == (422, True)
    assert staff.count(Call, state="ended", task_id=1) == 0
    assert staff.count(CallBack, state="claimed") == 1
    sent = [visitor.post("/calls/finish/submit", ended | {"outcome": outcome}) for _ in range(2)]
    assert [answer.status_code for answer in sent] == [303, 303]
    assert staff.count(CallBack, state=state) == 1
    assert staff.count(CallBackTry, outcome=outcome) == 1


def test_the_call_back_of_a_forgotten_call_waits_again(staff: StaffSite) -> None:
    visitor, place = asked(staff)
    visitor.post(f"{place}/start")
    staff.clock.instant += IDLE * 3
    with staff.database.write() as session:
        work = work_in(session, now=staff.now)
        found = maybe_forgotten(work)
        assert close_forgotten(work, found) == len(found) > 0
        assert release_forgotten(work, found) == 1
    assert staff.count(CallBack, state="waiting", claimed_by=None) == 1
