"""Store the first import directly in its tables, in one transaction, without comparing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import count
from typing import Any

from msgspec import Struct
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from portal.domain.foundation.base import Base
from portal.domain.mailroom.roster.bulk import Columns, insert_rows
from portal.domain.mailroom.roster.imports.staging import ABSENT, ROW_COLUMNS, Batch, Values
from portal.domain.mailroom.roster.imports.staging import HOUSEHOLD_COLUMNS as STAGED_COLUMNS
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.entitlements.states import ENTITLEMENT
from portal.domain.people.households.models import Child, Hold, Household
from portal.domain.people.households.old_digests import leave_empty_rows
from portal.domain.people.households.search_feed import note_new
from portal.domain.people.households.states import CHILD, HOLD, HOUSEHOLD

HOUSEHOLD_COLUMNS = Columns(
    Household,
    (
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
    ),
)
CHILD_COLUMNS = Columns(
    Child, ("id", "household_id", "ordinal", "person_digest", "sealed", "state", "codes")
)
HOLD_COLUMNS = Columns(Hold, ("household_id", "code", "state", "created_at", "detail"))
ENTITLEMENT_COLUMNS = Columns(
    Entitlement,
    (
        "child_id",
        "household_id",
        "amount_yen",
        "state",
        "created_at",
        "changed_at",
    ),
)


class FirstRows(Struct, frozen=True):
    """The values that all rows of a first import share; ``amount_yen`` is each child's."""

    import_id: int
    amount_yen: int
    now: datetime


def store(session: Session, batches: Iterable[Batch], shared: FirstRows) -> None:
    """Insert the households of a first import with their children, holds and entitlements."""
    household_keys = count(_first_free(session, Household))
    child_keys = count(_first_free(session, Child))
    for batch in batches:
        key_of: dict[int, int] = {}
        households = []
        for one in batch.households:
            staged = dict(zip(STAGED_COLUMNS.names, one, strict=True))
            if staged["disposition"] != ABSENT:
                key = key_of[staged["id"]] = next(household_keys)
                households.append(_household(staged, key, shared))
        children = _children(batch, key_of, child_keys)
        entitlements = _entitlements(batch, children, shared)
        holds: list[Values] = [
            (key_of[staged_id], code, HOLD.initial, shared.now, {})
            for _import, staged_id, code in batch.holds
        ]
        insert_rows(session, HOUSEHOLD_COLUMNS, households)
        insert_rows(session, CHILD_COLUMNS, children)
        insert_rows(session, HOLD_COLUMNS, holds)
        insert_rows(session, ENTITLEMENT_COLUMNS, entitlements)
        insert_rows(session, ROW_COLUMNS, batch.rows)
    for table in (Household, Child):
        _advance_sequence(session, table)
    note_new(session, Household.import_id == shared.import_id)
    leave_empty_rows(session, Household.import_id == shared.import_id)


def _household(staged: Mapping[str, Any], key: int, shared: FirstRows) -> Values:
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
        shared.import_id,
        shared.now,
        shared.now,
    )


def _children(batch: Batch, key_of: Mapping[int, int], keys: Iterator[int]) -> list[Values]:
    """Return the rows of a batch's children (``CHILD_COLUMNS``)."""
    return [
        (next(keys), key_of[staged_id], ordinal, digest, sealed, CHILD.initial, codes)
        for _import, staged_id, ordinal, digest, sealed, codes in batch.children
    ]


def _entitlements(batch: Batch, children: Sequence[Values], shared: FirstRows) -> list[Values]:
    """Return the rows of the entitlements of a batch's children, in the same order."""
    held_state = ENTITLEMENT.next(ENTITLEMENT.initial, "hold")
    held = {staged_id for _import, staged_id, _code in batch.holds}
    return [
        (
            child[0],
            child[1],
            shared.amount_yen,
            held_state if staged[1] in held else ENTITLEMENT.initial,
            shared.now,
            shared.now,
        )
        for child, staged in zip(children, batch.children, strict=True)
    ]


def _first_free(session: Session, table: type[Base]) -> int:
    return (session.scalar(select(func.max(table.__table__.c.id))) or 0) + 1


def _advance_sequence(session: Session, table: type[Base]) -> None:
    """Move PostgreSQL's sequence past the keys that were assigned here.

    By drawing its numbers: the role of the application may not set a sequence.
    """
    if session.get_bind().dialect.name != "postgresql":
        return
    last = _first_free(session, table) - 1
    if last:
        draw = text(
            "SELECT max(nextval(pg_get_serial_sequence(:name, 'id')))"
            " FROM generate_series(1, :count)"
        )
        reached: int = session.execute(draw, {"name": table.__tablename__, "count": 1}).scalar_one()
        if reached < last:
            session.execute(draw, {"name": table.__tablename__, "count": last - reached})
