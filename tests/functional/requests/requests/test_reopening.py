"""A decided request goes back to the reviewers, with a reason, until its notice is sent."""

import threading
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.errors import (
    ConflictError,
    DomainError,
    NotAllowedError,
    NotFoundError,
    WrongStateError,
)
from portal.domain.letters.announcements.models import Announcement
from portal.domain.letters.announcements.states import ANNOUNCEMENT, AnnouncementState
from portal.domain.people.coupons.models import Coupon
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.households.models import Household
from portal.domain.people.notices.models import OutboxMessage
from portal.domain.people.notices.services import Share, claim_due
from portal.domain.people.notices.states import MESSAGE, MessageState
from portal.domain.requests.alternatives import services as alternatives
from portal.domain.requests.alternatives.review import ALTERNATIVE_KIND
from portal.domain.requests.alternatives.states import ALTERNATIVE
from portal.domain.requests.alternatives.written import PaperWish
from portal.domain.requests.declines.models import DeclineItem
from portal.domain.requests.declines.states import DECLINE
from portal.domain.requests.redeliveries.states import REDELIVERY
from portal.domain.requests.reopening import ReopenReason, reopen
from portal.domain.requests.requests.deciding import decide
from portal.domain.requests.requests.decisions import Decided
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.states import REQUEST, RequestState
from portal.platform.database import Database
from tests.functional.requests.declines.support import (
    NOW,
    PARENT,
    PROGRAM,
    Desk,
    make_desk,
)
from tests.support.work import work_in

WHY = ReopenReason.WRONG_CHOICE.value


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    return make_desk(database, tmp_path)


def back(desk: Desk, row: Request, by: Actor | None = None, why: str = WHY) -> Request:
    with desk.database.write() as session:
        work = work_in(session, by or desk.officer, NOW, program=PROGRAM)
        return reopen(work, row.id, why)


def refused(desk: Desk, **more: Any) -> Request:
    """A decline of two children, refused a moment ago."""
    return desk.decide(desk.submit(**more), "refuse", reason="incomplete")


def told_by_sms(desk: Desk, row: Request) -> int:
    """The announcement of the decision goes by SMS; returns the message's key."""
    with desk.database.write() as session:
        announced = decided_notice(session, row)
        message = OutboxMessage(
            kind="sms",
            purpose="announce.decided",
            household_id=row.household_id,
            dedupe_key=f"announce:{announced.id}:1",
            sealed=b"x",
            created_at=NOW,
            next_try_at=NOW,
            expires_at=NOW + timedelta(days=2),
        )
        session.add(message)
        session.flush()
        announced.medium, announced.message_id = "sms", message.id
        return message.id


def decided_notice(session: Session, row: Request) -> Announcement:
    return session.scalars(
        select(Announcement)
        .where(Announcement.receipt_no == row.receipt_no, Announcement.event == "decided")
        .order_by(Announcement.id.desc())
        .limit(1)
    ).one()


def coupons(desk: Desk, household: int = 1) -> list[str]:
    with desk.database.read() as session:
        rows = session.execute(
            select(Coupon.state)
            .join(Entitlement, Entitlement.id == Coupon.entitlement_id)
            .where(Entitlement.household_id == household)
            .order_by(Coupon.entitlement_id, Coupon.id)
        )
        return [state for (state,) in rows]


def rights(desk: Desk, household: int = 1) -> list[str]:
    with desk.database.read() as session:
        return list(
            session.scalars(
                select(Entitlement.state)
                .where(Entitlement.household_id == household)
                .order_by(Entitlement.id)
            )
        )


def test_a_refusal_is_taken_back_and_decided_anew(desk: Desk) -> None:
    row = refused(desk)
    assert coupons(desk) == ["assigned", "assigned"]
    row = back(desk, row)
    assert (row.state, row.result, row.reply, row.closed_at) == ("waiting", None, None, None)
    assert coupons(desk) == ["suspended", "suspended"]
    with desk.database.read() as session:
        assert decided_notice(session, row).state == AnnouncementState.CALLED_OFF
        event = session.scalars(
            select(AuditEvent).where(AuditEvent.action == "request.reopen")
        ).one()
        assert (event.actor_id, event.detail["reason"]) == (desk.officer.id, WHY)
    row = desk.decide(row, "accept")
    assert (row.result, rights(desk)) == ("accepted", ["declined", "declined"])
    with desk.database.read() as session:
        assert decided_notice(session, row).state == AnnouncementState.WAITING, "told once, anew"


