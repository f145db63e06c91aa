"""Locks the rights of a household's children together with the household, in one statement."""

from collections.abc import Collection
from dataclasses import dataclass, field

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from portal.domain.foundation.base import table_of
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.households.models import Child, Household


@dataclass(frozen=True, slots=True)
class LockedRight:
    """One child's entitlement, locked, with what seals the child's data.

    Attributes:
        id: The entitlement's key.
        ordinal: The child's number in the household.
        amount_yen: What the child is entitled to, in yen.
        state: The entitlement's state.
        claimed_by: The kind of the open request that decides about it.
        claim_id: That request's key.
        sealed: The child's data under the household's key.
        person_digest: The context of that seal.
        wrapped_key: The household's key, wrapped.
    """

    id: int
    ordinal: int
    amount_yen: int
    state: str
    claimed_by: str | None
    claim_id: int | None
    sealed: bytes = field(repr=False)
    person_digest: bytes = field(repr=False)
    wrapped_key: bytes = field(repr=False)


# built once, on the plain tables: building a statement takes longer than running it
_E, _C, _H = (table_of(kind) for kind in (Entitlement, Child, Household))
_RIGHTS = (
    select(
        _E.c.id,
        _C.c.ordinal,
        _E.c.amount_yen,
        _E.c.state,
        _E.c.claimed_by,
        _E.c.claim_id,
        _C.c.sealed,
        _C.c.person_digest,
        _H.c.wrapped_key,
    )
    .join(_C, _C.c.id == _E.c.child_id)
    .join(_H, _H.c.id == _E.c.household_id)
    .where(
        _H.c.id == bindparam("household_id"),
        _C.c.ordinal.in_(bindparam("ordinals", expanding=True)),
    )
    .order_by(_E.c.id)
    .with_for_update(of=[_H, _E], key_share=True)
)


def lock_rights(
    session: Session, household_id: int, ordinals: Collection[int]
) -> list[LockedRight]:
    """Return the rights of children by their numbers; numbers of no child are left out.

    Household and rights stay locked, so that two requests that arrive at the same moment follow
    each other, whichever channel they use.
    """
    rows = session.execute(_RIGHTS, {"household_id": household_id, "ordinals": list(ordinals)})
    return [LockedRight(*row) for row in rows]
