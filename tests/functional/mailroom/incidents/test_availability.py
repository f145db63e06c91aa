"""The contract's year: planned stops apart, overlaps once, against what the ward allows."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from portal.domain.foundation.actors import Role
from portal.domain.foundation.clock import FixedClock, day_start
from portal.domain.foundation.program.schema import Period
from portal.domain.mailroom.incidents import downtime
from portal.domain.mailroom.incidents.availability import Availability, availability, year_of
from portal.domain.mailroom.incidents.downtime import Outage
from portal.domain.mailroom.incidents.kinds import DownPart
from portal.platform.selfcheck.contract import check_availability
from portal.platform.selfcheck.findings import Level
from portal.platform.selfcheck.subject import Subject
from tests.functional.mailroom.incidents.support import Office
from tests.support.coupons import VAULT
from tests.support.sample_ward import sample_program
from tests.support.work import work_in

HOUR = timedelta(hours=1)
YEAR_MINUTES = 366 * 24 * 60
"""Of the sample's contract: April 2023 to March 2024."""


def figure(office: Office, now: datetime, part: DownPart = DownPart.RESIDENT_SITE) -> Availability:
    with office.staff.database.read() as session:
        found = availability(work_in(session, now=now))
    return next(one for one in found if one.part is part)


def logged(office: Office, start: datetime, hours: float, what: str = "resident_site") -> None:
    with office.staff.database.write() as session:
        work = work_in(session, office.actor(), start + 100 * HOUR)
        downtime.log(work, Outage(what, start, start + hours * HOUR))


def test_stops_count_once_and_only_those_of_the_year(office: Office) -> None:
    first = day_start(date(2023, 4, 1))
    logged(office, first - HOUR, 2)
    logged(office, first + 10 * HOUR, 2)
    logged(office, first + 11 * HOUR, 3)
    logged(office, first + 10 * HOUR, 5, "telephone")
    one = figure(office, first + 100 * HOUR)
    assert (one.elapsed, one.planned, one.unplanned) == (6000, 0, 300)
    assert one.percent == 95.0
    assert one.allowed == YEAR_MINUTES // 200
    assert figure(office, first + 100 * HOUR, DownPart.TELEPHONE).allowed is None


def test_a_planned_stop_counts_only_for_what_it_overran(office: Office) -> None:
    start = office.now + timedelta(days=8)
    with office.staff.database.write() as session:
        work = work_in(session, office.actor(), office.now)
        key = downtime.plan(work, Outage("resident_site", start, start + 2 * HOUR)).id
    with office.staff.database.write() as session:
        work = work_in(session, office.actor(), start + 9 * HOUR)
        downtime.end(work, key, start + 3 * HOUR)
    one = figure(office, start + 9 * HOUR)
    assert (one.planned, one.unplanned) == (120, 60)


def test_a_stop_that_goes_on_counts_to_this_minute(office: Office) -> None:
    with office.staff.database.write() as session:
        work = work_in(session, office.actor(), office.now)
        downtime.log(work, Outage("staff_site", office.now - HOUR))
    one = figure(office, office.now + HOUR, DownPart.STAFF_SITE)
    assert one.unplanned == 120


@pytest.mark.parametrize(
    ("hours", "level"), [(30, Level.OK), (36, Level.WARNING), (44, Level.ERROR)]
)
def test_staff_are_warned_before_the_limit_and_told_after_it(
    quick_office: Office, hours: float, level: Level
) -> None:
    office = quick_office
    start = day_start(date(2023, 5, 1))
    logged(office, start, hours)
    subject = Subject(
        office.staff.site.settings,
        program=sample_program(),
        database=office.staff.database,
        vault=VAULT,
        clock=FixedClock(start + 100 * HOUR),
    )
    assert {one.level for one in check_availability(subject)} == (
        set() if level is Level.OK else {level}
    )
    page = office.staff.enter_as(Role.OFFICER).open("/downtime").text
    assert "限度は 99.5%" in page
    assert ("限度を超えました" in page) is (level is Level.ERROR)
    assert ("限度に近い" in page) is (level is Level.WARNING)


def test_without_a_limit_of_the_ward_figures_are_shown_and_nothing_is_judged(
    office: Office,
) -> None:
    logged(office, day_start(date(2023, 5, 1)), 90)
    with office.staff.database.read() as session:
        program = replace(sample_program(), availability_percent=None)
        found = availability(replace(work_in(session), program=program))
    assert not any(one.is_over or one.is_near for one in found)


def test_the_years_of_a_contract_begin_on_its_first_day() -> None:
    contract = Period(date(2024, 2, 29), date(2026, 5, 31))
    for today, year in (
        (date(2023, 1, 1), Period(date(2024, 2, 29), date(2025, 2, 28))),
        (date(2025, 2, 28), Period(date(2024, 2, 29), date(2025, 2, 28))),
        (date(2025, 3, 1), Period(date(2025, 3, 1), date(2026, 2, 28))),
        (date(2027, 1, 1), Period(date(2026, 3, 1), date(2026, 5, 31))),
    ):
        assert year_of(contract, today) == year
