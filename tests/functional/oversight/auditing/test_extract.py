"""The extract for a disclosure request: two people of the ward, and a form that tells nothing."""

from dataclasses import replace
from typing import Any

import pytest

from portal.domain.foundation.actors import SYSTEM, Actor, Channel, Organization, Role
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.audit.sealing import Sealer
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.audit.verifying import FaultKind, Verdict, verify
from portal.domain.foundation.errors import ConflictError, DomainError, NotAllowedError
from portal.domain.oversight.auditing.extract import DRAWN, Order, Reserved, draw
from portal.domain.oversight.reports.tables import Report
from portal.domain.people.households.looks import ORDINARY, VIEWED
from portal.domain.people.households.models import Household
from portal.platform.database import Database
from tests.support.coupons import NOW
from tests.support.people import add_person
from tests.support.staff import hire
from tests.support.work import source_of, work_in

RESIDENT = Actor(Role.RESIDENT, 1, channel=Channel.PORTAL)
HIDDEN = (
    "household.protected",
    "household.protected_asked",
    "recipient_change.move",
    "incident.subjects_added",
    "watch.seen",
    "hold.put",
)


def happen(database: Database, household: int, *, hidden: bool) -> None:
    """Let things be done with a family's data, also such as must not be told."""
    with database.write() as session:
        work = work_in(session, SYSTEM, NOW)
        officer = work.acting_as(Actor(Role.OFFICER, 7, Organization.CONTRACTOR))
        record(work.acting_as(RESIDENT), "signin.complete", "credential", household_id=household)
        record(officer, "household.opened", "household", household, household_id=household)
        looked: dict[str, Any] = {
            "page": f"GET /households/{household}",
            "households": f" {household} ",
        }
        record(officer, VIEWED, ORDINARY, None, **looked)
        if hidden:
            for action in HIDDEN:
                record(officer, action, "household", household, household_id=household)
            record(officer, VIEWED, ORDINARY, None, **(looked | {"page": "GET /recipients/3"}))
    sealer = Sealer(source_of(database))
    while sealer.step():
        pass


def drawn(
    database: Database,
    order: Order,
    *,
    second: int | None = None,
    verdict: Verdict | None = None,
) -> Report:
    """The extract that two officers of the ward draw."""
    people = [
        hire(database, NOW, Role.WARD_OFFICER, f"w{order.household[1:]}{n}{len(order.reserved)}").id
        for n in (1, 2)
    ]
    with database.write() as session:
        work = work_in(session, Actor(Role.WARD_OFFICER, people[0], Organization.WARD))
        checked = verdict or verify(session, NOW, {})
        return draw(work, order, people[1] if second is None else second, checked)


def order(household: int) -> Order:
    """The usual decision of the ward."""
    return Order(f"#{household}", frozenset(), "6汐子第8号")


def test_it_is_alike_whether_or_not_there_is_something_that_must_not_be_told(
    database: Database,
) -> None:
    one, other = (add_person(database, NOW, number=f"98000000{n}7").household_id for n in (1, 2))
    happen(database, one, hidden=False)
    happen(database, other, hidden=True)
    plain, silent = drawn(database, order(one)), drawn(database, order(other))
    assert plain.tables == silent.tables
    assert (plain.title, plain.notes) == (silent.title, silent.notes)
    assert [name for name, _value in plain.facts] == [name for name, _value in silent.facts]
    told = {cell for row in plain.tables[0].rows for cell in row[1:]}
    assert told <= {
        "サインインとアカウント",
        "担当者が記録を見た",
        "ご家族",
        "事業の担当者",
        "プログラム",
    }


def test_reserved_kinds_are_in_it_by_the_ward_s_decision_and_that_is_on_record(
    database: Database,
) -> None:
    one = add_person(database, NOW, number="9800000017").household_id
    happen(database, one, hidden=True)
    decided = frozenset({Reserved.PROTECTION, Reserved.RECIPIENTS})
    found = drawn(database, replace(order(one), reserved=decided))
    kinds = [row[1] for row in found.tables[0].rows]
    assert (kinds.count("支援措置"), kinds.count("支給先の変更"), kinds.count("事故")) == (2, 2, 0)
    with database.read() as session:
        (event,) = session.query(AuditEvent).filter_by(action=DRAWN)
        assert event.detail["reserved"] == ["protection", "recipients"]
        assert (event.household_id, event.subject_id) == (None, one)


def test_protection_is_looked_at_in_the_moment_of_drawing(database: Database) -> None:
    one = add_person(database, NOW, number="9800000017").household_id
    happen(database, one, hidden=False)
    with database.write() as session:
        session.get_one(Household, one).protected = True
    with pytest.raises(ConflictError, match="支援措置"):
        drawn(database, order(one))
    considered = replace(order(one), protection_considered=True, reserved=frozenset(Reserved))
    assert drawn(database, considered).tables[0].rows


def test_one_person_alone_or_a_broken_chain_draws_nothing(database: Database) -> None:
    one = add_person(database, NOW, number="9800000017").household_id
    happen(database, one, hidden=False)
    with database.write() as session:
        work = work_in(session, Actor(Role.WARD_OFFICER, 5, Organization.WARD))
        for second in (None, 5):
            with pytest.raises(NotAllowedError):
                draw(work, order(one), second, Verdict())
        with pytest.raises(DomainError):
            draw(work, replace(order(one), decision=" "), 6, Verdict())
    broken = Verdict()
    broken.add(FaultKind.EVENT_GONE, 1)
    with pytest.raises(ConflictError, match="封印"):
        drawn(database, order(one), verdict=broken)
