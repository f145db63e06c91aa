"""The floor's big screen: every figure counted again by SQL of its own, and none of one person."""

import re
from datetime import datetime, timedelta
from html import unescape

import pytest
from sqlalchemy import text

from portal.domain.contacts.floor.counting import FEWEST
from portal.domain.contacts.floor.models import FloorSeat
from portal.domain.contacts.floor.plan import Planned, save_plan
from portal.domain.contacts.floor.states import LineEvent
from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.people.authn.sessions import LIFETIMES, STAFF
from tests.functional.contacts.floor.support import STORED_CALLER, tell
from tests.support.staff import AT_WARD, StaffSite
from tests.support.work import work_in

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
# Noon in Japan is 03:00 UTC; half hour 23 is 11:30-12:00 there, 24 the one that begins.
RECOUNT = """
SELECT count(*) AS offered,
       sum(CASE WHEN answered_at IS NOT NULL THEN 1 ELSE 0 END) AS answered,
       sum(CASE WHEN state = 'abandoned' THEN 1 ELSE 0 END) AS abandoned
FROM floor_call WHERE arrived_at >= :start AND arrived_at < :end
"""
SAT = """
SELECT count(DISTINCT staff_id) FROM floor_seat
WHERE taken_at < :end AND (left_at IS NULL OR left_at > :start)
"""
QUEUE = "SELECT count(*), min(arrived_at) FROM floor_call WHERE state IN ('waiting', 'ringing')"


