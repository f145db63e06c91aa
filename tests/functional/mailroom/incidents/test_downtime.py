"""Planned stops are announced in time and shown to everybody.

What stopped unplanned is written down; minutes add up.
"""

from datetime import UTC, date, datetime, timedelta

import pytest

from portal.domain.foundation.actors import Actor, Role
from portal.domain.foundation.clock import day_start
from portal.domain.foundation.errors import (
    InputError,
    NotAllowedError,
    NotFoundError,
    WrongStateError,
)
from portal.domain.mailroom.incidents import downtime
from portal.domain.mailroom.incidents.models import Downtime, SiteNotice
from portal.domain.oversight.reports.calls import report as calls
from portal.domain.oversight.reports.incidents.tables import downtime_table
from tests.functional.mailroom.incidents.support import Office, shown_now
from tests.support.work import work_in

TICK = timedelta(microseconds=1)
PLAN = {
    "what": "resident_site",
    "starts_on": "2023-08-09",
    "starts_time": "1:00",
    "ends_on": "2023-08-09",
    "ends_time": "3:00",
    "form_key": "p",
}
LOG = {
    "log_what": "codes",
    "log_starts_on": "2023-08-01",
    "log_starts_time": "9:00",
    "log_ends_on": "2023-08-01",
    "log_ends_time": "9:45",
    "form_key": "l",
}


def planned(office: Office, starts: datetime, hours: int = 2, what: str = "resident_site") -> int:
    with office.staff.database.write() as session:
        row = downtime.plan(
            work_in(session, office.actor(), office.now),
            downtime.Outage(what, starts, starts + timedelta(hours=hours)),
        )
        return row.id


def test_the_notice_must_be_seven_days_before_to_the_instant(quick_office: Office) -> None:
    first = downtime.first_plannable(quick_office.now)
    assert first == day_start(date(2023, 8, 8))
    with pytest.raises(InputError, match="7日前"):
        planned(quick_office, first - TICK)
    assert planned(quick_office, first)


def test_a_planned_stop_is_told_to_everybody_with_its_times_until_it_is_over(
    office: Office,
) -> None:
    desk = office.staff.enter_as(Role.OFFICER)
    desk.open("/downtime")
    page = desk.send("/downtime/plan", PLAN).text
    assert "計画停止を記録しました" in page
    (one,) = shown_now(office, office.now)
    assert one.stop == (
        datetime(2023, 8, 8, 16, 0, tzinfo=UTC),
        datetime(2023, 8, 8, 18, 0, tzinfo=UTC),
    )
    assert not shown_now(office, one.stop[1])
    assert "2023年8月9日" in desk.open("/").text


def test_called_off_before_it_begins_and_not_after(office: Office) -> None:
    starts = office.now + timedelta(days=8)
    first, second = planned(office, starts), planned(office, starts)
    with office.staff.database.write() as session:
        downtime.cancel(work_in(session, office.actor(), starts - TICK), first)
    assert office.staff.count(SiteNotice, state="withdrawn") == 1
    with office.staff.database.write() as session, pytest.raises(NotAllowedError):
        downtime.cancel(work_in(session, office.actor(), starts), second)
    with office.staff.database.write() as session, pytest.raises(WrongStateError):
        downtime.cancel(work_in(session, office.actor(), office.now), first)


def test_a_stop_that_is_called_off_on_the_page_is_told_to_nobody_any_more(office: Office) -> None:
    key = planned(office, office.now + timedelta(days=8))
    desk = office.staff.enter_as(Role.OFFICER)
    assert f'action="/downtime/{key}/cancel"' in desk.open("/downtime").text
    assert len(shown_now(office, office.now)) == 1
    for _twice in range(2):
        assert desk.post(f"/downtime/{key}/cancel", {"form_key": "c"}).status_code == 303
    assert not shown_now(office, office.now)
    assert desk.post(f"/downtime/{key}/cancel", {"form_key": "d"}).status_code == 422


def test_what_stopped_is_written_down_and_ended_later(office: Office) -> None:
    desk = office.staff.enter_as(Role.OFFICER)
    desk.open("/downtime")
    desk.send("/downtime/log", LOG)
    assert office.staff.count(Downtime, state="ended", planned=False) == 1
    desk.send("/downtime/log", LOG | {"log_ends_on": "", "log_ends_time": "", "form_key": "m"})
    assert office.staff.count(Downtime, state="running") == 1
    early = desk.post(
        "/downtime/2/end", {"end-on-2": "2023-08-01", "end-time-2": "8:00", "form_key": "e"}
    )
    assert early.status_code == 422
    desk.send("/downtime/2/end", {"end-on-2": "2023-08-01", "end-time-2": "11:00", "form_key": "f"})
    assert office.staff.count(Downtime, state="ended") == 2


