"""A parcel that the post lost: found again, replaced from stock, or given up.

And what asks for a parcel that is gone.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.desk.casework import parcels_again
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.errors import (
    ConflictError,
    DomainError,
    NotAllowedError,
    WrongStateError,
)
from portal.domain.letters.shipments.models import Shipment
from portal.domain.mailroom.roster.holds.services import put_hold
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.households.models import Household
from portal.domain.requests.alternatives import lost_parcels, stock
from portal.domain.requests.alternatives.models import StockMovement, StockPiece
from portal.domain.requests.alternatives.queries import parcels, serials_in
from portal.domain.requests.alternatives.states import MovementKind, ParcelStage
from portal.domain.requests.alternatives.words import steps_of
from portal.domain.requests.redeliveries.queries import redelivery_of
from portal.domain.requests.redeliveries.reasons import RedeliveryReason
from portal.domain.requests.redeliveries.states import MissingItem
from portal.domain.requests.redeliveries.submitting import NotArrived, submit
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.services import reply_of
from tests.support.coupons import VAULT
from tests.support.people import Person
from tests.support.requests.paper import GIFT, Paper
from tests.support.work import work_in


def act(paper: Paper, work: Callable[[Session], object]) -> None:
    with paper.database.write() as session:
        work(session)


def lose(paper: Paper, parcel: int) -> None:
    act(paper, lambda s: lost_parcels.lose(work_in(s, paper.officer, paper.now), parcel))


def find(paper: Paper, parcel: int) -> None:
    act(paper, lambda s: lost_parcels.find(work_in(s, paper.officer, paper.now), parcel))


def resend(paper: Paper, parcel: int) -> None:
    act(paper, lambda s: parcels_again.resend(work_in(s, paper.officer, paper.now), parcel))


def write_off(paper: Paper, parcel: int) -> None:
    act(paper, lambda s: parcels_again.write_off(work_in(s, paper.officer, paper.now), parcel))


def words(paper: Paper, request_id: int) -> list[str]:
    with paper.database.read() as session:
        return [step.words for step in steps_of(session, session.get_one(Request, request_id))]


@pytest.fixture
def lost(paper: Paper, family: Person) -> tuple[int, int]:
    """A request and its parcel, which the post cannot find."""
    request_id, parcel = paper.packed(family, 1)
    paper.post(parcel)
    lose(paper, parcel)
    return request_id, parcel


def test_a_lost_parcel_is_no_longer_on_its_way_and_waits_for_a_decision(
    paper: Paper, lost: tuple[int, int]
) -> None:
    request_id, parcel = lost
    assert paper.states(request_id) == ["lost"]
    assert paper.request(request_id).state == "in_progress"
    assert words(paper, request_id)[-2:] == [
        "郵便局が小包を探しています。",
        "どうするかを、区に確かめています。急ぐときは、コールセンターにお電話ください。",
    ]
    steps: tuple[Callable[[], None], ...] = (
        lambda: paper.deliver(parcel),
        lambda: paper.come_back(parcel),
        lambda: paper.restock(parcel),
        lambda: paper.post(parcel, again=True),
        lambda: lose(paper, parcel),
    )
    for refused in steps:
        with pytest.raises((WrongStateError, NotAllowedError)):
            refused()
    with paper.database.read() as session:
        assert [
            view.parcel.id for view in parcels(session, ParcelStage.LOST, include_protected=False)
        ] == [parcel]
    paper.check()


def test_what_is_found_goes_on_to_the_door(paper: Paper, lost: tuple[int, int]) -> None:
    request_id, parcel = lost
    find(paper, parcel)
    assert paper.states(request_id) == ["posted"]
    with pytest.raises(WrongStateError):
        find(paper, parcel)
    paper.deliver(parcel)
    assert paper.request(request_id).result == "delivered"
    paper.check()


def test_the_children_get_other_pieces_and_the_lost_ones_stay_in_the_book(
    paper: Paper, lost: tuple[int, int]
) -> None:
    request_id, parcel = lost
    with paper.database.read() as session:
        gone = serials_in(session, parcel)
    resend(paper, parcel)
    assert paper.states(request_id) == ["approved"]
    line = paper.line()
    assert (line.on_hand, line.reserved, line.out, line.gone) == (97, 3, 0, 3)
    for late in (find, resend, write_off):
        with pytest.raises(WrongStateError):
            late(paper, parcel)
    second = paper.pack(request_id, 1)
    paper.post(second)
    paper.deliver(second)
    row = paper.request(request_id)
    assert (row.state, row.result) == ("closed", "delivered")
    with paper.database.read() as session:
        assert serials_in(session, parcel) == gone  # to tell the issuer which cards are lost
        assert gone != serials_in(session, second)
        kinds = session.scalars(select(StockMovement.kind).order_by(StockMovement.id)).all()
        assert kinds[-4:] == ["packed", "lost", "reserved", "packed"]
        states = session.scalars(select(Entitlement.state).order_by(Entitlement.id)).all()
        assert states == ["alternative_delivered", "in_progress"]
        assert parcels(session, ParcelStage.LOST, include_protected=False) == []
        events = set(session.scalars(select(AuditEvent.action)))
        assert {"alternative.lose", "alternative.resend", "stock.lost"} <= events
    assert words(paper, request_id)[-4:] == [
        "郵便局が小包を探しています。",
        "1人分の小包を用意しました。",
        "小包を、簡易書留で送りました。",
        "小包が届きました。",
    ]
    paper.check()


def test_those_who_waited_longest_get_the_new_pieces_first(
    paper: Paper, lost: tuple[int, int]
) -> None:
    request_id, parcel = lost
    others = [paper.household(1) for _ in range(2)]  # without coupons
    with paper.database.write() as session:  # all but four pieces are gone
        balance = stock.lock_balance(session, GIFT)
        pieces = session.scalars(select(StockPiece).where(StockPiece.state == "in_stock")).all()
        for piece in pieces[4:]:
            piece.state = "gone"
        counted = stock.Movement(MovementKind.COUNTED, -len(pieces[4:]), 0)
        stock.write(work_in(session, paper.officer, paper.now), balance, counted)
    first, second = (paper.ask(one, 1) for one in others)
    paper.decide(first)  # three of the four are promised
    paper.decide(second)
    resend(paper, parcel)
    assert (paper.line().reserved, paper.line().waiting) == (3, 6)
    paper.receive("GC000201", "GC000203")
    assert paper.pack(request_id, 1)  # asked first, served first
    with pytest.raises(ConflictError, match="在庫待ち"):
        paper.count(second, 1)
    paper.check()


def test_what_is_given_up_goes_back_to_a_reviewer_who_tells_the_household(
    paper: Paper, family: Person, lost: tuple[int, int]
) -> None:
    request_id, parcel = lost
    write_off(paper, parcel)
    row = paper.request(request_id)
    assert (paper.states(request_id), row.state, row.warnings) == (
        ["written_off"],
        "waiting",
        ["written_off"],
    )
    with pytest.raises(NotAllowedError):
        paper.decide(request_id, "accept")
    with pytest.raises(DomainError):
        paper.ask(family, 1)  # not before it is ended
    paper.decide(request_id, "refuse", reason="other")
    row = paper.request(request_id)
    assert (row.state, row.result, row.warnings) == ("closed", "lost", [])
    assert words(paper, request_id)[-1] == "この申し込みは終わりました。"
    with paper.database.read() as session:
        assert session.scalars(select(Entitlement.state)).all() == ["in_progress", "in_progress"]
    paper.ask(family, 1)
    paper.check()


def test_a_held_household_gets_nothing_new(
    paper: Paper, family: Person, lost: tuple[int, int]
) -> None:
    with paper.database.write() as session:
        household = session.get_one(Household, family.household_id)
        put_hold(work_in(session, paper.officer, paper.now), household, "W10_MOVED_AFTER_BASE")
    with pytest.raises(NotAllowedError):
        resend(paper, lost[1])
    assert paper.line().gone == 0


def test_two_who_decide_differently_at_once_get_one_decision(
    paper: Paper, lost: tuple[int, int]
) -> None:
    request_id, parcel = lost

    def decide(work: Callable[[Paper, int], None]) -> bool:
        try:
            work(paper, parcel)
        except DomainError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(decide, (resend, write_off, find, resend)))
    assert done.count(True) == 1
    assert paper.states(request_id) in (["approved"], ["written_off"], ["posted"])
    paper.check()


@pytest.mark.parametrize(
    ("reason", "after", "said"),
    [
        ("restocked", "restocked", "事務局に戻りました"),
        ("replaced", "approved", "代わりの荷物を送ります"),
        ("lost", "written_off", "荷物がなくなりました"),
    ],
)
def test_a_request_for_a_parcel_that_is_gone_ends_with_words(
    paper: Paper, family: Person, reason: str, after: str, said: str
) -> None:
    request_id, parcel = paper.packed(family, 1)
    paper.post(parcel)
    if reason == "restocked":
        paper.come_back(parcel, "refused")
    else:
        lose(paper, parcel)
    paper.now += timedelta(days=20)
    with paper.database.write() as session:
        shipment = session.scalars(select(Shipment.id)).one()
        who = paper.resident(family)
        asked = submit(
            work_in(session, who, paper.now, program=paper.program),
            NotArrived(family.household_id, MissingItem.PARCEL, shipment),
        ).id
    if reason == "restocked":
        act(
            paper,
            lambda s: parcels_again.restock(
                work_in(s, paper.officer, paper.now, program=paper.program), parcel
            ),
        )
    else:
        {"replaced": resend, "lost": write_off}[reason](paper, parcel)
    assert paper.states(request_id) == [after]
    with paper.database.read() as session:
        row = session.get_one(Request, asked)
        assert (row.state, row.result) == ("closed", "refused")
        assert redelivery_of(session, asked).state == "refused"
        assert row.reply == reason
        assert reply_of(VAULT, row) == ""
    assert said in RedeliveryReason(reason).label
    paper.check()
