"""The sums of the settlement.

By final state, by each way of counting deliveries, of codes and of money.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from msgspec import Struct

from portal.domain.desk.casework.deliveries import Deliveries, deliveries
from portal.domain.foundation.work import Work
from portal.domain.oversight.settlement.counting import (
    Codes,
    Expected,
    Line,
    children,
    codes,
    expected,
)
from portal.domain.oversight.settlement.ending import Yen, counted, split
from portal.domain.oversight.settlement.states import SettledState
from portal.domain.people.coupons.differences import open_kinds, open_yen


@dataclass(frozen=True, slots=True)
class Sum:
    """Households, children and yen of one state.

    A household counts once in each state that one of its children has.
    """

    households: int = 0
    children: int = 0
    amount_yen: int = 0
    used_yen: int = 0
    lapsed_yen: int = 0
    alternative_yen: int = 0
    unspent_yen: int = 0


class Money(Struct, frozen=True):
    """The yen the ward owes in total, what it paid in advance, and the remainder.

    A negative remainder is paid back to the ward.
    """

    payable_yen: int
    advance_yen: int

    @property
    def rest_yen(self) -> int:
        """The yen that the ward still has to pay; negative yen are returned to it."""
        return self.payable_yen - self.advance_yen


@dataclass(frozen=True, slots=True)
class Figures:
    """All figures of the settlement; ``by_state`` has every state, also those without a child."""

    by_state: Mapping[SettledState, Sum]
    total: Sum
    expected: Expected
    expected_yen: int
    deliveries: Deliveries
    codes: Codes
    money: Money
    differences: Mapping[str, int]
    difference_yen: Mapping[str, int] = field(default_factory=dict)

    @property
    def adds_up(self) -> bool:
        """Whether children and yen equal the extracts plus the ward's orders (R45, R52)."""
        there_must_be = self.expected.imported + self.expected.added
        return (self.total.children, self.total.amount_yen) == (there_must_be, self.expected_yen)

    def frozen(self) -> dict[str, Any]:
        """Return the sums as plain values, in the form that is signed and stored."""
        return {
            "by_state": {state: asdict(one) for state, one in self.by_state.items()},
            "total": asdict(self.total),
            "expected": asdict(self.expected) | {"yen": self.expected_yen},
            "deliveries": {way: asdict(one) for way, one in self.deliveries.by_way.items()},
            "delivered_means": self.deliveries.counts,
            "codes": asdict(self.codes),
            "payable_yen": self.money.payable_yen,
            "advance_yen": self.money.advance_yen,
            "rest_yen": self.money.rest_yen,
        }


class Counter:
    """Adds up the settlement's lines one by one."""

    def __init__(self) -> None:
        self._households: dict[SettledState, set[int]] = {}
        self._sums: dict[SettledState, list[int]] = {}

    def add(self, state: SettledState, household_id: int, amount_yen: int, yen: Yen) -> None:
        """Add one child."""
        self._households.setdefault(state, set()).add(household_id)
        sums = self._sums.setdefault(state, [0] * 6)
        for place, value in enumerate(
            (1, amount_yen, yen.used, yen.lapsed, yen.alternative, yen.unspent)
        ):
            sums[place] += value

    def by_state(self) -> dict[SettledState, Sum]:
        """Return the sums of every state, also of those without a child."""
        return {
            state: Sum(len(self._households.get(state, ())), *self._sums.get(state, [0] * 6))
            for state in SettledState
        }

    def total(self) -> Sum:
        """Return the sum over all states; each household counts once."""
        columns = [sum(sums[place] for sums in self._sums.values()) for place in range(6)]
        return Sum(len(set().union(*self._households.values())), *columns)


def figures(work: Work, lines: Iterable[Line] | None = None) -> Figures:
    """Count the settlement as of now; an open child counts in the state it would end in today."""
    counter = Counter()
    for line in children(work.session, work.program.delivered_means) if lines is None else lines:
        state = counted(line.facts)
        yen = split(state, line.facts.amount_yen, line.facts.used_yen)
        counter.add(state, line.household_id, line.facts.amount_yen, yen)
    total, must_be = counter.total(), expected(work.session)
    columns = {
        "used": total.used_yen,
        "lapsed": total.lapsed_yen,
        "alternative": total.alternative_yen,
    }
    payable = sum(columns[name] for name in work.program.settlement.paid_for)
    return Figures(
        by_state=counter.by_state(),
        total=total,
        expected=must_be,
        expected_yen=(must_be.imported + must_be.added) * work.program.amount_yen,
        deliveries=deliveries(work.session, work.program.delivered_means),
        codes=codes(work.session),
        money=Money(payable, work.program.settlement.advance_yen),
        differences=open_kinds(work.session),
        difference_yen=open_yen(work.session),
    )