def test_an_acceptance_is_taken_back_while_no_seen_code_was_stopped(desk: Desk) -> None:
    row = desk.decide(desk.submit(), "accept")
    assert (rights(desk), coupons(desk)) == (["declined"] * 2, ["voided"] * 2)
    row = back(desk, row)
    assert (row.state, row.children) == ("waiting", 2)
    assert rights(desk) == ["in_progress"] * 2
    assert coupons(desk) == ["voided", "suspended"] * 2, "another code, hidden while it waits"
    row = desk.decide(row, "refuse", reason="incomplete")
    assert coupons(desk) == ["voided", "assigned"] * 2


def test_a_stop_that_was_asked_is_not_taken_back(desk: Desk) -> None:
    row = desk.submit()
    with desk.database.write() as session:
        session.execute(update(Coupon).values(revealed_at=NOW))
    row = desk.decide(row, "accept")
    with desk.database.write() as session:
        ids = session.scalars(select(DeclineItem.entitlement_id)).all()
        session.execute(update(Coupon).where(Coupon.entitlement_id.in_(ids)).values(state="voided"))
        session.execute(update(DeclineItem).values(state="accepted"))
        session.execute(update(Request).values(state="closed", result="accepted", closed_at=NOW))
    with pytest.raises(NotAllowedError) as found:
        back(desk, row)
    assert found.value.code == "stop_asked"


@pytest.mark.parametrize("state", list(AnnouncementState))
def test_a_notice_in_every_state(desk: Desk, state: AnnouncementState) -> None:
    """Only what nobody was told by lets the request go back."""
    row = refused(desk)
    with desk.database.write() as session:
        decided_notice(session, row).state = state.value
    untold = {"waiting", "merged", "stopped", "called_off"}
    if state.value in untold:
        assert back(desk, row).state == "waiting"
        return
    with pytest.raises(NotAllowedError) as found:
        back(desk, row)
    assert found.value.code == "notice_sent"
    assert coupons(desk) == ["assigned", "assigned"]


@pytest.mark.parametrize("state", list(MessageState))
def test_a_message_in_every_state(desk: Desk, state: MessageState) -> None:
    row = refused(desk)
    key = told_by_sms(desk, row)
    with desk.database.write() as session:
        session.get_one(OutboxMessage, key).state = state.value
    if state is not MessageState.WAITING:
        with pytest.raises(NotAllowedError) as found:
            back(desk, row)
        assert found.value.code == "notice_sent"
        return
    back(desk, row)
    with desk.database.read() as session:
        message = session.get_one(OutboxMessage, key)
        assert (message.state, message.sealed) == (MessageState.STOPPED, None)


@pytest.mark.parametrize("state", list(RequestState))
def test_a_request_in_every_state(desk: Desk, state: RequestState) -> None:
    row = refused(desk)
    with desk.database.write() as session:
        session.get_one(Request, row.id).state = state.value
    if state is RequestState.CLOSED:
        assert back(desk, row).state == "waiting"
        with pytest.raises(WrongStateError):
            back(desk, row)
        return
    with pytest.raises(WrongStateError):
        back(desk, row)


def test_machines_reopen_what_a_reviewer_decided_and_nothing_else() -> None:
    found = {
        machine.name: machine.steps["reopen"]
        for machine in (REQUEST, DECLINE, ALTERNATIVE, REDELIVERY)
    }
    assert found == {
        "request": {"closed": "waiting"},
        "decline": {"refused": "submitted", "accepted": "submitted"},
        "alternative": {"refused": "submitted"},
        "redelivery": {"refused": "submitted"},
    }
    assert MESSAGE.can("waiting", "stop")
    assert ANNOUNCEMENT.can("waiting", "call_off")


@pytest.mark.parametrize("result", ["withdrawn", "fulfilled", "delivered", "restocked", "lost"])
def test_what_no_reviewer_decided_is_not_reopened(desk: Desk, result: str) -> None:
    row = refused(desk)
    with desk.database.write() as session:
        session.get_one(Request, row.id).result = result
    with pytest.raises(WrongStateError):
        back(desk, row)


