"""The extract for a disclosure request: two people of the ward, and a form that tells nothing."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from portal.domain.contacts.escalations.kinds import EscalationKind
from portal.domain.contacts.escalations.services import Question, RaisedIn, raise_escalation
from portal.domain.desk.casework.counter_channel import SET
from portal.domain.foundation.actors import SYSTEM, Actor, Channel, Organization, Role
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.audit.sealing import Sealer
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.audit.verifying import FaultKind, Verdict, verify
from portal.domain.foundation.clock import minute_text
from portal.domain.foundation.errors import ConflictError, DomainError, NotAllowedError
from portal.domain.foundation.work import Work
from portal.domain.letters.letters.models import Letter, PrintRun
from portal.domain.mailroom.roster.holds.protection_list import ListedNumbers, NumberKind, load_list
from portal.domain.mailroom.roster.holds.services import close_hold
from portal.domain.oversight.auditing.extract import DRAWN, Order, draw
from portal.domain.oversight.auditing.reserved import Reserved
from portal.domain.oversight.reports.tables import Report
from portal.domain.people.households.looks import ORDINARY, VIEWED
from portal.domain.people.households.models import Household
from portal.domain.people.households.queries import open_holds, view_household
from portal.domain.requests.requests.kinds import RequestKind
from portal.domain.requests.requests.services import NewRequest, open_request
from portal.platform.database import Database
from tests.support.coupons import NOW
from tests.support.people import add_person, give_coupons
from tests.support.staff import hire
from tests.support.work import source_of, work_in

OFFICER = Actor(Role.OFFICER, 7, Organization.CONTRACTOR)
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
        officer = work.acting_as(OFFICER)
        record(work.acting_as(RESIDENT), "signin.complete", "credential", household_id=household)
        record(officer, "household.opened", "household", household, household_id=household)
        looked: dict[str, Any] = {
            "page": f"GET /households/{household}",
            "households": f" {household} ",
        }
        record(officer, VIEWED, ORDINARY, None, **looked)
    if hidden:
        for second, action in enumerate(HIDDEN, 1):
            with database.write() as session:
                officer = work_in(session, OFFICER, NOW + timedelta(seconds=second))
                record(officer, action, "household", household, household_id=household)
        with database.write() as session:
            officer = work_in(session, OFFICER, NOW + timedelta(minutes=2))
            record(officer, VIEWED, ORDINARY, None, **(looked | {"page": "GET /recipients/3"}))
    seal(database)


def seal(database: Database) -> None:
    """The worker seals what is there."""
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
        ward = Actor(Role.WARD_OFFICER, people[0], Organization.WARD)
        work = work_in(session, ward, NOW + timedelta(minutes=5))
        checked = verdict or verify(session, work.now, {})
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


def protected(work: Work, household: int) -> None:
    """A list of the ward protects the family, whose coupons are suspended with it."""
    number = view_household(work, household).fields.number
    assert load_list(work, ListedNumbers(NumberKind.HOUSEHOLD, (number,))).held == 1


def free_again(work: Work, household: int) -> None:
    """The ward ends the protection, so that only the records tell of it."""
    work.session.get_one(Household, household).protected = False


def asked(kind: EscalationKind) -> Callable[[Work, int], object]:
    """A question of this kind about the family is handed to the ward."""
    return lambda work, household: raise_escalation(
        work, Question(kind, "避難先は？"), RaisedIn(None, household)
    )


def change_asked(work: Work, household: int) -> None:
    """The ward is asked to pay for a child to somebody else."""
    open_request(work, NewRequest(RequestKind.RECIPIENT_CHANGE, household, receipt_no="R-2"))


def for_ward_alone(work: Work, household: int) -> None:
    """Something is requested that only the ward may see."""
    new = NewRequest(RequestKind.ALTERNATIVE, household, receipt_no="R-3")
    open_request(work, new).ward_only = True


def channel_at_counter(work: Work, household: int) -> None:
    """A way of getting codes is set for a family in danger, and nobody is told."""
    record(work, SET, "credential", 1, household_id=household, reason="danger")


def at_counter(work: Work, household: int) -> None:
    """A letter without an address is handed over at the ward's counter."""
    run = PrintRun(kind="credential", state="finished", planned=1, children=1, total_yen=1)
    run.folder, run.notice_date, run.created_at = "f", work.now.date(), work.now
    work.session.add(run)
    work.session.flush()
    letter = Letter(number="L0000001", household_id=household, kind="credential", counter=True)
    letter.print_run_id, letter.chunk_number = run.id, 1
    letter.children, letter.amount_yen, letter.created_at = 1, 1, work.now
    work.session.add(letter)
    work.session.flush()
    record(work, "letter.handed_at_counter", "letter", letter.id, household_id=household)


