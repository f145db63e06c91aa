"""Opens sealed households for the index: only what they are found by, and nothing is kept."""

import json
from collections.abc import Iterator, Sequence

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from portal.domain.foundation.base import table_of
from portal.domain.foundation.errors import IntegrityFaultError
from portal.domain.foundation.vault import Vault, unseal
from portal.domain.people.households.models import Child, Household
from portal.domain.people.households.search_keys import Fields, Pieces, pieces_of

HOME, KID = table_of(Household).c, table_of(Child).c
HOMES = select(HOME.id, HOME.wrapped_key, HOME.sealed, HOME.number_digest)
KIDS = select(KID.household_id, KID.sealed, KID.person_digest)
SOME_HOMES = HOMES.where(HOME.id.in_(bindparam("ids", expanding=True)))
SOME_KIDS = KIDS.where(KID.household_id.in_(bindparam("ids", expanding=True)))
NEXT_HOMES = HOMES.where(HOME.id > bindparam("after")).order_by(HOME.id).limit(bindparam("most"))
THEIR_KIDS = KIDS.where(
    KID.household_id > bindparam("after"), KID.household_id <= bindparam("last")
)

DECODE = json.JSONDecoder().decode
Opened = tuple[int, Pieces | None]
"""A household and its pieces; None if its row cannot be opened."""


class SealedHouseholds:
    """Opens rows with the keys of one deployment."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def some(self, session: Session, ids: Sequence[int]) -> Iterator[Opened]:
        """Open these households; unknown ones are left out."""
        homes = session.execute(SOME_HOMES, {"ids": ids}).all()
        yield from _opened(self._vault, homes, session.execute(SOME_KIDS, {"ids": ids}).all())

    def following(self, session: Session, after: int, most: int) -> Iterator[Opened]:
        """Open the next households after a key, in the order of their keys."""
        homes = session.execute(NEXT_HOMES, {"after": after, "most": most}).all()
        if homes:
            kids = session.execute(THEIR_KIDS, {"after": after, "last": homes[-1].id}).all()
            yield from _opened(self._vault, homes, kids)


def _opened(
    vault: Vault,
    homes: Sequence[Row[*tuple[object, ...]]],
    kids: Sequence[Row[*tuple[object, ...]]],
) -> Iterator[Opened]:
    of: dict[int, list[Row[*tuple[object, ...]]]] = {}
    for kid in kids:
        of.setdefault(kid.household_id, []).append(kid)
    for home in homes:
        try:
            key = vault.unwrap(home.wrapped_key)
            fields = _fields(key, home.sealed, "household:" + home.number_digest.hex())
            children = [
                _fields(key, kid.sealed, "child:" + kid.person_digest.hex())
                for kid in of.get(home.id, ())
            ]
        except IntegrityFaultError:
            yield home.id, None  # one damaged row must not keep everybody from being found
            continue
        yield home.id, pieces_of(fields, children)


def _fields(key: bytes, sealed: bytes, context: str) -> Fields:
    fields: Fields = DECODE(unseal(key, sealed, context.encode()).decode())
    return fields