def words(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def rows(page: str) -> dict[str, list[str]]:
    """The cells of each half hour by its name, as they are read."""
    body = page.split("floor-halves")[1].split("<tbody>")[1].split("</tbody>", maxsplit=1)[0]
    found = {}
    for row in body.split("</tr>")[:-1]:
        cells = [words(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)]
        found[cells[0].removesuffix(" いま")] = cells[1:]
    return found


def tiles(page: str) -> dict[str, str]:
    pairs = re.findall(r"<dt>(.*?)</dt>\s*<dd>(.*?)</dd>", page, re.DOTALL)
    return {words(name): words(value) for name, value in pairs}


def sit(staff: StaffSite, people: int, since: datetime, left: datetime | None = None) -> None:
    ids = [staff.hire(Role.AGENT).id for _n in range(people)]
    with staff.database.write() as session:
        session.add_all(
            FloorSeat(extension=f"{staff_id}", staff_id=staff_id, taken_at=since, left_at=left)
            for staff_id in ids
        )


def call(staff: StaffSite, name: str, at: datetime, *more: tuple[LineEvent, int]) -> None:
    tell(staff.database, LineEvent.WAITING, at, call=name, caller=STORED_CALLER)
    for kind, after in more:
        tell(staff.database, kind, at + after * SECOND, call=name)


def plan(staff: StaffSite, **halves: Planned) -> None:
    lead = Actor(Role.SUPERVISOR, staff.hire(Role.SUPERVISOR).id, Organization.CONTRACTOR)
    with staff.database.write() as session:
        work = work_in(session, lead, staff.now, program=staff.site.program)
        save_plan(work, staff.now.date(), {int(n[1:]): p for n, p in halves.items()})


def day(staff: StaffSite) -> None:
    """Four people, and a morning of calls: answered soon and late, abandoned, and two that wait."""
    sit(staff, 4, staff.now - 90 * MINUTE)
    start = staff.now - 25 * MINUTE
    for number in range(6):
        wait = 5 if number < 4 else 50
        talk = ((LineEvent.ANSWERED, wait), (LineEvent.ENDED, wait + 120))
        call(staff, f"a{number}", start + number * MINUTE, *talk)
    call(staff, "b", start + 7 * MINUTE, (LineEvent.ABANDONED, 40))
    call(staff, "c", start + 8 * MINUTE, (LineEvent.ABANDONED, 2))
    call(staff, "d", staff.now - 95 * SECOND)
    call(staff, "e", staff.now, (LineEvent.RINGING, 0))


def test_every_figure_is_what_the_rows_say(staff: StaffSite) -> None:
    day(staff)
    page = staff.enter_as(Role.SUPERVISOR).open("/floor").text
    half = rows(page)["11:30–12:00"]
    with staff.database.read() as session:
        span = {"start": staff.now - 30 * MINUTE, "end": staff.now}
        again = session.execute(text(RECOUNT), _bound(staff, span)).one()
        people = session.execute(text(SAT), _bound(staff, span)).scalar_one()
        waiting, _first = session.execute(text(QUEUE)).one()
    assert people == 4
    assert half[0] == "4"
    assert [half[2], half[4], half[5]] == [str(value) for value in again]
    shown = tiles(page)
    assert shown["待っている電話"] == str(waiting) == "2"
    assert shown["いちばん長い待ち（分:秒）"] == "1:35"
    assert shown["きょうの着信"] == str(again.offered + 1)
    assert shown["応答"].split()[0] == str(again.answered) == "6"
    assert shown["放棄"] == str(again.abandoned) == "2"


def _bound(staff: StaffSite, span: dict[str, datetime]) -> dict[str, object]:
    """Instants as each engine has them in its rows."""
    if staff.database.engine.dialect.name == "postgresql":
        return dict(span)
    return {name: at.strftime("%Y-%m-%d %H:%M:%S.%f") for name, at in span.items()}


@pytest.mark.parametrize("people", range(FEWEST + 1))
def test_no_figure_is_that_of_one_person_nor_can_be_told_from_the_sums(
    sqlite_staff: StaffSite, people: int
) -> None:
    day(sqlite_staff)
    earlier = sqlite_staff.now - 150 * MINUTE
    sit(sqlite_staff, people, earlier, earlier + 20 * MINUTE)
    talk = ((LineEvent.ANSWERED, 5), (LineEvent.ENDED, 60))
    call(sqlite_staff, "f", earlier, *talk)
    call(sqlite_staff, "g", earlier + MINUTE, (LineEvent.ABANDONED, 9))
    page = sqlite_staff.enter_as(Role.SUPERVISOR).open("/floor").text
    half = rows(page)["9:30–10:00"]
    enough = people >= FEWEST
    assert half[2] == "2"
    assert half[4:] == (["1", "1", "50.0%"] if enough else ["–", "–", "–"])
    assert tiles(page)["応答"].split()[0] == ("7" if enough else "6")
    assert tiles(page)["放棄"] == ("3" if enough else "2")


def test_nobodys_name_number_or_seat_stands_on_it(staff: StaffSite) -> None:
    day(staff)
    page = staff.enter_as(Role.SUPERVISOR).open("/floor").text
    assert "職員 " not in page
    assert STORED_CALLER[3:] not in page


def test_plan_and_actual_stand_side_by_side_and_what_is_too_much_or_too_few_is_marked(
    staff: StaffSite,
) -> None:
    day(staff)
    plan(staff, h23=Planned(6, 5), h24=Planned(4, 9), h25=Planned(3, 4))
    page = staff.enter_as(Role.OFFICER).open("/floor").text
    found = rows(page)
    assert found["11:30–12:00"][:4] == ["4（少ない）", "6", "9（多い）", "5"]
    assert found["12:00–12:30"][:4] == ["4", "4", "1", "9"]
    assert found["12:30–13:00"] == ["–", "3", "–", "4", "–", "–", "–"]
    alarms = words(page.split('id="floor-alarms"')[1].split("</div>")[0])
    assert "長く待っている人がいます" in alarms
    assert "計画より" not in alarms


def test_the_present_half_hour_alarms(staff: StaffSite) -> None:
    plan(staff, h24=Planned(2, 4))
    for number in range(6):
        talk = ((LineEvent.ANSWERED, 0), (LineEvent.ENDED, 0))
        call(staff, f"x{number}", staff.now, *talk)
    page = words(staff.enter_as(Role.SUPERVISOR).open("/floor").text)
    assert "計画より電話が多くなっています" in page
    assert "計画より席が少なくなっています" in page
    assert "長く待っている人がいます" not in page


def test_an_empty_day_says_so(sqlite_staff: StaffSite) -> None:
    page = words(sqlite_staff.enter_as(Role.SUPERVISOR).open("/floor").text)
    assert "電話のシステムから、まだ知らせがありません。" in page
    assert "計画が、まだありません。" in page


def test_it_refreshes_without_scripts_says_so_and_keeps_nobody_signed_in(
    sqlite_staff: StaffSite,
) -> None:
    wall = sqlite_staff.enter_as(Role.SUPERVISOR)
    page = wall.open("/floor").text
    assert '<noscript><meta http-equiv="refresh" content="15;url=/floor?unattended=1">' in page
    assert "15秒ごとに新しくなります" in page
    still = wall.open("/floor?still=1").text
    assert 'http-equiv="refresh"' not in still
    assert "every 15s" not in still
    idle = LIFETIMES[STAFF].idle
    for _minute in range(int(idle / MINUTE) + 1):
        sqlite_staff.clock.advance(seconds=60)
        assert wall.get("/floor?unattended=1").status_code == 200
    assert wall.get("/board").status_code == 403
    assert "待っている電話" in wall.get("/floor?unattended=1").text
    assert wall.get("/floor/plan").status_code == 403


@pytest.mark.parametrize("role", [Role.AGENT, Role.AUDITOR, Role.WARD_OFFICER, Role.ADMINISTRATOR])
def test_others_do_not_see_it_not_even_locked(sqlite_staff: StaffSite, role: Role) -> None:
    other = sqlite_staff.enter_as(role)
    assert other.get("/floor").status_code == 403
    sqlite_staff.clock.advance(seconds=3600)
    answer = other.get("/floor?unattended=1")
    assert answer.status_code == 403
    assert "待っている電話" not in answer.text


@pytest.mark.parametrize("address", [AT_WARD, "192.0.2.9"])
def test_from_another_place_than_the_contractors_it_is_refused(
    sqlite_staff: StaffSite, address: str
) -> None:
    lead = sqlite_staff.hire(Role.SUPERVISOR)
    stranger = sqlite_staff.enter(lead, sqlite_staff.visitor(address))
    answer = stranger.get("/floor")
    assert (answer.status_code, answer.headers.get("location")) == (403, None)
    assert "待っている電話" not in answer.text
    assert sqlite_staff.visitor().get("/floor").headers["location"] == "/signin"


def test_a_plan_is_saved_from_a_day_on_and_the_days_before_keep_theirs(staff: StaffSite) -> None:
    lead = staff.enter_as(Role.SUPERVISOR)
    lead.open("/floor/plan")
    form = {"form_key": "a", "from_day": "2023-08-01", "seats_18": "12", "calls_18": "30"}
    assert "計画を入れました" in lead.send("/floor/plan/save", form).text
    later = form | {"form_key": "b", "from_day": "2023-08-03", "seats_18": "20"}
    assert lead.post("/floor/plan/save", later).status_code == 303
    assert rows(lead.open("/floor").text)["9:00–9:30"][1] == "12"
    staff.clock.advance(seconds=2 * 24 * 3600)
    lead = staff.enter_as(Role.SUPERVISOR)
    assert rows(lead.open("/floor").text)["9:00–9:30"][1] == "20"
    saved = [event.detail["from_day"] for event in staff.events("floor_plan.saved")]
    assert saved == ["2023-08-01", "2023-08-03"]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"from_day": "2023-07-31"}, "from_day"),
        ({"from_day": "soon"}, "from_day"),
        ({"seats_18": "many"}, "seats_18"),
        ({"seats_18": "501"}, "seats_18"),
        ({"calls_19": "5001"}, "calls_19"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_and_keeps_what_was_typed(
    sqlite_staff: StaffSite, changed: dict[str, str], field: str
) -> None:
    lead = sqlite_staff.enter_as(Role.SUPERVISOR)
    lead.open("/floor/plan")
    form = {"form_key": "a", "from_day": "2023-08-01", "seats_18": "12", "calls_20": "7"}
    answer = lead.post("/floor/plan/save", form | changed)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert 'name="calls_20" value="7"' in answer.text
    assert sqlite_staff.events("floor_plan.saved") == []
