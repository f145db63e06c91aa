"""What the record of looks costs a page, and how long the pack about a million events takes."""

import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text

from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.base import refresh_statistics
from portal.domain.foundation.clock import JST, jst_date
from portal.domain.oversight.auditing.pack import make_pack, report_of
from portal.domain.oversight.auditing.searching import Wanted, search
from portal.domain.oversight.export.writing import Folder
from portal.domain.oversight.person_lists.asking import Wish
from portal.domain.oversight.person_lists.at_once import leave_at_once
from portal.domain.oversight.person_lists.contents import WHOLE_WARD, Asked, content_of, scope_of
from portal.domain.oversight.person_lists.kinds import ListKind, Scope
from portal.domain.oversight.reports.outputs import as_pdf, as_xlsx
from portal.platform.database import Database
from portal.platform.site import Site
from tests.functional.people.admin.test_looks import opened
from tests.support.coupons import NOW
from tests.support.people import add_person
from tests.support.resident import Visitor
from tests.support.staff import StaffSite, hire
from tests.support.work import work_in

ROUNDS, VISITS = 12, 5
EVENTS, HOUSEHOLDS, PACK_SECONDS = 1_000_000, 50_000, 60.0
LISTED = 20


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """Note what is sent to the database."""
    sent: list[str] = []

    def note(*arguments: Any) -> None:
        sent.append(str(arguments[2]))

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def visit(visitor: Visitor, path: str) -> float:
    """Milliseconds of a page, on the clock, with its wait for the disk."""
    begin = time.perf_counter()
    for _ in range(VISITS):
        assert visitor.get(path).status_code == 200
    return (time.perf_counter() - begin) / VISITS * 1000


def test_the_record_of_a_look_costs_a_page_a_few_statements(
    staff: StaffSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = staff.add_household(active=True)
    for _ in range(LISTED):
        staff.add_household(active=True)
    officer = staff.enter_as(Role.OFFICER)
    opened(officer, person.household_id)
    for path in (f"/households/{person.household_id}", "/tasks", "/letters/test-addresses"):
        seen: dict[bool, list[float]] = {True: [], False: []}
        sent: dict[bool, int] = {}
        for _ in range(ROUNDS):
            for recorded in (True, False):
                monkeypatch.setattr(Site, "records_looks", recorded)
                seen[recorded].append(visit(officer, path))
                with statements(staff.database) as found:
                    officer.get(path)
                sent[recorded] = len(found)
        with_it, without = (statistics.median(seen[recorded]) for recorded in (True, False))
        sys.stdout.write(
            f"{path} on {staff.database.engine.dialect.name}: {without:.1f} ms without,"
            f" {with_it:.1f} ms with the record; {sent[True] - sent[False]} statements more\n"
        )
        assert sent[True] - sent[False] <= 6


FILL = {
    "sqlite": """
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {events})
        INSERT INTO audit_event (at, actor_role, actor_id, channel, action, subject, subject_id,
            household_id, detail)
        SELECT strftime('%Y-%m-%d %H:%M:%S.000000', '{start}', (i / 20) || ' seconds'),
            'officer', {staff} + i % 5, 'portal',
            CASE i % 10 WHEN 0 THEN 'household.opened' WHEN 1 THEN 'household.unmasked'
                ELSE 'data.viewed' END,
            'page', NULL, CASE WHEN i % 10 < 2 THEN i % {households} + 1 END,
            CASE WHEN i % 10 < 2 THEN '{{"part": "address"}}' WHEN i % 10 < 7
                THEN '{{"page": "GET /households/1", "households": " ' || (i % {households} + 1)
                || ' "}}'
                ELSE '{{"page": "GET /tasks", "households": " ' || {list} || ' "}}' END
        FROM n""",
    "postgresql": """
        INSERT INTO audit_event (at, actor_role, actor_id, channel, action, subject, subject_id,
            household_id, detail)
        SELECT timestamptz '{start}+00' + i / 20 * interval '1 second',
            'officer', {staff} + i % 5, 'portal',
            CASE i % 10 WHEN 0 THEN 'household.opened' WHEN 1 THEN 'household.unmasked'
                ELSE 'data.viewed' END,
            'page', NULL, CASE WHEN i % 10 < 2 THEN i % {households} + 1 END,
            (CASE WHEN i % 10 < 2 THEN '{{"part": "address"}}' WHEN i % 10 < 7
                THEN '{{"page": "GET /households/1", "households": " ' || (i % {households} + 1)
                || ' "}}'
                ELSE '{{"page": "GET /tasks", "households": " ' || {list} || ' "}}' END)::json
        FROM generate_series(1, {events}) i""",
}


def fill(database: Database, staff: int) -> None:
    """A million looks of five people in fourteen hours; three in ten are lists of 20 families."""
    keys = " || ' ' || ".join(f"((i * 7 + {n} * 131) % {HOUSEHOLDS} + 1)" for n in range(LISTED))
    with database.write() as session:
        statement = FILL[session.get_bind().dialect.name].format(
            events=EVENTS, households=HOUSEHOLDS, staff=staff, list=keys, start=f"{NOW:%F %T}"
        )
        session.execute(text(statement.replace(":", "\\:")))
        refresh_statistics(session, AuditEvent)


def test_the_pack_about_a_million_events_is_written_within_a_minute(
    database: Database, tmp_path: Path
) -> None:
    people = [hire(database, NOW, Role.OFFICER, f"officer-{n}").id for n in range(5)]
    home = add_person(database, NOW, number="9800000017").household_id
    fill(database, people[0])
    first, other = (hire(database, NOW, Role.WARD_OFFICER, name).id for name in ("ward", "two"))
    actor, second = (Actor(Role.WARD_OFFICER, key, Organization.WARD) for key in (first, other))
    wanted = Wanted(NOW - timedelta(hours=1), NOW + timedelta(days=1))
    begin = time.perf_counter()
    with database.read() as session:
        work = work_in(session, actor)
        pack = make_pack(work, wanted)
        report, folder = report_of(work, pack), Folder(tmp_path)
        folder.put("report.pdf", as_pdf(report, work.now.astimezone(JST)))
        folder.put("report.xlsx", as_xlsx(report))
        content = content_of(
            work, pack, Asked(Scope(), include_protected=True, most=WHOLE_WARD + 1)
        )
    with database.write() as session:
        work = work_in(session, actor)
        until = jst_date(work.now)
        wish = Wish(ListKind.INCIDENT.value, scope_of(wanted), "事故の報告", "区 総務課", until)
        folder.put("list.age", leave_at_once(work, second, wish, content).file.body)
    took = time.perf_counter() - begin
    begin = time.perf_counter()
    with database.read() as session:
        one = replace(wanted, household=f"#{home}")
        assert len(search(work_in(session, actor), one, include_protected=True)) == 50
    sys.stdout.write(
        f"pack of {pack.events:,} events, {len(pack.families):,} families on"
        f" {database.engine.dialect.name}: {took:.1f} s;"
        f" one family's page of the audit: {time.perf_counter() - begin:.2f} s\n"
    )
    assert (pack.events, len(pack.families)) == (EVENTS, HOUSEHOLDS)
    assert took < PACK_SECONDS
