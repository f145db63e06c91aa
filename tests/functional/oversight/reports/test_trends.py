"""Trends for the ward: published once, of nobody under protection, small figures hidden."""

import csv
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from sqlalchemy import delete, select

from portal.domain.foundation.actors import Role
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import day_start
from portal.domain.foundation.jobs.names import JobName
from portal.domain.oversight.reports.trends.counting import count_by_town
from portal.domain.oversight.reports.trends.hiding import UNKNOWN_TOWN
from portal.domain.oversight.reports.trends.models import TrendFigure
from portal.domain.oversight.reports.trends.publishing import counted_span, due_spans, publish
from portal.domain.oversight.reports.trends.spans import Measure, Span
from portal.domain.people.households.models import Household
from portal.domain.people.households.records import open_household, seal_household
from tests.functional.contacts.calls.browsing import finish, start
from tests.support.coupons import VAULT
from tests.support.people import Person
from tests.support.staff import StaffSite
from tests.support.work import work_in
from tests.support.worker import run_job

DAY = date(2023, 7, 10)
AFTER = datetime(2023, 8, 2, 3, tzinfo=UTC)
HERE, THERE, ELSEWHERE = "潮見坂一丁目", "潮見坂二丁目", "灯台通一丁目"
Row = tuple[str, str, str, int | None]


@dataclass
class Town:
    """Families of three towns, on a site whose clock stands in August."""

    staff: StaffSite
    families: dict[str, Person]

    def sign_in(self, who: str, times: int, day: date = DAY) -> None:
        """A family signs in, so often on one day."""
        with self.staff.database.write() as session:
            for minute in range(times):
                work = work_in(session, now=day_start(day) + timedelta(minutes=minute))
                key = self.families[who].household_id
                record(work, "signin.complete", "credential", 1, household_id=key)

    def protect(self, who: str) -> None:
        """The family comes under protection."""
        with self.staff.database.write() as session:
            session.get_one(Household, self.families[who].household_id).protected = True

    def publish(self) -> None:
        """What the worker does until nothing is due."""
        while run_job(self.staff.site.work_source(), JobName.TRENDS).handled:
            pass

    def rows(self) -> set[Row]:
        """All that was published."""
        with self.staff.database.read() as session:
            found = session.scalars(select(TrendFigure))
            return {(row.span, row.measure, row.town, row.figure) for row in found}

    def counts(self, measure: Measure, day: date = DAY) -> dict[str, int]:
        """What is counted of a day before anything is hidden, without the zeros."""
        with self.staff.database.read() as session:
            work = work_in(session, now=AFTER, program=self.staff.site.program)
            found = count_by_town(work, Span(day).days)[measure]
        return {town: count for town, count in found.items() if count}


def live_in(staff: StaffSite, person: Person, town: str) -> None:
    with staff.database.write() as session:
        row = session.get_one(Household, person.household_id)
        key = VAULT.unwrap(row.wrapped_key)
        fields = open_household(key, row.sealed, row.number_digest)
        row.sealed = seal_household(key, replace(fields, town=town), row.number_digest)


def make_town(staff: StaffSite) -> Town:
    staff.clock.instant = AFTER
    families = {name: staff.add_household() for name in ("mine", "theirs", "third", "hers")}
    for name, town in (("theirs", THERE), ("third", ELSEWHERE)):
        live_in(staff, families[name], town)
    return Town(staff, families)


@pytest.fixture
def town(staff: StaffSite) -> Town:
    """On both databases."""
    return make_town(staff)


@pytest.fixture
def sqlite_town(sqlite_staff: StaffSite) -> Town:
    """For what no database can change."""
    return make_town(sqlite_staff)


def test_acts_count_on_their_japanese_day_in_their_town(town: Town) -> None:
    town.sign_in("mine", 30)
    town.sign_in("theirs", 12)
    town.sign_in("theirs", 5, DAY + timedelta(days=1))
    assert town.counts(Measure.SIGNED_IN) == {HERE: 30, THERE: 12}
    assert town.counts(Measure.SIGNED_IN, DAY + timedelta(days=1)) == {THERE: 5}
    assert town.counts(Measure.SIGNED_IN, DAY - timedelta(days=1)) == {}


def test_a_call_without_a_family_counts_where_no_town_is_known(sqlite_town: Town) -> None:
    agent = sqlite_town.staff.enter_as(Role.AGENT)
    finish(agent, start(agent))
    finish(agent, start(agent, direction="outbound"))
    assert sqlite_town.counts(Measure.CALLS, date(2023, 8, 2)) == {UNKNOWN_TOWN: 1}


