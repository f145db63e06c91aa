"""Paper in place of the coupon: asked for, accepted, packed by two, sent, back again; coupon and paper never both."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.domain.actors import Actor, Organization, Role
from portal.domain.alternatives import delivery, packing, services
from portal.domain.alternatives.models import AlternativeItem
from portal.domain.alternatives.states import ALTERNATIVE
from portal.domain.alternatives.words import steps_of
from portal.domain.announcements.models import Announcement
from portal.domain.coupons import services as coupons
from portal.domain.coupons.assignment import Reserve, assign
from portal.domain.coupons.models import Coupon, CouponBatch
from portal.domain.entitlements import claims
from portal.domain.entitlements.models import Entitlement
from portal.domain.errors import (
    ConflictError,
    DomainError,
    InputError,
    NotAllowedError,
    NotFoundError,
    TooLateError,
    WrongStateError,
)
from portal.domain.households.models import Household
from portal.domain.requests.models import Request
from portal.domain.shipments.mail import REGISTERED, SIMPLE_REGISTERED
from portal.domain.staff.models import StaffUser
from portal.platform.database import Database
from tests.support.coupons import VAULT
from tests.support.paper import Paper, make_paper, tracking_no
from tests.support.people import Person


@pytest.fixture
def paper(database: Database, tmp_path: Path) -> Paper:
    made = make_paper(database, tmp_path)
    made.receive()
    return made


@pytest.fixture
def family(paper: Paper) -> Person:
    person = paper.household()
    paper.coupons()
    return person


def request_of(paper: Paper, request_id: int) -> Request:
    with paper.database.read() as session:
        row = session.get_one(Request, request_id)
        session.expunge(row)
    return row


def answer(paper: Paper, person: Person, *, spent: bool) -> None:
    """The issuer answers about the coupon whose stop was asked for."""
    with paper.database.write() as session:
        coupon = session.scalars(
            select(Coupon).where(
                Coupon.state == "stop_requested", Coupon.entitlement_id.in_(paper.rights(session, person))
            )
        ).one()
        right = coupon.entitlement_id or 0
        (coupons.found_spent if spent else coupons.confirm_stop)(session, coupon.id, paper.officer, paper.now)
        after = services.stop_found_spent if spent else services.stop_confirmed
        after(session, VAULT, paper.program, right, paper.officer, paper.now)


def test_from_asking_to_the_door(paper: Paper, family: Person) -> None:
    request_id = paper.ask(family, 1)
    assert paper.coupon_states(family) == ["assigned", "suspended"]
    paper.decide(request_id)
    assert paper.states(request_id) == ["approved"]
    assert paper.coupon_states(family) == ["assigned", "voided"]
    assert (paper.line().on_hand, paper.line().reserved) == (100, 3)
    parcel = paper.pack(request_id, 1)
    assert (paper.line().on_hand, paper.line().reserved) == (97, 0)
    paper.post(parcel)
    paper.deliver(parcel)
    row = request_of(paper, request_id)
    assert (paper.states(request_id), row.state, row.result) == (["delivered"], "closed", "delivered")
    with paper.database.read() as session:
        rights = session.scalars(select(Entitlement.state).order_by(Entitlement.id)).all()
        assert rights == ["alternative_delivered", "in_progress"]
        assert [step.words for step in steps_of(session, row)] == [
            "紙の代替品の申し込みを受け付けました。", "申し込みの内容を確かめました。", "電子クーポンを止めました。",
            "1人分の小包を用意しました。", "小包を、簡易書留で送りました。", "小包が届きました。",
        ]  # fmt: skip
        events = session.scalars(select(Announcement.event).order_by(Announcement.id)).all()
    assert events == ["received", "decided", "posted"]
    paper.check()


SCANS = [packing.Scanned("gift_card", "GC000001", "GC000003")]
WAY = {
    "submitted": (), "awaiting_stop": ("see", "approve"), "approved": ("approve",), "packed": ("approve", "pack"),
    "posted": ("approve", "pack", "post"), "returned": ("approve", "pack", "post", "return"),
    "delivered": ("approve", "pack", "post", "deliver"), "refused": ("refuse",), "withdrawn": ("withdraw",),
    "restocked": ("approve", "pack", "post", "return", "restock"),
}  # fmt: skip


class _Undone(Exception):  # noqa: N818  (no error: it leaves a transaction without keeping anything)
    pass


@dataclass
class Walk:
    """One request inside one transaction, taken from state to state by the services."""

    paper: Paper
    session: Session
    request_id: int

    @property
    def item(self) -> AlternativeItem:
        """The one child's alternative."""
        return self.session.scalars(select(AlternativeItem)).one()

    def take(self, action: str) -> None:
        """Carries out one action of the machine, as its service does."""
        p, s, parcel = self.paper, self.session, self.item.parcel_id or 0
        row = s.get_one(Request, self.request_id)
        mail = (VAULT, p.program, parcel, p.today, SIMPLE_REGISTERED)
        steps: dict[str, Callable[[], object]] = {
            "see": self._see,
            "approve": lambda: self._decide("accept"),
            "refuse": lambda: self._decide("refuse"),
            "confirm": lambda: self._answer(coupons.confirm_stop, services.stop_confirmed),
            "found_spent": lambda: self._answer(coupons.found_spent, services.stop_found_spent),
            "pack": self._pack,
            "post": lambda: delivery.post(s, *mail, tracking_no(98), p.officer, p.now),
            "repost": lambda: delivery.repost(s, *mail, tracking_no(99), p.officer, p.now),
            "deliver": lambda: delivery.deliver(s, parcel, p.today, p.officer, p.now),
            "return": lambda: delivery.come_back(s, VAULT, parcel, "refused", p.today, p.officer, p.now),
            "restock": lambda: delivery.restock(s, p.program, parcel, p.officer, p.now),
            "withdraw": lambda: services.withdraw(
                s, VAULT, p.program, self.request_id, row.household_id or 0, p.officer, p.now
            ),
        }
        steps[action]()

    def _see(self) -> None:
        self.session.execute(
            update(Coupon).values(revealed_at=self.paper.now).where(Coupon.state == "suspended")
        )
        self.session.execute(update(CouponBatch).values(sandbox=False))

    def _decide(self, verb: str) -> None:
        version, paper = self.session.get_one(Request, self.request_id).version, self.paper
        services.decide(
            self.session, VAULT, paper.program, self.request_id, version, verb, paper.officer, paper.now, reason="other"
        )  # fmt: skip

    def _answer(self, change: Callable[..., object], after: Callable[..., object]) -> None:
        coupon = self.session.scalar(select(Coupon.id).where(Coupon.state == "stop_requested"))
        if coupon is not None and self.item.state == "awaiting_stop":
            change(self.session, coupon, self.paper.officer, self.paper.now)
        args = (VAULT, self.paper.program, self.item.entitlement_id, self.paper.officer, self.paper.now)
        if after(self.session, *args) is None:
            raise WrongStateError("nothing waited for the answer")

    def _pack(self) -> None:
        p, s = self.paper, self.session
        made = packing.count(s, p.program, self.request_id, [1], SCANS, SIMPLE_REGISTERED, p.officer, p.now)
        packing.confirm(s, p.program, made.id, 3, 30_000, p.second, p.now)


