"""Every pair of state and action of a paper alternative, through the services."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.domain.foundation.errors import DomainError, WrongStateError
from portal.domain.foundation.work import Work
from portal.domain.letters.shipments.mail import SIMPLE_REGISTERED
from portal.domain.letters.shipments.services import MailReturn, Posting
from portal.domain.people.coupons import services as coupons
from portal.domain.people.coupons.models import Coupon, CouponBatch
from portal.domain.requests.alternatives import (
    delivery,
    lost_parcels,
    outcome,
    packing,
    services,
)
from portal.domain.requests.alternatives.models import AlternativeItem
from portal.domain.requests.alternatives.review import ALTERNATIVE_KIND
from portal.domain.requests.alternatives.states import ALTERNATIVE
from portal.domain.requests.reopening import reopen
from portal.domain.requests.requests.deciding import decide
from portal.domain.requests.requests.decisions import Decided
from portal.domain.requests.requests.models import Request
from tests.support.people import Person
from tests.support.requests.paper import Paper, tracking_no
from tests.support.work import work_in

SCANS = [packing.Scanned("gift_card", "GC000001", "GC000003")]
WAY = {
    "submitted": (),
    "awaiting_stop": ("see", "approve"),
    "approved": ("approve",),
    "packed": ("approve", "pack"),
    "posted": ("approve", "pack", "post"),
    "returned": ("approve", "pack", "post", "return"),
    "delivered": ("approve", "pack", "post", "deliver"),
    "refused": ("refuse",),
    "withdrawn": ("withdraw",),
    "restocked": ("approve", "pack", "post", "return", "restock"),
    "lost": ("approve", "pack", "post", "lose"),
    "written_off": ("approve", "pack", "post", "lose", "write_off"),
}


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

    def _posting(self, number: int) -> Posting:
        return Posting(self.paper.today, SIMPLE_REGISTERED, tracking_no(number))

    def take(self, action: str) -> None:
        """Carry out one action of the machine, as its service does."""
        p, s, parcel = self.paper, self.session, self.item.parcel_id or 0
        row = s.get_one(Request, self.request_id)
        work = work_in(s, p.officer, p.now, program=p.program)
        steps: dict[str, Callable[[], object]] = {
            "see": self._see,
            "approve": lambda: self._decide("accept"),
            "refuse": lambda: self._decide("refuse"),
            "confirm": lambda: self._answer(coupons.confirm_stop, outcome.stop_confirmed),
            "found_spent": lambda: self._answer(coupons.found_spent, outcome.stop_found_spent),
            "pack": self._pack,
            "post": lambda: delivery.post(work, parcel, self._posting(98)),
            "repost": lambda: delivery.repost(work, parcel, self._posting(99)),
            "deliver": lambda: delivery.deliver(work_in(s, p.officer, p.now), parcel, p.today),
            "return": lambda: delivery.come_back(
                work_in(s, p.officer, p.now), parcel, MailReturn("refused", p.today)
            ),
            "lose": lambda: lost_parcels.lose(work_in(s, p.officer, p.now), parcel),
            "find": lambda: lost_parcels.find(work_in(s, p.officer, p.now), parcel),
            "resend": lambda: lost_parcels.resend(work_in(s, p.officer, p.now), parcel),
            "write_off": lambda: lost_parcels.write_off(work_in(s, p.officer, p.now), parcel),
            "restock": lambda: delivery.restock(
                work_in(s, p.officer, p.now, program=p.program), parcel
            ),
            "reopen": lambda: reopen(work, self.request_id, "misread"),
            "withdraw": lambda: services.withdraw(
                work_in(s, p.officer, p.now, program=p.program),
                self.request_id,
                row.household_id or 0,
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
        work = work_in(self.session, paper.officer, paper.now, program=paper.program)
        decide(work, ALTERNATIVE_KIND, self.request_id, version, Decided(verb, "other"))

    def _answer(
        self, change: Callable[[Work, int], object], after: Callable[[Work, int], object]
    ) -> None:
        paper = self.paper
        work = work_in(self.session, paper.officer, paper.now, program=paper.program)
        coupon = self.session.scalar(select(Coupon.id).where(Coupon.state == "stop_requested"))
        if coupon is not None and self.item.state == "awaiting_stop":
            change(work, coupon)
        if after(work, self.item.entitlement_id) is None:
            raise WrongStateError("nothing waited for the answer")

    def _pack(self) -> None:
        p, s = self.paper, self.session
        made = packing.count(
            work_in(s, p.officer, p.now, program=p.program),
            self.request_id,
            packing.FirstCount([1], SCANS, SIMPLE_REGISTERED),
        )
        packing.confirm(
            work_in(s, p.second, p.now, program=p.program), made.id, packing.SecondCount(3, 30_000)
        )


def test_every_pair_of_state_and_action(paper: Paper, family: Person) -> None:
    """Exactly the steps of the design are possible, through the services too."""
    request_id = paper.ask(family, 1)
    assert set(WAY) == ALTERNATIVE.states
    for state, way in WAY.items():
        with contextlib.suppress(_Undone), paper.database.write() as session:
            walk = Walk(paper, session, request_id)
            for step in way:
                walk.take(step)
            assert walk.item.state == state
            for action in ALTERNATIVE.steps:
                with contextlib.suppress(_Undone), session.begin_nested():
                    try_step(walk, state, action)
                    raise _Undone
                assert walk.item.state == state
            raise _Undone


def try_step(walk: Walk, state: str, action: str) -> None:
    """Tries one action and looks whether it does what the table says of it."""
    if ALTERNATIVE.can(state, action):
        walk.take(action)
        # A code that nobody saw is void at once: accepting goes on to the next state.
        wanted = "approved" if action == "approve" else ALTERNATIVE.steps[action][state]
        assert walk.item.state == wanted, (state, action)
        return
    with contextlib.suppress(DomainError), walk.session.begin_nested():
        walk.take(action)
    assert walk.item.state == state, (state, action)