def test_two_worlds_with_and_without_a_protected_family_are_published_alike(town: Town) -> None:
    town.sign_in("mine", 30)
    town.sign_in("theirs", 12)
    town.publish()
    without = town.rows()
    with town.staff.database.write() as session:
        session.execute(delete(TrendFigure))
    town.protect("hers")
    town.sign_in("hers", 400)  # in the same town, and on every day of the month
    for n in range(21):
        town.sign_in("hers", 20, DAY + timedelta(days=n))
    town.publish()
    assert town.rows() == without


def test_what_was_published_stays_though_a_family_comes_under_protection_since(
    town: Town,
) -> None:
    for who in ("mine", "theirs", "third"):
        town.sign_in(who, 40)
    town.publish()
    before = town.rows()
    town.protect("mine")
    town.sign_in("theirs", 30, DAY + timedelta(days=1))
    town.publish()
    assert town.rows() == before
    with town.staff.database.write() as session:  # another worker that counted meanwhile
        work = work_in(session, now=AFTER, program=town.staff.site.program)
        publish(work, Span(DAY).key, counted_span(work, Span(DAY).key))
    assert town.rows() == before


def test_small_towns_are_hidden_with_another_and_no_row_says_so(sqlite_town: Town) -> None:
    sqlite_town.sign_in("mine", 100)
    sqlite_town.sign_in("theirs", 80)
    sqlite_town.sign_in("third", 3)
    sqlite_town.publish()
    towns = {
        town: figure
        for span, measure, town, figure in sqlite_town.rows()
        if (span, measure) == (DAY.isoformat(), "signed_in") and town
    }
    assert towns.keys() <= {HERE, THERE}
    assert all(figure is not None and figure % 10 == 0 for figure in towns.values())


def test_only_what_is_over_is_published_days_and_months_each_once(sqlite_town: Town) -> None:
    staff = sqlite_town.staff
    staff.clock.instant = day_start(date(2023, 8, 1)) + timedelta(minutes=59)
    with staff.database.read() as session:
        work = work_in(session, now=staff.now, program=staff.site.program)
        due = due_spans(work, 999)
    assert 20230730 in due
    assert not {20230731, 202307} & set(due)  # acts of the last minute may still be stored
    staff.clock.instant += timedelta(minutes=2)
    with staff.database.read() as session:
        work = work_in(session, now=staff.now, program=staff.site.program)
        assert {20230731, 202307} <= set(due_spans(work, 999))
    sqlite_town.publish()
    with staff.database.read() as session:
        work = work_in(session, now=staff.now, program=staff.site.program)
        assert due_spans(work) == []


def test_the_row_of_a_bar_leads_to_the_towns_of_its_day_and_both_leave_as_csv(
    sqlite_town: Town,
) -> None:
    ward = sqlite_town.staff.enter_as(Role.WARD_OFFICER)
    assert "まだ数がありません" in ward.open("/trends").text
    assert ward.get(f"/trends/{DAY}").status_code == 404
    sqlite_town.sign_in("mine", 100)
    sqlite_town.sign_in("theirs", 90)
    sqlite_town.publish()
    for path in ("/", "/trends"):
        page = ward.open(path).text
        assert f"いちばん多い日は{DAY}の約" in page
        assert "どの日の数も、小さいので出していません。" in page
    assert f'href="/trends/{DAY}"' in ward.open("/trends").text
    page = ward.open(f"/trends/{DAY}").text
    assert HERE in page
    assert "出しません" in page
    for path, first in (("/trends", "2023-04"), (f"/trends/{DAY}", HERE)):
        body = ward.post(f"{path}/csv", {"form_key": path}).content.decode("utf-8-sig")
        rows = list(csv.reader(StringIO(body)))
        assert rows[1][0] == first
        shown = [cell for row in rows[1:] for cell in row[1:] if cell != "出しません"]
        assert shown
        assert all(int(cell) >= 10 and int(cell) % 10 == 0 for cell in shown)


@pytest.mark.parametrize("path", ["/trends/2023-13", "/trends/2023-02-31", "/trends/x"])
def test_what_is_no_day_and_no_month_is_not_found(sqlite_staff: StaffSite, path: str) -> None:
    assert sqlite_staff.enter_as(Role.WARD_OFFICER).get(path).status_code == 404


def test_agents_see_no_trends(sqlite_staff: StaffSite) -> None:
    agent = sqlite_staff.enter_as(Role.AGENT)
    assert agent.get("/trends").status_code == 403
    assert agent.get(f"/trends/{DAY}").status_code == 403
