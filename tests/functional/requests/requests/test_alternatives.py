"""Asking for paper in place of the coupon, and taking it back.

Coupon and paper are never both there.
"""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from portal.domain.foundation.errors import (
    ConflictError,
    InputError,
    NotAllowedError,
    NotFoundError,
    TooLateError,
)
from portal.domain.people.coupons import services as coupons
from portal.domain.people.coupons.assignment import assign
from portal.domain.people.coupons.models import Coupon, CouponBatch
from portal.domain.people.coupons.reserve import Reserve
from portal.domain.people.entitlements import claims
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.requests.alternatives import outcome, services
from portal.domain.requests.alternatives.written import PaperWish, WhyPaper
from portal.domain.requests.requests.models import Request
from tests.support.people import Person
from tests.support.requests.paper import Paper
from tests.support.work import work_in


def answer(paper: Paper, person: Person, *, spent: bool) -> None:
    """The issuer answers about the coupon whose stop was asked for."""
    with paper.database.write() as session:
        coupon = session.scalars(
            select(Coupon).where(
                Coupon.state == "stop_requested",
                Coupon.entitlement_id.in_(paper.rights(session, person)),
            )
        ).one()
        right = coupon.entitlement_id or 0
        (coupons.found_spent if spent else coupons.confirm_stop)(
            work_in(session, paper.officer, paper.now), coupon.id
        )
        after = outcome.stop_found_spent if spent else outcome.stop_confirmed
        after(work_in(session, paper.officer, paper.now, program=paper.program), right)


def test_a_shown_code_waits_for_its_issuer(paper: Paper, family: Person) -> None:
    paper.reveal(family)
    request_id = paper.ask(family, 1)
    paper.decide(request_id)
    assert (paper.states(request_id), paper.line().reserved) == (["awaiting_stop"], 0)
    answer(paper, family, spent=False)
    assert (paper.states(request_id), paper.line().reserved) == (["approved"], 3)
    assert paper.request(request_id).state == "in_progress"
    paper.check()


def test_one_yen_spent_refuses_and_leaves_the_coupon(paper: Paper, family: Person) -> None:
    paper.reveal(family)
    request_id = paper.ask(family, 1)
    paper.decide(request_id)
    answer(paper, family, spent=True)
    row = paper.request(request_id)
    assert (paper.states(request_id), row.result, row.reply) == (["refused"], "refused", "spent")
    assert paper.coupon_states(family) == ["revealed", "revealed"]
    with paper.database.write() as session:
        session.execute(update(Coupon).where(Coupon.state == "revealed").values(state="part_used"))
    with pytest.raises(NotAllowedError, match="もう使われています"):
        paper.ask(family, 1)
    paper.check()


def test_one_childs_spent_coupon_leaves_all_children_as_they_were(
    paper: Paper, family: Person
) -> None:
    with paper.database.write() as session:
        second = paper.rights(session, family)[1]
        session.execute(
            update(Coupon).where(Coupon.entitlement_id == second).values(state="part_used")
        )
    with pytest.raises(NotAllowedError, match="使われています"):
        paper.ask(family, 1, 2)
    assert paper.coupon_states(family) == ["assigned", "part_used"]
    with paper.database.read() as session:
        assert session.scalars(select(Request.id)).all() == []
        assert set(session.scalars(select(Entitlement.claimed_by))) == {None}
    paper.ask(family, 1)
    assert paper.coupon_states(family) == ["part_used", "suspended"]


def test_a_code_that_can_never_be_stopped_is_refused_at_once(paper: Paper, family: Person) -> None:
    paper.reveal(family)
    with paper.database.write() as session:
        session.execute(update(CouponBatch).values(stop="never"))
    with pytest.raises(NotAllowedError, match="止められません"):
        paper.ask(family, 1)


def test_no_child_gets_a_new_code_while_paper_is_under_way(paper: Paper, family: Person) -> None:
    """The void code leaves a right without coupon: the next assignment must not fill that gap."""
    request_id = paper.ask(family, 1)
    paper.decide(request_id)
    with paper.database.write() as session:
        given = assign(
            work_in(session, paper.officer, paper.now), reserve=Reserve(), protection_loaded=True
        )
    assert given.count == 0
    paper.check()


@pytest.mark.parametrize("accepted", [False, True])
def test_taking_it_back_gives_the_coupon_back(
    paper: Paper, family: Person, *, accepted: bool
) -> None:
    request_id = paper.ask(family, 1)
    if accepted:
        paper.decide(request_id)
        paper.count(request_id, 1)  # the first person had begun
    paper.withdraw(family, request_id)
    assert paper.request(request_id).result == "withdrawn"
    live = [state for state in paper.coupon_states(family) if state != "voided"]
    assert (live, paper.line().reserved, paper.line().on_hand) == (["assigned", "assigned"], 0, 100)
    with paper.database.read() as session:
        assert len(paper.free_serials(session, 200)) == 100
    paper.ask(family, 1)
    paper.check()