def test_every_pair_of_state_and_action(paper: Paper, family: Person) -> None:
    """Exactly the steps of the design are possible, through the services and not only in the table."""
    request_id = paper.ask(family, 1)
    assert set(WAY) == ALTERNATIVE.states
    for state, way in WAY.items():
        for action in ALTERNATIVE.steps:
            with contextlib.suppress(_Undone), paper.database.write() as session:
                walk = Walk(paper, session, request_id)
                for step in way:
                    walk.take(step)
                assert walk.item.state == state
                if ALTERNATIVE.can(state, action):
                    walk.take(action)
                    # a code that nobody saw is void at once, so that accepting goes on to the next state
                    wanted = "approved" if action == "approve" else ALTERNATIVE.steps[action][state]
                    assert walk.item.state == wanted, (state, action)
                else:
                    with contextlib.suppress(DomainError), session.begin_nested():
                        walk.take(action)
                    assert walk.item.state == state, (state, action)
                raise _Undone


def test_a_shown_code_waits_for_its_issuer(paper: Paper, family: Person) -> None:
    paper.reveal(family)
    request_id = paper.ask(family, 1)
    paper.decide(request_id)
    assert (paper.states(request_id), paper.line().reserved) == (["awaiting_stop"], 0)
    answer(paper, family, spent=False)
    assert (paper.states(request_id), paper.line().reserved) == (["approved"], 3)
    assert request_of(paper, request_id).state == "in_progress"
    paper.check()


