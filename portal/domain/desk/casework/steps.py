"""The program's progress from roster to post, as steps that are done, current or to come."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from msgspec import Struct
from sqlalchemy import Select, distinct, func, select
from sqlalchemy.orm import Session

from portal.domain.foundation.texts import Labeled, Sentence, _s
from portal.domain.letters.letters.models import Letter
from portal.domain.letters.letters.states import HANDED_OVER, PRINTED
from portal.domain.people.coupons.assignment import wanting_count
from portal.domain.people.coupons.models import Coupon
from portal.domain.people.coupons.states import LIVE
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.entitlements.states import EntitlementState
from portal.domain.people.households.models import Household
from portal.domain.people.households.protection import protection_loaded
from portal.domain.people.households.queries import has_open_hold, withheld
from portal.domain.people.households.states import HouseholdState


class StepState(StrEnum):
    """Whether a step is done, the current one, or to come."""

    DONE = "done"
    NOW = "now"
    LATER = "later"


class StepName(Labeled):
    """The steps in their order, as staff read them."""

    ROSTER = "roster", lambda: _s("名簿を取り込む")
    PROTECTION = "protection", lambda: _s("支援措置の情報を入れる")
    CODES = "codes", lambda: _s("クーポンのコードを読み込む")
    ASSIGN = "assign", lambda: _s("クーポンを割り当てる")
    LETTERS = "letters", lambda: _s("手紙を作る")
    HAND_OVER = "hand_over", lambda: _s("手紙を印刷会社に渡す")

    @property
    def advice(self) -> str:
        """What to do for this step, in the staff's language."""
        return _ADVICE[self]()


_ADVICE: Mapping[StepName, Sentence] = {
    StepName.ROSTER: lambda: _s("区の抽出ファイルを、確かめてから取り込みます。"),
    StepName.PROTECTION: lambda: _s(
        "抽出ファイルの列、別の一覧、または「該当なし」の二人の確認で入ります。"
        "それまで割り当ても印刷もできません。"
    ),
    StepName.CODES: lambda: _s("発行者のファイルを読み込みます。"),
    StepName.ASSIGN: lambda: _s("保留でない対象者に、コードを1件ずつ割り当てます。"),
    StepName.LETTERS: lambda: _s("IDとパスワードの手紙を作ります。"),
    StepName.HAND_OVER: lambda: _s("「手紙」の画面で、印刷ごとに提案し、ほかの人が承認します。"),
}


class Step(Struct, frozen=True):
    """One step: its name, its state, and how many of how many are done."""

    name: StepName
    state: StepState
    done: int = 0
    all: int = 0

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to do."""
        return self.state is StepState.DONE

    @property
    def is_current(self) -> bool:
        """Whether this is the next thing to do."""
        return self.state is StepState.NOW


def next_steps(session: Session) -> list[Step]:
    """Return the steps in order; the first one that is not done is the current one."""
    facts = (*_roster_facts(session), *_coupon_facts(session), *_letter_facts(session))
    steps = []
    state = StepState.NOW
    for one in facts:
        steps.append(Step(one.name, StepState.DONE if one.is_done else state, one.done, one.all))
        if not one.is_done:
            state = StepState.LATER
    return steps


class _Fact(NamedTuple):
    """One step as counted: how many of how many are done, and whether that is enough."""

    name: StepName
    is_done: bool
    done: int = 0
    all: int = 0


def _enough(name: StepName, done: int, wanted: int) -> _Fact:
    return _Fact(name, wanted > 0 and done >= wanted, done, wanted)


def _roster_facts(session: Session) -> tuple[_Fact, ...]:
    active = select(func.count(Household.id)).where(Household.state == HouseholdState.ACTIVE)
    households = _count(session, active)
    return (
        _Fact(StepName.ROSTER, households > 0, households, households),
        _Fact(StepName.PROTECTION, protection_loaded(session)),
    )


def _coupon_facts(session: Session) -> tuple[_Fact, ...]:
    stock = _count(session, select(func.count(Coupon.id)))
    assigned = _count(
        session,
        select(func.count(Entitlement.id))
        .join(Coupon, Coupon.entitlement_id == Entitlement.id)
        .where(Entitlement.state == EntitlementState.IN_PROGRESS, Coupon.state.in_(LIVE)),
    )
    # A child whose request stopped its coupon, or who must not be served now, gets none and is not
    # waited for.
    wanted = assigned + wanting_count(session)
    return (
        _Fact(StepName.CODES, stock > 0 and stock >= wanted, stock, wanted),
        _enough(StepName.ASSIGN, assigned, wanted),
    )


def _letter_facts(session: Session) -> tuple[_Fact, ...]:
    served = (
        Entitlement.state == EntitlementState.IN_PROGRESS,
        Household.state == HouseholdState.ACTIVE,
        ~withheld(),
        ~has_open_hold(Household.id.expression),
    )
    ready = _count(
        session,
        select(func.count(distinct(Entitlement.household_id)))
        .join(Household, Household.id == Entitlement.household_id)
        .where(*served),
    )
    with_letter = (
        select(func.count(distinct(Letter.household_id)))
        .join(Entitlement, Entitlement.household_id == Letter.household_id)
        .join(Household, Household.id == Letter.household_id)
        .where(*served)
    )
    printed = _count(session, with_letter.where(Letter.state.in_((PRINTED, HANDED_OVER))))
    sent = _count(session, with_letter.where(Letter.state == HANDED_OVER))
    return (
        _enough(StepName.LETTERS, printed, ready),
        _enough(StepName.HAND_OVER, sent, ready),
    )


def _count(session: Session, statement: Select[int]) -> int:
    return session.scalar(statement) or 0
