"""The supervisor's board.

Calls now, calls back that wait, answer rates with their alarm, letters that went out.
"""

import re
from datetime import date, datetime, timedelta
from html import unescape

import pytest

from portal.domain.contacts.calls.models import Call
from portal.domain.contacts.telephony.importer import import_file
from portal.domain.contacts.telephony.reading import CountsFile
from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.letters.letters.models import PrintRun
from portal.domain.mailroom.printing.dispatch import calendar
from portal.domain.mailroom.printing.dispatch.calendar import Plan
from portal.domain.people.tasks.kinds import TaskKind
from portal.domain.people.tasks.services import new_receipt_no, open_task
from tests.support.contacts.call_month import at
from tests.support.contacts.telephony import BY_LINE, line_file
from tests.support.staff import StaffSite
from tests.support.work import work_in

TODAY = date(2023, 8, 1)
"""A Tuesday; it is noon."""


def counts(staff: StaffSite, *rows: tuple[object, ...]) -> None:
    lead = Actor(Role.SUPERVISOR, staff.hire(Role.SUPERVISOR).id, Organization.CONTRACTOR)
    with staff.database.write() as session:
        import_file(
            work_in(session, lead, staff.now, program=staff.site.program),
            CountsFile(line_file(rows), BY_LINE),
        )


def call(staff: StaffSite, agent: int, started: datetime, **values: object) -> None:
    fields = {
        "state": "talking",
        "channel": "phone",
        "direction": "inbound",
        "language": "ko",
    } | values
    with staff.database.write() as session:
        session.add(
            Call(
                receipt_no=new_receipt_no(), agent_id=agent, day=TODAY, started_at=started, **fields
            )
        )