def test_one_yen_spent_refuses_and_leaves_the_coupon(paper: Paper, family: Person) -> None:
    paper.reveal(family)
    request_id = paper.ask(family, 1)
    paper.decide(request_id)
    answer(paper, family, spent=True)
    row = request_of(paper, request_id)
    assert (paper.states(request_id), row.result, row.reply) == (["refused"], "refused", "spent")
    assert paper.coupon_states(family) == ["revealed", "revealed"]
    with paper.database.write() as session:
        session.execute(update(Coupon).where(Coupon.state == "revealed").values(state="part_used"))
    with pytest.raises(NotAllowedError, match="もう使われています"):
        paper.ask(family, 1)
    paper.check()


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
        given = assign(session, paper.officer, paper.now, reserve=Reserve(), protection_loaded=True)
    assert given.count == 0
    paper.check()


@pytest.mark.parametrize("accepted", [False, True])
def test_taking_it_back_gives_the_coupon_back(paper: Paper, family: Person, *, accepted: bool) -> None:
    request_id = paper.ask(family, 1)
    if accepted:
        paper.decide(request_id)
        paper.count(request_id, 1)  # the first person had begun
    paper.withdraw(family, request_id)
    assert request_of(paper, request_id).result == "withdrawn"
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


def test_taken_back_while_the_issuer_is_asked_a_fresh_code_follows(paper: Paper, family: Person) -> None:
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
        claims.claim(session, family.household_id, rights[:1], claims.DECLINE, 999, paper.officer, paper.now)
    with pytest.raises(ConflictError, match="別の申請"):
        paper.ask(family, 1, 2)
    request_id = paper.ask(family, 2)
    with paper.database.write() as session, pytest.raises(ConflictError):
        claims.claim(session, family.household_id, rights[1:], claims.DECLINE, 999, paper.officer, paper.now)
    assert paper.states(request_id) == ["submitted"]


def test_short_stock_waits_in_order_and_is_served_when_it_arrives(database: Database, tmp_path: Path) -> None:
    paper = make_paper(database, tmp_path)
    families = [paper.household(1) for _ in range(3)]
    paper.coupons()
    paper.receive("GC000001", "GC000003")
    requests = [paper.ask(family, 1) for family in families]
    for request_id in requests:
        paper.decide(request_id)
        assert paper.states(request_id) == ["approved"]
    assert (paper.line().reserved, paper.line().waiting) == (3, 6)
    with pytest.raises(ConflictError, match="在庫待ち"):
        paper.count(requests[1], 1, serials=["GC000001", "GC000002", "GC000003"])
    paper.withdraw(families[0], requests[0])
    assert paper.pack(requests[1], 1)
    paper.receive("GC000004", "GC000006")
    assert paper.pack(requests[2], 1)
    assert paper.line().on_hand == 0
    paper.check()


def test_two_people_pack_and_both_count(paper: Paper, family: Person) -> None:
    request_id = paper.ask(family, 1)
    paper.decide(request_id)
    for wrong in (["GC000001"], ["GC000001", "GC000002", "GC000002"], ["GC000001", "GC000002", "GC000999"]):
        with pytest.raises((InputError, NotFoundError)):
            paper.count(request_id, 1, serials=wrong)
    parcel = paper.count(request_id, 1)
    with pytest.raises(NotAllowedError, match="ほかの人"):
        paper.confirm(parcel, paper.officer)
    with pytest.raises(InputError, match="もう一度数え"):
        paper.confirm(parcel, pieces=2)
    assert paper.states(request_id) == ["approved"]
    with pytest.raises(ConflictError, match="確認を待っています"):
        paper.count(request_id, 1)
    paper.confirm(parcel)
    with pytest.raises(WrongStateError):
        paper.confirm(parcel)
    paper.check()


