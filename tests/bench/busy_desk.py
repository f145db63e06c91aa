"""A desk in the middle of the program: 20,000 requests that wait, 100,000 calls of two months."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import insert, text

from portal.demo.ward import PARENTS, SURNAMES
from portal.domain.contacts.calls.models import Call, CallHousehold
from portal.domain.contacts.telephony.importer import import_file
from portal.domain.contacts.telephony.models import CallCount, CountDay
from portal.domain.contacts.telephony.reading import CountsFile
from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.base import refresh_statistics
from portal.domain.foundation.clock import jst_date
from portal.domain.requests.requests.kinds import RequestKind
from portal.domain.requests.requests.models import Request
from tests.support.contacts.call_month import as_file, invent_counts
from tests.support.contacts.telephony import BY_LANGUAGE
from tests.support.coupons import VAULT
from tests.support.people import add_household
from tests.support.staff import StaffSite
from tests.support.work import work_in

REQUESTS, CALLS = 20_000, 100_000
HOUSEHOLDS, FAMILY = 200, 3
"""So many households, and so many of them with the name that is searched for."""
AT_ONCE = 5_000
FIRST = date(2023, 6, 1)


def add_requests(staff: StaffSite, household_ids: list[int], count: int = REQUESTS) -> None:
    """Requests that wait, of three kinds, from the last ninety days.

    Every tenth has a warning.
    """
    kinds = (RequestKind.DECLINE, RequestKind.ALTERNATIVE, RequestKind.REDELIVERY)
    rows: list[dict[str, Any]] = []
    for number in range(count):
        at = staff.now - timedelta(minutes=number * 6 * REQUESTS / count)
        rows.append(
            {
                "receipt_no": f"{number:04}-{number:05}",
                "kind": kinds[number % 3],
                "channel": "portal",
                "household_id": household_ids[number % len(household_ids)],
                "received_at": at,
                "created_at": at,
                "changed_at": at,
                "due_on": (at + timedelta(days=5)).date(),
                "children": 2,
                "amount_yen": 60_000,
                "warnings": ["adult"] if number % 10 == 0 else [],
                "warned": number % 10 == 0,
                "state": "waiting",
                "language": "ja",
                "version": 1,
            }
        )
    with staff.database.write() as session:
        session.execute(insert(Request), rows)
    if staff.database.engine.dialect.name == "postgresql":
        alone = staff.database.engine.execution_options(isolation_level="AUTOCOMMIT")
        with alone.connect() as line:
            line.execute(text("VACUUM (ANALYZE)"))  # as its autovacuum would within a minute


def add_calls(staff: StaffSite, household_ids: list[int], agent_ids: list[int]) -> None:
    """100,000 ended calls of two months, with households and audit events, and 30 active ones."""
    minutes = (jst_date(staff.now) - FIRST).days * 24 * 60
    rows: list[dict[str, Any]] = []
    for number in range(CALLS):
        at = staff.now - timedelta(minutes=number * minutes / CALLS)
        rows.append(
            {
                "receipt_no": f"{number:09}",
                "agent_id": agent_ids[number % len(agent_ids)],
                "state": "ended",
                "channel": "phone",
                "direction": "inbound",
                "line": "",
                "language": "ja",
                "subject": None,
                "day": jst_date(at),
                "started_at": at,
                "talk_ended_at": at,
                "ended_at": at,
                "category": "delivery",
                "subcategory": "not_arrived",
                "result": "done",
                "complaint": number % 50 == 0,
            }
        )
    lead = Actor(Role.SUPERVISOR, agent_ids[0], Organization.CONTRACTOR)
    counts = invent_counts(FIRST, jst_date(staff.now))
    with staff.database.write() as session:
        for start in range(0, CALLS, AT_ONCE):
            session.execute(insert(Call), rows[start : start + AT_ONCE])
        places = [
            {
                "call_id": number + 1,
                "household_id": household_ids[number % len(household_ids)],
                "level": 1,
                "matched": [],
                "called_back": False,
                "opened_at": staff.now,
            }
            for number in range(0, CALLS, 4)
        ]
        session.execute(insert(CallHousehold), places)
        session.execute(
            insert(AuditEvent), [_event(row, number) for number, row in enumerate(rows)]
        )
        import_file(
            work_in(session, lead, staff.now, program=staff.site.program),
            CountsFile(as_file(counts), BY_LANGUAGE),
        )
    with staff.database.write() as session:
        for number, agent in enumerate(agent_ids[1:31]):
            at = staff.now - timedelta(minutes=number)
            session.add(
                Call(
                    receipt_no=f"open{number}",
                    agent_id=agent,
                    state="talking",
                    channel="phone",
                    direction="inbound",
                    language="ja",
                    day=jst_date(at),
                    started_at=at,
                )
            )
    with staff.database.write() as session:
        refresh_statistics(session, Call, CallHousehold, CallCount, CountDay, AuditEvent)
        if session.get_bind().dialect.name == "sqlite":
            session.execute(text("ANALYZE"))


def _event(row: dict[str, Any], number: int) -> dict[str, Any]:
    at: datetime = row["started_at"]
    return {
        "at": at,
        "actor_role": "agent",
        "actor_id": row["agent_id"],
        "channel": "phone",
        "action": "call.finished",
        "subject": "call",
        "subject_id": number + 1,
        "household_id": None,
        "detail": {},
    }


def households(staff: StaffSite) -> list[int]:
    """Two hundred households, three of them of the name that an agent searches for."""
    made = [staff.add_household().household_id for _ in range(FAMILY)]
    with staff.database.write() as session:
        for number in range(HOUSEHOLDS - FAMILY):
            surname = SURNAMES[number % len(SURNAMES)]
            given = PARENTS[number // len(SURNAMES) % len(PARENTS)]
            made.append(
                add_household(
                    session,
                    VAULT,
                    f"77{number:08}",
                    staff.now,
                    name=f"{surname[0]}　{given[0]}",
                    kana=f"{surname[1]} {given[1]}",
                )
            )
    return made
