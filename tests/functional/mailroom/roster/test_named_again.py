"""A family that the ward names as protected again: no older word against that is confirmed."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import select

from portal.demo.families import ExtractPlan
from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.approvals.models import Approval
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.errors import ConflictError
from portal.domain.mailroom.roster.checks import codes
from portal.domain.mailroom.roster.holds import protection_list
from portal.domain.mailroom.roster.holds import services as holds
from portal.domain.mailroom.roster.holds.protection_list import ListedNumbers, NumberKind
from portal.domain.mailroom.roster.holds.protection_none import (
    confirm_proposed_none,
    propose_none,
)
from portal.platform.database import Database
from tests.functional.mailroom.roster.test_holds import ORDER, PLAN, held, person
from tests.support.mailroom.roster import NOW, Ward
from tests.support.work import work_in


@pytest.fixture
def ward(database: Database, tmp_path: Path) -> Ward:
    ward = Ward(database, tmp_path, PLAN)
    ward.hand_over()
    return ward


@pytest.fixture
def officer(database: Database) -> Actor:
    return person(database, "officer", Organization.CONTRACTOR, Role.OFFICER)


@pytest.fixture
def of_ward(database: Database) -> Actor:
    return person(database, "ward", Organization.WARD, Role.WARD_OFFICER)


def list_again(ward: Ward, number: str, now: datetime) -> None:
    """The ward's separate list names a household, at this instant."""
    with ward.database.write() as session:
        listed = ListedNumbers(NumberKind.HOUSEHOLD, [number])
        protection_list.load_list(work_in(session, now=now), listed)


def extract_again(ward: Ward, _number: str, _now: datetime) -> None:
    """The next extract still marks the household, as it marks every protected one."""
    path = ward.write(ward.extract())
    path.write_bytes(path.read_bytes() + b"\r\n")  # a new file, in which nothing changed
    assert ward.take(path).state == "applied"


@pytest.mark.parametrize("counter", [False, True])
@pytest.mark.parametrize("name_again", [list_again, extract_again])
def test_a_release_that_waits_is_over_when_the_ward_names_the_family_again(
    ward: Ward,
    officer: Actor,
    of_ward: Actor,
    name_again: Callable[[Ward, str, datetime], None],
    counter: bool,
) -> None:
    number = held(ward.extract(), codes.W01_PROTECTED)
    key = ward.key(number)
    other = held(ward.extract(), codes.W10_MOVED_AFTER_BASE)
    with ward.database.write() as session:
        before = work_in(session, officer, NOW - timedelta(hours=1))
        waiting = holds.propose_release(before, key, codes.W01_PROTECTED, ORDER, counter=counter)
        others = holds.propose_release(before, ward.key(other), codes.W10_MOVED_AFTER_BASE)
    name_again(ward, number, NOW)
    with ward.database.read() as session:
        assert session.get_one(Approval, waiting.id).state == "refused"
        closed = session.scalars(
            select(AuditEvent).where(AuditEvent.action == "approval.refused")
        ).one()
        assert (closed.subject_id, closed.household_id) == (waiting.id, key)
        assert closed.detail["overtaken_by"] == codes.W01_PROTECTED
        assert session.get_one(Approval, others.id).state == "proposed", "that is another matter"
    with (
        pytest.raises(ConflictError, match="もう一度提案") as refused,
        ward.database.write() as session,
    ):
        holds.release(work_in(session, of_ward, NOW + timedelta(hours=1)), waiting.id)
    assert refused.value.code == "named_again"
    assert ward.view(number).protected
    assert ward.holds(number) == [codes.W01_PROTECTED]
    with ward.database.write() as session:
        later = NOW + timedelta(hours=2)
        anew = holds.propose_release(work_in(session, officer, later), key, codes.W01_PROTECTED)
        holds.release(work_in(session, of_ward, later), anew.id)
    assert not ward.view(number).protected, "what is proposed with that known may be confirmed"


def test_a_release_that_the_list_did_not_see_is_not_confirmed_either(
    ward: Ward, officer: Actor, of_ward: Actor
) -> None:
    number = held(ward.extract(), codes.W01_PROTECTED)
    list_again(ward, number, NOW)
    with ward.database.write() as session:
        # it began before the list came, and waited for its lock
        early = work_in(session, officer, NOW - timedelta(seconds=1))
        waiting = holds.propose_release(early, ward.key(number), codes.W01_PROTECTED)
    with pytest.raises(ConflictError), ward.database.write() as session:
        holds.release(work_in(session, of_ward, NOW), waiting.id)
    assert ward.view(number).protected


def test_a_release_and_a_newer_list_at_once_never_let_the_older_word_win(
    ward: Ward, officer: Actor, of_ward: Actor
) -> None:
    number = held(ward.extract(), codes.W01_PROTECTED)
    with ward.database.write() as session:
        waiting = holds.propose_release(
            work_in(session, officer, NOW), ward.key(number), codes.W01_PROTECTED
        )
    meet, later = Barrier(2), NOW + timedelta(hours=1)

    def confirm() -> bool:
        meet.wait()
        try:
            with ward.database.write() as session:
                holds.release(work_in(session, of_ward, later), waiting.id)
        except ConflictError:
            return False
        return True

    def name() -> int:
        meet.wait()
        with ward.database.write() as session:
            listed = ListedNumbers(NumberKind.HOUSEHOLD, [number])
            return protection_list.load_list(work_in(session, now=later), listed).released_before

    with ThreadPoolExecutor() as pool:
        released, told = pool.submit(confirm), pool.submit(name)
        assert told.result() == released.result(), "released before the list, which says so"
    assert ward.view(number).protected is not released.result()


def test_none_is_not_confirmed_when_a_newer_list_came_after_it_was_proposed(
    database: Database, tmp_path: Path, officer: Actor, of_ward: Actor
) -> None:
    plan = ExtractPlan(households=5, seed=2, clean=True)
    ward = Ward(database, tmp_path, plan, "sample-min")
    ward.hand_over()
    with database.write() as session:
        waiting = propose_none(work_in(session, officer, NOW), NOW.date())
    list_again(ward, "000000099999999", NOW + timedelta(minutes=1))  # nobody has this number
    with pytest.raises(ConflictError, match="新しい情報"), database.write() as session:
        confirm_proposed_none(work_in(session, of_ward, NOW + timedelta(hours=1)), waiting.id)
