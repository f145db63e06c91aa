"""The call desk over 100,000 recorded calls.

Search and board, in CPU time of a bare page measured in the same run.
"""

import itertools
import time
from collections.abc import Callable
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
from tests.bench.test_desk import PROMISED, assert_ratios, bare_site, cost
from tests.support.contacts.call_month import as_file, invent_counts
from tests.support.contacts.telephony import BY_LANGUAGE
from tests.support.coupons import VAULT
from tests.support.people import CANARY_NAME, add_household
from tests.support.resident import Visitor
from tests.support.staff import StaffSite
from tests.support.work import work_in

CALLS = 100_000
WARM = 5
"""Rounds before anything is measured: templates compiled, statements prepared by the driver."""
HOUSEHOLDS = 200
FAMILY = 3
"""So many households have the name that is searched for."""
AT_ONCE = 5_000
FIRST = date(2023, 6, 1)
SEARCHES = 2
"""Few, because more than sixty searches in an hour are noted as unusual."""


def fill(staff: StaffSite, household_ids: list[int], agent_ids: list[int]) -> None:
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


def searching(agent: Visitor) -> Callable[[], float]:
    """Return a measurement: CPU seconds of a search that is sent, counted and logged."""
    keys = itertools.count()

    def measure() -> float:
        begin = time.process_time()
        for _ in range(SEARCHES):
            answer = agent.post("/desk/search", {"name": CANARY_NAME, "form_key": str(next(keys))})
            assert answer.status_code == 303
        return (time.process_time() - begin) / SEARCHES

    return measure


def test_search_and_board_cost_at_most_five_bare_pages(staff: StaffSite) -> None:
    people = households(staff)
    agents = [staff.hire(Role.SUPERVISOR).id, *(staff.hire(Role.AGENT).id for _ in range(40))]
    fill(staff, people, agents)
    lead, agent = staff.enter_as(Role.SUPERVISOR), staff.enter_as(Role.AGENT)
    agent.open("/calls")
    agent.send(
        "/calls/start",
        {"channel": "phone", "direction": "inbound", "language": "ja", "form_key": "a"},
    )
    agent.send("/desk/search", {"name": CANARY_NAME, "form_key": "b"})
    assert "鶉●" in agent.open("/desk").text
    assert "いま受付中" in lead.open("/board").text
    bare = cost(Visitor(bare_site(staff.database), staff.loop), f"/{people[0]}")
    measures = {
        "bare": bare,
        "board": cost(lead, "/board"),
        "search": searching(agent),
        "results": cost(agent, "/desk"),
        "own calls": cost(agent, "/calls"),
    }
    assert_ratios(measures, PROMISED, warm=WARM)