def test_a_serial_number_leaves_once(paper: Paper) -> None:
    families = [paper.household(1), paper.household(1)]
    paper.coupons()
    requests = [paper.ask(family, 1) for family in families]
    for request_id in requests:
        paper.decide(request_id)
    same = ["GC000001", "GC000002", "GC000003"]
    paper.count(requests[0], 1, serials=same)
    with pytest.raises(ConflictError, match="いま在庫にありません"):
        paper.count(requests[1], 1, serials=same)


def test_two_children_are_split_or_sent_with_more_insurance(paper: Paper, family: Person) -> None:
    request_id = paper.ask(family, 1, 2)
    paper.decide(request_id)
    with pytest.raises(NotAllowedError, match="分けて送るか、一般書留") as caught:
        paper.count(request_id, 1, 2)
    assert caught.value.code == "over_insurance"
    together = paper.pack(request_id, 1, 2, mail_class=REGISTERED)
    with pytest.raises(NotAllowedError):
        paper.post(together, SIMPLE_REGISTERED)  # nor by another class at the counter
    paper.post(together, REGISTERED)
    paper.deliver(together)
    assert request_of(paper, request_id).result == "delivered"
    paper.check()


def test_split_parcels_end_each_on_its_own(paper: Paper, family: Person) -> None:
    request_id = paper.ask(family, 1, 2)
    paper.decide(request_id)
    first, second = paper.pack(request_id, 1), paper.pack(request_id, 2)
    paper.post(first)
    paper.deliver(first)
    assert request_of(paper, request_id).state == "in_progress"
    paper.post(second)
    paper.come_back(second, "refused")
    paper.restock(second)
    paper.decide(request_id, "refuse", reason="came_back")
    assert request_of(paper, request_id).result == "partly"
    paper.check()


def test_it_goes_out_twice_more_and_then_back_into_stock(paper: Paper, family: Person) -> None:
    request_id, parcel = paper.packed(family, 1)
    paper.post(parcel)
    for _ in range(paper.program.requests.redeliveries):
        paper.come_back(parcel)
        with pytest.raises(NotAllowedError, match="残っています"):
            paper.restock(parcel)
        paper.post(parcel, again=True)
    paper.come_back(parcel)
    with pytest.raises(NotAllowedError, match="2回まで"):
        paper.post(parcel, again=True)
    paper.restock(parcel)
    row = request_of(paper, request_id)
    assert (paper.states(request_id), row.state, row.warnings) == (["restocked"], "waiting", ["restocked"])
    assert (paper.line().on_hand, paper.line().out) == (100, 0)
    with paper.database.read() as session:
        assert session.scalars(select(Entitlement.state)).all() == ["in_progress", "in_progress"]
    with pytest.raises(NotAllowedError):
        paper.decide(request_id, "accept")
    paper.decide(request_id, "refuse", reason="came_back")
    assert request_of(paper, request_id).result == "restocked"
    paper.ask(family, 1)  # the ward found the right address: all over again
    paper.check()


def test_an_unknown_address_goes_to_the_ward_first(paper: Paper, family: Person) -> None:
    _request, parcel = paper.packed(family, 1)
    paper.post(parcel)
    paper.come_back(parcel, "address_unknown")
    with pytest.raises(NotAllowedError, match="区の担当者"):
        paper.post(parcel, again=True)
    paper.post(parcel, again=True, actor=paper.ward)
    paper.deliver(parcel)
    paper.check()