@pytest.mark.parametrize("why", ["", "because"])
def test_a_reason_is_needed(desk: Desk, why: str) -> None:
    with pytest.raises(NotAllowedError) as found:
        back(desk, refused(desk), why=why)
    assert found.value.code == "reason"


def test_neither_a_program_nor_who_may_not_know_reopens(desk: Desk) -> None:
    row = refused(desk)
    with pytest.raises(NotAllowedError):
        back(desk, row, Actor(Role.SYSTEM))
    with desk.database.write() as session:
        session.get_one(Household, 1).protected = True
    with pytest.raises(NotFoundError):
        back(desk, row)
    ward = Actor(Role.WARD_OFFICER, desk.ward.id, Organization.WARD)
    assert back(desk, row, ward).state == "waiting"


def test_another_request_for_the_child_comes_first(desk: Desk) -> None:
    row = refused(desk)
    desk.submit(ordinals=(2,))
    with pytest.raises(ConflictError):
        back(desk, row)
    assert coupons(desk) == ["assigned", "suspended"]


def test_a_refused_paper_alternative_binds_its_child_again(desk: Desk) -> None:
    with desk.database.write() as session:
        work = work_in(session, PARENT, NOW, program=PROGRAM)
        wish = alternatives.PaperRequest(1, {1: PROGRAM.alternatives[0].id}, PaperWish())
        row = alternatives.submit(work, wish)
    with desk.database.write() as session:
        work = work_in(session, desk.officer, NOW, program=PROGRAM)
        decide(work, ALTERNATIVE_KIND, row.id, row.version, Decided("refuse", reason="other"))
    assert coupons(desk) == ["assigned", "assigned"]
    assert back(desk, row).state == "waiting"
    assert coupons(desk) == ["suspended", "assigned"]


def test_reopening_meets_the_notice_going_out(desk: Desk) -> None:
    """One of both: the worker has the message, or the request waits again; never both."""
    ends: Counter[str] = Counter()
    for household in range(1, desk.households + 1):
        row = refused(desk, household=household)
        key = told_by_sms(desk, row)
        gate = threading.Barrier(2)

        def sending(gate: threading.Barrier = gate, key: int = key) -> None:
            gate.wait()
            with desk.database.write() as session:
                message = session.scalars(
                    select(OutboxMessage)
                    .where(OutboxMessage.id == key, OutboxMessage.state == MessageState.WAITING)
                    .with_for_update(skip_locked=True)
                ).one_or_none()
                if message is not None:
                    message.state = MESSAGE.next(message.state, "claim")

        def reopening(gate: threading.Barrier = gate, row: Request = row) -> None:
            gate.wait()
            try:
                back(desk, row)
            except DomainError as error:
                ends[error.code] += 1

        pair = [threading.Thread(target=act) for act in (sending, reopening)]
        for thread in pair:
            thread.start()
        for thread in pair:
            thread.join()
        with desk.database.read() as session:
            message = session.get_one(OutboxMessage, key).state
            ends[f"{session.get_one(Request, row.id).state} {message}"] += 1
    assert set(ends) <= {"notice_sent", "closed sending", "waiting stopped"}, ends
    assert ends["notice_sent"] == ends["closed sending"]


def test_what_was_called_off_is_never_sent(desk: Desk) -> None:
    row = refused(desk)
    key = told_by_sms(desk, row)
    back(desk, row)
    with desk.database.write() as session:
        claimed = claim_due(work_in(session, now=NOW), Share(10))
        assert key not in {one.id for one in claimed}


def test_two_who_reopen_at_once_reopen_once(desk: Desk) -> None:
    row = refused(desk)
    ends: Counter[str] = Counter()
    gate = threading.Barrier(2)

    def reopening(by: Actor) -> None:
        gate.wait()
        try:
            back(desk, row, by)
            ends["reopened"] += 1
        except DomainError as error:
            ends[error.code] += 1

    pair = [threading.Thread(target=reopening, args=(by,)) for by in (desk.officer, desk.colleague)]
    for thread in pair:
        thread.start()
    for thread in pair:
        thread.join()
    assert ends == {"reopened": 1, "wrong_state": 1}