@pytest.mark.parametrize(
    ("path", "form", "spot"),
    [
        ("plan", PLAN | {"what": ""}, "what"),
        ("plan", PLAN | {"starts_on": "2023-08-03"}, "starts_on"),
        ("plan", PLAN | {"ends_time": "0:30"}, "ends_on"),
        ("plan", PLAN | {"ends_time": "x"}, "ends_time"),
        ("log", LOG | {"log_what": "moon"}, "log_what"),
        ("log", LOG | {"log_starts_on": "2023-08-02", "log_ends_on": ""}, "log_starts_on"),
        ("log", LOG | {"log_ends_time": "8:00"}, "log_ends_on"),
        ("log", LOG | {"log_ends_on": "2023-08-02"}, "log_ends_on"),
        ("month", {"month": "x"}, "month"),
    ],
)
@pytest.mark.asvs("2.2.3")
def test_times_that_cannot_be_stand_beside_their_field(
    quick_office: Office, path: str, form: dict[str, str], spot: str
) -> None:
    desk = quick_office.staff.enter_as(Role.OFFICER)
    desk.open("/downtime")
    answer = desk.post(f"/downtime/{path}", form)
    assert answer.status_code == 422
    assert f'href="#{spot}"' in answer.text
    assert quick_office.staff.count(Downtime) == 0
    assert quick_office.staff.count(SiteNotice) == 0


def test_pressed_three_times_it_is_one_stop_and_one_notice(office: Office) -> None:
    desk = office.staff.enter_as(Role.OFFICER)
    desk.open("/downtime")
    assert {desk.post("/downtime/plan", PLAN).status_code for _ in range(3)} == {303}
    assert (office.staff.count(Downtime), office.staff.count(SiteNotice)) == (1, 1)


def test_minutes_are_cut_at_the_period_and_stand_in_the_call_report_with_what_is_planned(
    quick_office: Office,
) -> None:
    office = quick_office
    start, end = day_start(date(2023, 7, 1)), day_start(date(2023, 8, 1))
    with office.staff.database.write() as session:
        actor = office.actor()
        downtime.log(
            work_in(session, actor, office.now),
            downtime.Outage("codes", start - timedelta(minutes=10), start + timedelta(minutes=5)),
        )
        downtime.log(
            work_in(session, actor, office.now),
            downtime.Outage("codes", end - timedelta(minutes=7)),
        )
        downtime.log(
            work_in(session, actor, office.now),
            downtime.Outage("issuer", start - timedelta(hours=2), start),
        )
    planned(office, office.now + timedelta(days=8))
    with office.staff.database.read() as session:
        found = {
            one.what: (one.planned, one.unplanned)
            for one in downtime.minutes_between(session, downtime.Span(start, end), office.now)
        }
        table = downtime_table(work_in(session, now=office.now), start, end)
        month = calls.build(
            work_in(session, now=office.now, program=office.staff.site.program), date(2023, 7, 1)
        ).report
    tables = {one.title: one for one in month.tables}
    planned_ones = tables["これからの計画停止"]
    assert tables[table.title] == table
    assert [row[0] for row in planned_ones.rows] == ["住民のサイト"]
    assert found == {
        "resident_site": (0, 0),
        "staff_site": (0, 0),
        "codes": (0, 12),
        "issuer": (0, 0),
        "telephone": (0, 0),
    }
    assert len(table.rows) == 2
    assert "計画外 12" in table.total


def test_nobody_and_nothing_are_refused(quick_office: Office) -> None:
    with quick_office.staff.database.write() as session:
        with pytest.raises(NotAllowedError):
            downtime.log(
                work_in(session, Actor(Role.SYSTEM), quick_office.now),
                downtime.Outage("codes", quick_office.now),
            )
        with pytest.raises(NotFoundError):
            downtime.end(
                work_in(session, quick_office.actor(), quick_office.now), 99, quick_office.now
            )


def test_the_auditor_reads_and_takes_the_month_along(quick_office: Office) -> None:
    desk = quick_office.staff.enter_as(Role.AUDITOR)
    page = desk.open("/downtime").text
    assert 'action="/downtime/plan"' not in page
    file = desk.post("/downtime/month", {"month": "2023-08", "form_key": "m"})
    assert file.content.startswith(b"PK")
    assert desk.post("/downtime/plan", PLAN).status_code == 403
