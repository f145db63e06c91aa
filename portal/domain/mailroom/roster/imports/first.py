"""The first import: nothing to compare with, so it is written straight into its tables.

One transaction.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from portal.domain.foundation.base import Base
from portal.domain.mailroom.roster.bulk import insert_rows
from portal.domain.mailroom.roster.imports.staging import ABSENT, ROW_COLUMNS, Batch, Values
from portal.domain.mailroom.roster.imports.staging import HOUSEHOLD_COLUMNS as STAGED_COLUMNS
from portal.domain.mailroom.roster.models import RosterRow
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.entitlements.states import ENTITLEMENT
from portal.domain.people.households.models import Child, Hold, Household, SearchIndex
from portal.domain.people.households.states import CHILD, HOLD, HOUSEHOLD

HOUSEHOLD_COLUMNS = (
    "id",
    "number_digest",
    "wrapped_key",
    "sealed",
    "birth_digest",
    "protected",
    "state",
    "codes",
    "import_id",
    "created_at",
    "changed_at",
)
INDEX_COLUMNS = ("household_id", "names", "places", "births")
CHILD_COLUMNS = ("id", "household_id", "ordinal", "person_digest", "sealed", "state", "codes")
HOLD_COLUMNS = ("household_id", "code", "state", "created_at", "detail")
ENTITLEMENT_COLUMNS = (
    "child_id",
    "household_id",
    "amount_yen",
    "state",
    "created_at",
    "changed_at",
)


def store(
    session: Session, batches: Iterable[Batch], import_id: int, amount_yen: int, now: datetime
) -> None:
    """Insert the households of a first import with their children, holds and entitlements."""
    household_keys = count(_first_free(session, Household))
    child_keys = count(_first_free(session, Child))
    for batch in batches:
        key_of: dict[int, int] = {}
        households, index = [], []
        for one in batch.households:
            staged = dict(zip(STAGED_COLUMNS, one, strict=True))
            if staged["disposition"] != ABSENT:
                key = key_of[staged["id"]] = next(household_keys)
                households.append(_household(staged, key, import_id, now))
                index.append((key, staged["names"], staged["places"], staged["births"]))
        children, entitlements = _children(batch, key_of, child_keys, amount_yen, now)
        holds: list[Values] = [
            (key_of[staged_id], code, HOLD.initial, now, {})
            for _import, staged_id, code in batch.holds
        ]
        insert_rows(session, Household, HOUSEHOLD_COLUMNS, households)
        insert_rows(session, SearchIndex, INDEX_COLUMNS, index)
        insert_rows(session, Child, CHILD_COLUMNS, children)
        insert_rows(session, Hold, HOLD_COLUMNS, holds)
        insert_rows(session, Entitlement, ENTITLEMENT_COLUMNS, entitlements)
        insert_rows(session, RosterRow, ROW_COLUMNS, batch.rows)
    for table in (Household, Child):
        _count_on(session, table)


def _household(staged: Mapping[str, Any], key: int, import_id: int, now: datetime) -> Values:
    """Return the row of a household (``HOUSEHOLD_COLUMNS``) with the primary key ``key``."""
    return (
        key,
        staged["number_digest"],
        staged["wrapped_key"],
        staged["sealed"],
        staged["birth_digest"],
        staged["protected"],
        HOUSEHOLD.initial,
        staged["codes"],
        import_id,
        now,
        now,
    )


def _children(
    batch: Batch, key_of: Mapping[int, int], keys: Iterator[int], amount_yen: int, now: datetime
) -> tuple[list[Values], list[Values]]:
    """Return the rows of a batch's children and of their entitlements."""
    held_state = ENTITLEMENT.next(ENTITLEMENT.initial, "hold")
    held = {staged_id for _import, staged_id, _code in batch.holds}
    children: list[Values] = []
    entitlements: list[Values] = []
    for _import, staged_id, ordinal, digest, sealed, codes in batch.children:
        child, household = next(keys), key_of[staged_id]
        state = held_state if staged_id in held else ENTITLEMENT.initial
        children.append((child, household, ordinal, digest, sealed, CHILD.initial, codes))
        entitlements.append((child, household, amount_yen, state, now, now))
    return children, entitlements


def _first_free(session: Session, table: type[Base]) -> int:
    return (session.scalar(select(func.max(table.__table__.c.id))) or 0) + 1


def _count_on(session: Session, table: type[Base]) -> None:
    """Move PostgreSQL's sequence past the keys that were assigned here."""
    if session.get_bind().dialect.name != "postgresql":
        return
    last = _first_free(session, table) - 1
    if last:
        sequence = text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :last)")
        session.execute(sequence, {"name": table.__tablename__, "last": last})