def words(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_calls_now_and_calls_back_that_wait(staff: StaffSite) -> None:
    lead = staff.enter_as(Role.SUPERVISOR)
    assert "いま、受付中の電話はありません。" in lead.open("/board").text
    agents = [staff.hire(Role.AGENT) for _ in range(3)]
    call(staff, agents[0].id, staff.now - timedelta(minutes=5, seconds=7))
    call(staff, agents[1].id, staff.now - timedelta(minutes=2), state="after_call", channel="fax")
    call(staff, agents[2].id, staff.now - timedelta(minutes=9), state="ended", ended_at=staff.now)
    with staff.database.write() as session:
        for hours in (-1, 2):
            due = staff.now + timedelta(hours=hours)
            open_task(work_in(session, now=staff.now), TaskKind.CALL_BACK, None, {}, due_at=due)
    page = words(lead.open("/board").text)
    assert "いま受付中 2 " in page
    assert "折り返し待ち 2 1件は時間を過ぎた" in page
    assert "きょうの受付の記録 3 " in page
    assert f"職員 {agents[0].login} 受付中 電話 韓国語 11:54 5:07" in page
    assert f"職員 {agents[2].login}" not in page


def test_at_most_twenty_calls_are_listed_and_all_counted(sqlite_staff: StaffSite) -> None:
    for number in range(23):
        call(
            sqlite_staff,
            sqlite_staff.hire(Role.AGENT).id,
            sqlite_staff.now - timedelta(minutes=number),
        )
    page = words(sqlite_staff.enter_as(Role.OFFICER).open("/board").text)
    assert "いま受付中 23 " in page
    assert "長いものから20件を出しています。" in page
    assert page.count("韓国語") == 20


def test_rates_by_day_and_half_hour_stand_beside_the_letters(staff: StaffSite) -> None:
    counts(
        staff,
        ("2023-07-31", "9:00", "1番", 100, 95, 3, 90, 0, 0),
        ("2023-07-31", "18:00", "1番", 50, 0, 50, 0, 0, 0),
        ("2023-07-30", "9:00", "1番", 7, 0, 7, 0, 0, 0),
        ("2023-08-01", "9:00", "1番", 10, 9, 1, 9, 0, 0),
        ("2023-08-01", "9:30", "外国語（中）", 1, 1, 0, 1, 0, 0),
    )
    with staff.database.write() as session:
        for state, day, planned in (("handed_over", date(2023, 7, 28), 1200), ("built", None, 800)):
            session.add(
                PrintRun(
                    kind="credential",
                    state=state,
                    planned=planned,
                    children=1,
                    total_yen=1,
                    folder="f",
                    notice_date=TODAY,
                    created_at=staff.now,
                    finished_at=staff.now,
                    handed_over_at=at(day, 15) if day else None,
                )
            )
    page = words(staff.enter_as(Role.SUPERVISOR).open("/board").text)
    assert "8/1（火） – 11 10 90.9%" in page
    assert "7/31（月） – 100 95 95.0%" in page, "calls after closing time do not count"
    assert "7/30（日） 休 – – – –" in page
    assert "7/28（金） 1,200 – – –" in page
    assert "引き渡しを待つ手紙 800" in page
    assert "引き渡した手紙" in page, "not the day of posting, by which other pages count"
    assert "9:00–9:30 10 9 90.0% 9:30–10:00 1 1 100.0%" in page
    assert "基準の80%より低く" not in page


def test_planned_postings_stand_there_with_their_towns_until_they_are_gone(
    staff: StaffSite,
) -> None:
    lead = Actor(Role.OFFICER, staff.hire().id, Organization.CONTRACTOR)
    towns = ("潮見坂一丁目",)
    with staff.database.write() as session:
        for day in (TODAY, TODAY + timedelta(days=3), TODAY + timedelta(days=20)):
            calendar.plan(work_in(session, lead, staff.now), Plan(day, "汐風郵便局", 1500, towns))
        calendar.mark_sent(work_in(session, lead, staff.now), 1)
    page = words(staff.enter_as(Role.SUPERVISOR).open("/board").text)
    assert "これから送る手紙 2023-08-04 1,500通 潮見坂一丁目" in page
    assert "2023-08-21" not in page
    assert "2023-08-01 1,500通" not in page, "it went out"


def test_the_alarm_is_set_off_under_the_level_and_by_enough_calls_only(staff: StaffSite) -> None:
    counts(staff, ("2023-08-01", "9:00", "1番", 4, 0, 4, 0, 0, 0))
    lead = staff.enter_as(Role.SUPERVISOR)
    assert "基準の80%より低く" not in words(lead.open("/board").text), "four calls tell nothing"
    counts(
        staff,
        ("2023-08-01", "9:00", "1番", 40, 38, 2, 30, 0, 0),
        ("2023-08-01", "9:30", "1番", 20, 9, 11, 8, 0, 0),
    )
    page = words(lead.open("/board").text)
    assert "きょうの応答率は78.3%で、基準の80%より低くなっています。" in page
    assert "最後の30分の応答率は45.0%で、基準の80%より低くなっています。" in page


def test_a_fragment_for_the_refresh_is_the_board_alone(sqlite_staff: StaffSite) -> None:
    lead = sqlite_staff.enter_as(Role.SUPERVISOR)
    page = lead.open("/board").text
    assert 'data-hx-trigger="every 30s"' in page
    fragment = lead.get("/board", headers={"hx-request": "true"}).text
    assert "<html" not in fragment
    assert fragment.strip() in page
    still = lead.open("/board?still=1").text
    assert "data-hx-trigger" not in still
    assert "30秒ごとに更新する" in still


@pytest.mark.parametrize("role", [Role.AGENT, Role.WARD_OFFICER, Role.AUDITOR])
def test_others_see_no_board(sqlite_staff: StaffSite, role: Role) -> None:
    assert sqlite_staff.enter_as(role).get("/board").status_code == 403


def test_a_board_that_renews_itself_does_not_keep_a_screen_from_locking(
    sqlite_staff: StaffSite,
) -> None:
    lead = sqlite_staff.enter_as(Role.SUPERVISOR)
    renewing = {"hx-request": "true", "x-unattended": "true"}
    for _minute in range(14):
        sqlite_staff.clock.advance(minutes=1)
        assert "いま受付中" in lead.get("/board", headers=renewing).text
    sqlite_staff.clock.advance(minutes=1, seconds=1)
    assert "いま受付中" not in lead.get("/board", headers=renewing).text
    other = sqlite_staff.enter_as(Role.SUPERVISOR)
    for _minute in range(16):
        sqlite_staff.clock.advance(minutes=1, seconds=1)
        assert "いま受付中" in other.get("/board").text, "a person who looks stays signed in"


def test_every_control_that_is_drawn_anew_keeps_its_name(sqlite_staff: StaffSite) -> None:
    page = sqlite_staff.enter_as(Role.SUPERVISOR).open("/board").text.split('<div id="board"', 1)[1]
    controls = re.findall(
        r'<(?:a|div)\b[^>]*(?:href|tabindex="0")[^>]*>', page.split("</main>", 1)[0]
    )
    assert controls
    assert [one for one in controls if " id=" not in one] == []