def test_what_is_packed_is_not_taken_back(paper: Paper, family: Person) -> None:
    request_id, _parcel = paper.packed(family, 1)
    with pytest.raises(NotAllowedError, match="取り下げできません") as caught:
        paper.withdraw(family, request_id)
    assert caught.value.code == "packed"
    assert paper.states(request_id) == ["packed"]


def test_without_a_code_in_reserve_nothing_is_taken_back(paper: Paper) -> None:
    family = paper.household(1)
    paper.coupons(1)
    request_id = paper.ask(family, 1)
    paper.decide(request_id)
    with pytest.raises(NotAllowedError, match="残っていない"):
        paper.withdraw(family, request_id)
    assert (paper.states(request_id), paper.line().reserved) == (["approved"], 3)
    paper.check()


def test_taken_back_while_the_issuer_is_asked_a_fresh_code_follows(
    paper: Paper, family: Person
) -> None:
    paper.reveal(family)
    request_id = paper.ask(family, 1)
    paper.decide(request_id)
    paper.withdraw(family, request_id)
    with pytest.raises(ConflictError):
        paper.ask(family, 1)  # its code may be void at any moment
    answer(paper, family, spent=False)
    assert paper.coupon_states(family) == ["assigned", "revealed", "voided"]
    paper.check()


def test_decline_and_paper_exclude_each_other(paper: Paper, family: Person) -> None:
    with paper.database.write() as session:
        rights = paper.rights(session, family)
        claims.claim(
            work_in(session, paper.officer, paper.now),
            family.household_id,
            rights[:1],
            claims.DECLINE,
            999,
        )
    with pytest.raises(ConflictError, match="別の申請"):
        paper.ask(family, 1, 2)
    request_id = paper.ask(family, 2)
    with paper.database.write() as session, pytest.raises(ConflictError):
        claims.claim(
            work_in(session, paper.officer, paper.now),
            family.household_id,
            rights[1:],
            claims.DECLINE,
            999,
        )
    assert paper.states(request_id) == ["submitted"]


def test_the_last_microsecond_is_in_and_midnight_is_out(paper: Paper, family: Person) -> None:
    end = paper.program.windows.alternative.ends_at
    paper.now = end - timedelta(microseconds=1)
    paper.ask(family, 1)
    paper.now = end
    with pytest.raises(TooLateError):
        paper.ask(family, 2)


@pytest.mark.parametrize("ordinals", [(), (3,), (1, 9)])
def test_only_own_children_can_be_chosen(
    paper: Paper, family: Person, ordinals: tuple[int, ...]
) -> None:
    with paper.database.write() as session, pytest.raises(InputError):
        services.submit(
            work_in(session, paper.resident(family), paper.now, program=paper.program),
            services.PaperRequest(
                family.household_id,
                dict.fromkeys(ordinals, "gift_card"),
                PaperWish(WhyPaper.NO_SMARTPHONE),
            ),
        )
    with pytest.raises(InputError):
        paper.ask(family, 1, product="gold")


def test_another_households_request_cannot_be_taken_back(paper: Paper, family: Person) -> None:
    stranger = paper.household()
    request_id = paper.ask(family, 1)
    with pytest.raises(NotFoundError):
        paper.withdraw(stranger, request_id)


def test_a_returned_request_is_corrected_with_another_product(paper: Paper, family: Person) -> None:
    request_id = paper.ask(family, 1)
    paper.decide(request_id, "return", reason="product")
    assert paper.request(request_id).state == "with_resident"
    with paper.database.write() as session:
        services.resubmit(
            work_in(session, paper.resident(family), paper.now, program=paper.program),
            request_id,
            services.PaperRequest(
                family.household_id, {1: "book_card"}, PaperWish(WhyPaper.NO_SMARTPHONE)
            ),
        )
    assert paper.request(request_id).state == "waiting"
    paper.receive("BK001", "BK009", product="book_card")
    paper.decide(request_id)
    assert (paper.line("book_card").reserved, paper.line().reserved) == (3, 0)


def test_refusing_shows_the_coupon_again(paper: Paper, family: Person) -> None:
    request_id = paper.ask(family, 1)
    paper.decide(request_id, "refuse", reason="can_use")
    assert paper.coupon_states(family) == ["assigned", "assigned"]
    assert paper.request(request_id).result == "refused"
    paper.ask(family, 1)
