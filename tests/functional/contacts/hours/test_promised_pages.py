"""Promised call-backs on the pages: seen before hours are proposed, left to move after that."""

import re

import pytest

from portal.domain.contacts.hours.models import OpeningHours
from portal.domain.foundation.actors import Role
from portal.domain.people.tasks.kinds import TaskKind
from portal.domain.people.tasks.models import Task
from portal.domain.people.tasks.services import open_task
from tests.functional.contacts.escalations.browsing import asked
from tests.functional.contacts.hours.support import Desk
from tests.functional.contacts.hours.test_pages import SPECIAL
from tests.functional.contacts.hours.test_promised import at
from tests.support.work import work_in

TOMORROW = {"at": "2023-08-02", "clock": "10:00"}
LEFT = "この時間に約束した折り返し: 1件"


def proposed(desk: Desk) -> tuple[str, str]:
    """A closure of tomorrow, over a call-back for ten: the pages of both."""
    _agent, call_back = asked(desk.staff, **TOMORROW)
    visitor = desk.staff.enter_as(Role.SUPERVISOR)
    visitor.open("/opening-hours/special")
    shown = visitor.post("/opening-hours/special/submit", SPECIAL)
    assert shown.status_code == 422
    assert desk.staff.count(OpeningHours) == 0
    assert LEFT in shown.text
    assert f'href="{call_back}"' in shown.text
    seen = re.search(r'name="seen" value="(\d+)"', shown.text)
    assert seen
    visitor.send("/opening-hours/special/submit", SPECIAL | {"seen": seen[1]})
    assert desk.staff.count(OpeningHours) == 1
    return visitor.place.partition("?")[0], call_back


def test_who_closes_a_day_sees_its_call_backs_first_and_they_stay_until_moved(desk: Desk) -> None:
    place, call_back = proposed(desk)
    ward = desk.staff.enter_as(Role.WARD_OFFICER)
    assert LEFT in ward.open(place).text
    assert 'href="/tasks/' in ward.open(place).text
    ward.send(place + "/approve", {"form_key": "a"})
    officer = desk.staff.enter_as(Role.SUPERVISOR)
    page = officer.open(place).text
    assert LEFT in page
    assert f'href="{call_back}"' in page
    queue = officer.open("/call-backs").text
    assert "約束した時刻が、受付時間の外になったもの: 1件" in queue
    assert call_back in officer.open("/call-backs?unkept=1").text
    one = officer.open(call_back).text
    assert "別の時刻を約束する" in one
    assert 'name="at" value="2023-08-03"' in one
    assert 'name="clock" value="09:00"' in one
    later = {"at": "2023-08-03", "clock": "9:00"}
    refused = officer.post(call_back + "/move", later | {"form_key": "m"})
    assert refused.status_code == 422
    assert 'href="#agreed"' in refused.text
    answer = officer.send(call_back + "/move", later | {"agreed": "1", "form_key": "m"})
    assert "2023-08-03 9:00" in answer.text or "2023-08-03 09:00" in answer.text
    assert "別の時刻を約束する" not in answer.text
    assert LEFT not in officer.open(place).text
    assert "受付時間の外になった約束はありません" in officer.open("/call-backs?unkept=1").text


def test_a_call_back_that_came_in_between_is_seen_first(quick_desk: Desk) -> None:
    asked(quick_desk.staff, **TOMORROW)
    visitor = quick_desk.staff.enter_as(Role.SUPERVISOR)
    visitor.open("/opening-hours/special")
    asked(quick_desk.staff, **TOMORROW)
    form = SPECIAL | {"seen": "1"}
    assert visitor.post("/opening-hours/special/submit", form).status_code == 422
    answer = visitor.post("/opening-hours/special/submit", form | {"seen": "2"})
    assert answer.status_code == 303


def test_shorter_weeks_ask_the_same(quick_desk: Desk) -> None:
    asked(quick_desk.staff, at="2023-08-07", clock="16:30")
    visitor = quick_desk.staff.enter_as(Role.SUPERVISOR)
    visitor.open("/opening-hours/week")
    week = {"first_day": "2023-08-07", "paid_by": "ward", "form_key": "w"} | {
        f"{day}_{end}": clock
        for day in ("mon", "tue", "wed", "thu", "fri")
        for end, clock in (("opens", "9:00"), ("closes", "15:00"))
    }
    shown = visitor.post("/opening-hours/week/submit", week)
    assert (shown.status_code, LEFT in shown.text) == (422, True)
    assert visitor.post("/opening-hours/week/submit", week | {"seen": "1"}).status_code == 303


@pytest.mark.parametrize("typed", [{"at": "いつか", "clock": "9:00"}, {}, {"at": "2023-08-02"}])
def test_a_move_without_a_time_is_told_beside_its_field(
    quick_desk: Desk, typed: dict[str, str]
) -> None:
    agent, call_back = asked(quick_desk.staff, **TOMORROW)
    quick_desk.approve(quick_desk.special())
    agent.open(call_back)
    answer = agent.post(call_back + "/move", typed | {"form_key": "m"})
    assert answer.status_code == 422
    assert 'href="#at"' in answer.text


def test_a_protected_family_is_no_call_back_of_the_desks_change(desk: Desk) -> None:
    """No count, no line, no step: for the desk it is as if nobody had been promised anything."""
    family = desk.staff.add_household(protected=True)
    with desk.staff.database.write() as session:
        work = work_in(session, desk.actor(Role.WARD_OFFICER), desk.staff.now)
        task = open_task(work, TaskKind.CALL_BACK, family.household_id, {}, due_at=at(desk, 1, 10))
        task_id, receipt = task.id, task.receipt_no
    visitor = desk.staff.enter_as(Role.SUPERVISOR)
    visitor.open("/opening-hours/special")
    answer = visitor.post("/opening-hours/special/submit", SPECIAL)
    assert answer.status_code == 303
    place = answer.headers["location"].partition("?")[0]
    ward = desk.staff.enter_as(Role.WARD_OFFICER)
    assert receipt in ward.open(place).text
    assert f'href="/tasks/{task_id}"' in ward.open(place).text
    ward.send(place + "/approve", {"form_key": "a"})
    page = ward.open(f"/tasks/{task_id}").text
    assert 'name="at" value="2023-08-03"' in page
    later = {"at": "2023-08-03", "clock": "9:00"}
    refused = ward.post(f"/tasks/{task_id}/move", later | {"form_key": "m"})
    assert (refused.status_code, 'href="#agreed"' in refused.text) == (422, True)
    assert visitor.post(f"/tasks/{task_id}/move", later | {"agreed": "1"}).status_code == 403
    ward.post(f"/tasks/{task_id}/move", {"at": "いつか", "clock": "9:00", "form_key": "n"})
    answer = ward.send(f"/tasks/{task_id}/move", later | {"agreed": "1", "form_key": "m2"})
    assert "にかけることにしました" in answer.text
    assert "別の時刻を約束する" not in answer.text
    assert receipt not in ward.open(place).text
    for path in (place, "/call-backs", "/call-backs?unkept=1"):
        page = visitor.open(path).text
        assert receipt not in page
        assert "約束した折り返し" not in page
        assert "外になったもの: " not in page
    assert visitor.get(f"/call-backs/{task_id}").status_code == 404
    assert visitor.post(f"/call-backs/{task_id}/move", TOMORROW).status_code == 404
    assert desk.staff.count(Task, id=task_id, state="open") == 1
