"""Read entitlements: counts and yen per state, which must add up at any time."""

from collections.abc import Mapping
from dataclasses import dataclass

from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.entitlements.states import ALL, FINAL


@dataclass(frozen=True, slots=True)
class Total:
    """Children and yen."""

    children: int = 0
    yen: int = 0

    def __add__(self, other: "Total") -> "Total":
        return Total(self.children + other.children, self.yen + other.yen)


class Totals(Struct, frozen=True):
    """Children and yen per state; every state is listed, those without children as zeros."""

    by_state: Mapping[str, Total]

    @property
    def all(self) -> Total:
        """The sum over all states."""
        return sum(self.by_state.values(), Total())

    @property
    def final(self) -> Total:
        """The sum over the final states."""
        return sum((self.by_state[state] for state in FINAL), Total())

    def adds_up(self, children: int, yen: int) -> bool:
        """Return whether all states together equal the children imported (``design.md`` §3)."""
        return self.all == Total(children, yen)


def totals(session: Session) -> Totals:
    """Return children and yen per state."""
    rows = session.execute(
        select(Entitlement.state, func.count(), func.sum(Entitlement.amount_yen)).group_by(
            Entitlement.state
        )
    )
    found = {state: Total(int(children), int(yen)) for state, children, yen in rows}
    return Totals(
        {state: found.get(state, Total()) for state in (*ALL, *(found.keys() - set(ALL)))}
    )


def of_household(session: Session, household_id: int) -> list[Entitlement]:
    """Return a household's entitlements in the order of its children."""
    return list(
        session.scalars(
            select(Entitlement)
            .where(Entitlement.household_id == household_id)
            .order_by(Entitlement.child_id)
        )
    )