@pytest.mark.parametrize(
    ("happens", "reserved"),
    [
        (protected, Reserved.PROTECTION),
        (asked(EscalationKind.PROTECTION), Reserved.PROTECTION),
        (asked(EscalationKind.CHANGE_OF_RECIPIENT), Reserved.RECIPIENTS),
        (asked(EscalationKind.ACCIDENT), Reserved.INCIDENTS),
        (change_asked, Reserved.RECIPIENTS),
        (for_ward_alone, Reserved.PROTECTION),
        (channel_at_counter, Reserved.PROTECTION),
        (at_counter, Reserved.PROTECTION),
    ],
)
def test_what_came_with_a_reserved_record_does_not_tell_of_it(
    database: Database,
    tmp_path: Path,
    happens: Callable[[Work, int], object],
    reserved: Reserved,
) -> None:
    """A suspended coupon or a question has a harmless kind, and yet a time that says enough."""
    key = add_person(database, NOW, number="9800000017").household_id
    give_coupons(database, tmp_path, NOW)
    happen(database, key, hidden=False)
    clerk = Actor(Role.OFFICER, hire(database, NOW, Role.OFFICER, "clerk").id)
    later = NOW + timedelta(minutes=3)
    with database.write() as session:
        happens(work_in(session, clerk, later), key)
    with database.write() as session:
        free_again(work_in(session, clerk, later), key)
    seal(database)
    plain = drawn(database, order(key))
    told = drawn(database, replace(order(key), reserved=frozenset({reserved})))
    silent_at, told_at = ({row[0] for row in one.tables[0].rows} for one in (plain, told))
    assert told_at - silent_at == {minute_text(later)}


def test_what_a_protection_stops_later_does_not_tell_of_it(database: Database) -> None:
    """A job that finds a notice of a protected family stops it, an hour after the list came."""
    key = add_person(database, NOW, number="9800000017").household_id
    clerk = Actor(Role.OFFICER, hire(database, NOW, Role.OFFICER, "clerk").id)
    first = NOW - timedelta(hours=20)
    begun, ended = first, first + timedelta(hours=9)
    after = {
        "notice.stopped": (SYSTEM, 1),
        "letter.cancel": (clerk, 2),
        "pull_letter.recalled": (clerk, 3),
    }
    with database.write() as session:
        protected(work_in(session, clerk, begun), key)
    for action, (actor, hours) in after.items():
        with database.write() as session:
            work = work_in(session, actor, first + timedelta(hours=hours))
            record(work, action, action.split(".")[0], 7, household_id=key)
            if action.startswith("pull_letter"):
                record(work, "credential.suspend", "credential", 8, household_id=key)
    with database.write() as session:
        work = work_in(session, clerk, ended)
        (hold,) = open_holds(session, key)
        close_hold(work, hold)
        free_again(work, key)
    with database.write() as session:
        work = work_in(session, clerk, ended + timedelta(hours=1))
        record(work, "notice.resumed", "notice", 7, household_id=key)
    with database.write() as session:
        later = work_in(session, SYSTEM, ended + timedelta(hours=2))
        record(later, "notice.stopped", "notice", 9, household_id=key)
    happen(database, key, hidden=False)
    plain = drawn(database, order(key))
    told = drawn(database, replace(order(key), reserved=frozenset({Reserved.PROTECTION})))
    silent_at, told_at = ({row[0] for row in one.tables[0].rows} for one in (plain, told))
    of_protection = {begun, ended, ended + timedelta(hours=1)}
    of_protection |= {first + timedelta(hours=hours) for hours in (1, 2, 3)}
    assert told_at - silent_at == {minute_text(at) for at in of_protection}
    assert minute_text(ended + timedelta(hours=2)) in silent_at, "another stop has another cause"


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
