"""Read households: opened for their own residents and for permitted staff."""

from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from portal.domain.foundation.errors import IntegrityFaultError, NotFoundError
from portal.domain.foundation.texts import _
from portal.domain.foundation.typed import folded
from portal.domain.foundation.work import Work
from portal.domain.people.households.models import Child, Hold, Household
from portal.domain.people.households.records import (
    ChildFields,
    HouseholdFields,
    household_digest,
    open_child,
    open_household,
)
from portal.domain.people.households.states import HoldState

SEARCH_LIMIT = 20
AT_ONCE = 500
KEY_DIGITS = 18
"""A key of more digits has no row, and no database takes it."""
# built once: building a statement takes as long as running it
HOUSEHOLDS = select(Household).where(Household.id.in_(bindparam("keys", expanding=True)))
_THOSE_OR_FIRST = select(Household).where(
    or_(
        Household.id.in_(bindparam("keys", expanding=True)),
        Household.id == select(func.min(Household.id)).scalar_subquery(),
    )
)
CHILDREN = (
    select(Child)
    .where(Child.household_id.in_(bindparam("keys", expanding=True)))
    .order_by(Child.ordinal)
)
OPEN_HOLDS = (
    select(Hold)
    .where(Hold.household_id == bindparam("household_id"), Hold.state == HoldState.OPEN)
    .order_by(Hold.code)
)


@dataclass(frozen=True, slots=True)
class ChildView:
    """A child with its opened fields."""

    id: int
    ordinal: int
    state: str
    codes: tuple[str, ...]
    fields: ChildFields


@dataclass(frozen=True, slots=True)
class HouseholdView:
    """A household with its opened fields and its children (oldest first)."""

    id: int
    protected: bool
    state: str
    codes: tuple[str, ...]
    fields: HouseholdFields
    children: tuple[ChildView, ...]


def view_household(work: Work, household_id: int) -> HouseholdView:
    """Open one household.

    Raises:
        NotFoundError: no household has this key.
    """
    views = view_households(work, [household_id])
    if not views:
        raise NotFoundError(_("見つかりませんでした。"))
    return views[0]


def view_of(work: Work, household: Household) -> HouseholdView:
    """Open a household whose row is already loaded."""
    return _views(work, [household])[0]


def view_households(work: Work, ids: Iterable[int]) -> list[HouseholdView]:
    """Open several households, in the order of ``ids``; unknown ones are left out."""
    wanted = list(ids)
    found = {h.id: h for h in work.session.scalars(HOUSEHOLDS, {"keys": wanted})}
    return _views(work, [found[key] for key in wanted if key in found])


def view_those_there(work: Work, ids: Iterable[int]) -> list[HouseholdView]:
    """Open several households as ``view_households`` does; where none is there, open another one.

    What is found for nobody then takes the statements and the time that a household takes which is
    kept from the reader; the other one is not returned.
    """
    wanted = list(ids)
    found = {h.id: h for h in work.session.scalars(_THOSE_OR_FIRST, {"keys": wanted})}
    there = [found[key] for key in wanted if key in found]
    if there:
        return _views(work, there)
    with suppress(IntegrityFaultError):  # that this other one is damaged is not for this reader
        _views(work, list(found.values()))
    return []


def _views(work: Work, households: Sequence[Household]) -> list[HouseholdView]:
    keys = [household.id for household in households]
    children: dict[int, list[Child]] = {}
    for child in work.session.scalars(CHILDREN, {"keys": keys}):
        children.setdefault(child.household_id, []).append(child)
    views = []
    for household in households:
        data_key = work.vault.unwrap(household.wrapped_key)
        kids = tuple(
            ChildView(
                c.id,
                c.ordinal,
                c.state,
                tuple(c.codes),
                open_child(data_key, c.sealed, c.person_digest),
            )
            for c in children.get(household.id, [])
        )
        fields = open_household(data_key, household.sealed, household.number_digest)
        views.append(
            HouseholdView(
                household.id,
                household.protected,
                household.state,
                tuple(household.codes),
                fields,
                kids,
            )
        )
    return views


def household_id_of(work: Work, number: str) -> int | None:
    """Return the key of a household by the ward's number, or by our own key written as ``#123``.

    Both as people type them: also in full width, with spaces around.
    """
    typed = folded(number)
    key = typed.removeprefix("#")
    if key != typed and key.isdecimal() and len(key) <= KEY_DIGITS:
        query = select(Household.id).where(Household.id == int(key))
    else:
        query = select(Household.id).where(
            Household.number_digest == household_digest(work.vault, typed)
        )
    return work.session.scalar(query)


def protected_among(session: Session, keys: Collection[int]) -> set[int]:
    """Return the keys of those of these households that only the ward may know of."""
    ordered, found = sorted(keys), set[int]()
    for start in range(0, len(ordered), AT_ONCE):
        some = Household.id.in_(ordered[start : start + AT_ONCE])
        found |= set(session.scalars(select(Household.id).where(some, Household.protected)))
    return found


def withheld_among(session: Session, keys: Collection[int]) -> set[int]:
    """Return the keys of those of these households that are protected and not served anywhere."""
    return set(session.scalars(select(Household.id).where(Household.id.in_(keys), withheld())))


def open_holds(session: Session, household_id: int) -> list[Hold]:
    """Return the open holds of a household."""
    return list(session.scalars(OPEN_HOLDS, {"household_id": household_id}))


def has_open_hold(household_id: ColumnElement[int]) -> ColumnElement[bool]:
    """Return the SQL condition that a household has an open hold, for another slice's select."""
    return (
        select(Hold.id)
        .where(Hold.household_id == household_id, Hold.state == HoldState.OPEN)
        .exists()
    )


def withheld() -> ColumnElement[bool]:
    """Return the SQL condition that a household is protected and not served at the counter.

    It is for selects that join the household.
    """
    return and_(Household.protected, ~Household.counter)