def test_nothing_leaves_for_a_household_that_is_held(paper: Paper, family: Person) -> None:
    request_id = paper.ask(family, 1)
    with paper.database.write() as session:
        session.execute(update(Entitlement).values(state="held"))
    with pytest.raises(NotAllowedError, match="保留中"):
        paper.decide(request_id)
    with paper.database.write() as session:
        session.execute(update(Entitlement).values(state="in_progress"))
    paper.decide(request_id)
    parcel = paper.count(request_id, 1)
    with paper.database.write() as session:
        session.execute(update(Entitlement).values(state="held"))
    with pytest.raises(NotAllowedError, match="保留中"):
        paper.confirm(parcel)


def test_a_protected_household_is_the_wards_alone(paper: Paper, family: Person) -> None:
    request_id = paper.ask(family, 1)
    with paper.database.write() as session:
        session.execute(update(Household).values(protected=True))
    with pytest.raises(NotFoundError):
        paper.decide(request_id)
    paper.decide(request_id, actor=paper.ward)
    with pytest.raises(NotFoundError):
        paper.count(request_id, 1)


def test_the_last_microsecond_is_in_and_midnight_is_out(paper: Paper, family: Person) -> None:
    end = paper.program.windows.alternative.ends_at
    paper.now = end - timedelta(microseconds=1)
    paper.ask(family, 1)
    paper.now = end
    with pytest.raises(TooLateError):
        paper.ask(family, 2)


@pytest.mark.parametrize("ordinals", [(), (3,), (1, 9)])
def test_only_own_children_can_be_chosen(paper: Paper, family: Person, ordinals: tuple[int, ...]) -> None:
    with paper.database.write() as session, pytest.raises(InputError):
        services.submit(
            session, VAULT, paper.program, family.household_id, dict.fromkeys(ordinals, "gift_card"),
            paper.resident(family), paper.now,
        )  # fmt: skip
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
    assert request_of(paper, request_id).state == "with_resident"
    with paper.database.write() as session:
        services.resubmit(
            session, VAULT, paper.program, request_id, family.household_id, {1: "book_card"},
            paper.resident(family), paper.now,
        )  # fmt: skip
    assert request_of(paper, request_id).state == "waiting"
    paper.receive("BK001", "BK009", product="book_card")
    paper.decide(request_id)
    assert (paper.line("book_card").reserved, paper.line().reserved) == (3, 0)


def test_refusing_shows_the_coupon_again(paper: Paper, family: Person) -> None:
    request_id = paper.ask(family, 1)
    paper.decide(request_id, "refuse", reason="can_use")
    assert paper.coupon_states(family) == ["assigned", "assigned"]
    assert request_of(paper, request_id).result == "refused"
    paper.ask(family, 1)


def test_where_no_address_may_be_used_the_ward_hands_it_over(paper: Paper, family: Person) -> None:
    with paper.database.write() as session:
        session.execute(update(Household).values(protected=True, counter=True))
    paper.officer = paper.ward  # contractors know nothing of this household
    request_id = paper.ask(family, 1)
    paper.decide(request_id, actor=paper.ward)
    parcel = paper.count(request_id, 1)
    with paper.database.write() as session:
        user = StaffUser(
            login="ward-b", display_name="ward-b", organization="ward", role="ward_officer", password_hash="-",
            totp_sealed=b"", created_at=paper.now,
        )  # fmt: skip
        session.add(user)
        session.flush()
        other = Actor(Role.WARD_OFFICER, user.id, Organization.WARD)
    paper.confirm(parcel, other)
    with pytest.raises(NotAllowedError, match="窓口"):
        paper.post(parcel)
    with paper.database.write() as session:
        delivery.hand_over(session, parcel, other, paper.now)
    row = request_of(paper, request_id)
    assert (paper.states(request_id), row.result) == (["delivered"], "delivered")
    with paper.database.read() as session:
        assert [step.words for step in steps_of(session, row)][-1] == "区の窓口でお渡ししました。"
    with paper.database.write() as session, pytest.raises(WrongStateError):
        delivery.hand_over(session, parcel, other, paper.now)
    paper.check()


def test_everybody_else_gets_it_by_mail(paper: Paper, family: Person) -> None:
    _request, parcel = paper.packed(family, 1)
    with paper.database.write() as session, pytest.raises(NotAllowedError, match="郵便で"):
        delivery.hand_over(session, parcel, paper.ward, paper.now)
