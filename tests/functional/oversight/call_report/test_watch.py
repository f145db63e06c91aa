"""Unusual browsing reaches supervisor and auditor by person and day, without household names."""

import re
from datetime import timedelta
from html import unescape

import pytest

from portal.domain.desk.casework.access import record_protected_request
from portal.domain.desk.casework.watch import incidents
from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.audit.services import record
from portal.domain.people.staff.queries import staff_user
from portal.domain.people.staff.services import Profile, add_staff
from tests.functional.desk.call_desk.support import SAID
from tests.functional.desk.call_desk.support import agent as agent_at_desk
from tests.support.staff import ROLES, Colleague, StaffSite
from tests.support.work import work_in


def browse(
    staff: StaffSite, who: Colleague, role: Role = Role.AGENT, what: str = "search", times: int = 1
) -> None:
    with staff.database.write() as session:
        for number in range(times):
            at = staff.now - timedelta(minutes=times - number)
            record(
                work_in(session, Actor(role, who.id, ROLES[role]), at),
                "staff.unusual_browsing",
                "staff_user",
                who.id,
                what=what,
            )


def text(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def seen_key(page: str) -> str:
    return str(re.findall(r'action="(/watch/\d+/seen)"', page)[0])


def test_an_agent_who_browses_stands_there_once_a_day_with_a_count(staff: StaffSite) -> None:
    agent, lead = staff.hire(Role.AGENT), staff.enter_as(Role.SUPERVISOR)
    assert "確認する記録はありません" in lead.open("/watch").text
    browse(staff, agent, times=30)
    browse(staff, agent, what="unmask")
    page = text(lead.open("/watch").text)
    assert page.count(f"職員 {agent.login}（オペレーター）") == 2
    assert "1時間に60回より多くさがした" in page
    for place in ("/", "/board"):
        assert "いつもと違う閲覧が2件あります" in text(lead.open(place).text)
    assert "いつもと違う閲覧" not in text(staff.enter_as(Role.AGENT).open("/").text)
    assert "30回" in page


def test_the_auditor_alone_is_told_that_a_protected_household_was_asked_for(
    staff: StaffSite,
) -> None:
    agent = staff.hire(Role.AGENT)
    person = staff.add_household(protected=True)
    with staff.database.write() as session:
        record_protected_request(
            work_in(session, Actor(Role.AGENT, agent.id), staff.now),
            person.household_id,
            call_id=12,
        )
    auditor, lead = (staff.enter_as(role) for role in (Role.AUDITOR, Role.SUPERVISOR))
    page = auditor.open("/watch").text
    assert "支援措置の世帯をさがした" in page
    assert "受付 12" in text(page)
    assert "鶉野" not in page
    assert f"/households/{person.household_id}" not in page
    assert 'href="/calls/12"' not in page
    assert "いつもと違う閲覧が1件あります" in text(auditor.open("/").text)
    for path in ("/watch", "/watch?view=all", "/", "/board"):
        page = lead.open(path).text
        assert "支援措置" not in page, "a supervisor searches too, and would read whom that hit"
        assert "いつもと違う閲覧が" not in page
    key = seen_key(auditor.open("/watch").text)
    refused = lead.post(key, {"form_key": "1"})
    unknown = lead.post("/watch/999999/seen", {"form_key": "2"})
    assert refused.status_code == unknown.status_code
    assert "確認ずみにしました" in auditor.send(key, {"form_key": "3"}).text


def test_after_failed_verifications_the_lead_asks_about_the_call(sqlite_staff: StaffSite) -> None:
    person = sqlite_staff.add_household()
    one = agent_at_desk(sqlite_staff).begin()
    for day in range(1, 6):
        one.verify(person.household_id, **(SAID | {"birth": f"1990-11-{day:02}"}))
    page = text(sqlite_staff.enter_as(Role.SUPERVISOR).open("/watch").text)
    assert "確認の失敗が5回続き" in page
    assert "その電話の相手と用件を、受けた人に確かめてください" in page


def test_what_was_seen_is_gone_until_it_goes_on(staff: StaffSite) -> None:
    agent = staff.hire(Role.AGENT)
    browse(staff, agent)
    lead = staff.enter_as(Role.SUPERVISOR)
    key = seen_key(lead.open("/watch").text)
    assert "確認ずみにしました" in lead.send(key, {"form_key": "1"}).text
    assert "確認する記録はありません" in lead.open("/watch").text
    assert "に確認しました" in lead.open("/watch?view=all").text
    (event,) = staff.events("watch.seen")
    assert (event.subject_id, event.detail["kind"], event.detail["count"]) == (
        agent.id,
        "search",
        1,
    )
    again = lead.post(key, {"form_key": "2"})
    assert again.status_code == 422
    assert "ほかの人が、もう確認しました" in again.text
    browse(staff, agent)
    assert "2回" in text(lead.open("/watch").text)
    assert lead.post(key, {"form_key": "3"}).status_code == 422, (
        "it went on: the old page no longer tells all"
    )


def test_a_second_click_marks_once(sqlite_staff: StaffSite) -> None:
    browse(sqlite_staff, sqlite_staff.hire(Role.AGENT))
    lead = sqlite_staff.enter_as(Role.SUPERVISOR)
    key = seen_key(lead.open("/watch").text)
    assert [lead.post(key, {"form_key": "x"}).status_code for _ in range(2)] == [303, 303]
    assert len(sqlite_staff.events("watch.seen")) == 1


def test_nobody_marks_what_is_about_oneself(sqlite_staff: StaffSite) -> None:
    me = sqlite_staff.hire(Role.SUPERVISOR)
    browse(sqlite_staff, me, Role.SUPERVISOR)
    lead = sqlite_staff.enter(me)
    page = lead.open("/watch").text
    assert "あなたの記録です" in page
    assert "/seen" not in page
    event = sqlite_staff.events("staff.unusual_browsing")[0].id
    answer = lead.post(f"/watch/{event}/seen", {"form_key": "1"})
    assert answer.status_code == 422
    assert "自分の記録は" in answer.text


def test_a_supervisor_watches_the_own_team_and_an_auditor_everybody(staff: StaffSite) -> None:
    officer, agent = staff.hire(Role.OFFICER), staff.hire(Role.AGENT)
    browse(staff, officer, Role.OFFICER)
    browse(staff, agent)
    with staff.database.write() as session:
        made = add_staff(
            work_in(session, Actor(Role.SYSTEM), staff.now),
            Profile("sub", "再委託の責任者", Organization.SUBCONTRACTOR, Role.SUPERVISOR),
            password="correct horse battery 58",
            enrolled=True,
        )
        sub = made.user.id
    other = staff.hire(Role.SUPERVISOR)
    browse(staff, other, Role.SUPERVISOR)
    auditor = staff.hire(Role.AUDITOR)
    with staff.database.read() as session:
        people = {key: staff_user(session, key) for key in (sub, other.id, auditor.id)}
        found = {
            key: {one.staff_id for one in incidents(session, person, staff.now)}
            for key, person in people.items()
            if person is not None
        }
    assert found == {
        sub: {agent.id},
        other.id: {agent.id, other.id},
        auditor.id: {officer.id, agent.id, other.id},
    }


def test_an_auditor_sees_that_the_ward_opened_a_protected_household(staff: StaffSite) -> None:
    person, plain = staff.add_household(protected=True), staff.add_household()
    ward = staff.hire(Role.WARD_OFFICER)
    with staff.database.write() as session:
        for household in (person.household_id, plain.household_id):
            record(
                work_in(session, Actor(Role.WARD_OFFICER, ward.id), staff.now),
                "household.opened",
                "household",
                household,
                household_id=household,
                reason="check",
            )
    page = text(staff.enter_as(Role.AUDITOR).open("/watch").text)
    assert "支援措置の世帯を見た" in page
    assert "1回" in page
    assert "確認する記録はありません" in staff.enter_as(Role.SUPERVISOR).open("/watch").text


def test_what_is_older_than_thirty_days_is_left_to_the_audit(sqlite_staff: StaffSite) -> None:
    agent = sqlite_staff.hire(Role.AGENT)
    browse(sqlite_staff, agent)
    sqlite_staff.clock.advance(days=30, minutes=-2)
    assert (
        "30日の間、記録はありません"
        not in sqlite_staff.enter_as(Role.AUDITOR).open("/watch?view=all").text
    )
    sqlite_staff.clock.advance(minutes=2)
    assert (
        "30日の間、記録はありません"
        in sqlite_staff.enter_as(Role.AUDITOR).open("/watch?view=all").text
    )


@pytest.mark.parametrize("role", [Role.AGENT, Role.OFFICER, Role.WARD_OFFICER, Role.ADMINISTRATOR])
def test_others_watch_nobody(sqlite_staff: StaffSite, role: Role) -> None:
    assert sqlite_staff.enter_as(role).get("/watch").status_code == 403
