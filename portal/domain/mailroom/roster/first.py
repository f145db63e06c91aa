"""The first import.

There is nothing to compare with, so it goes straight into its tables, in one transaction.
"""

from collections.abc import Iterable
from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from portal.domain.foundation.base import Base
from portal.domain.mailroom.roster.bulk import insert_rows
from portal.domain.mailroom.roster.models import RosterRow
from portal.domain.mailroom.roster.staging import ABSENT, ROW_COLUMNS, Batch
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
    households, children = (
        count(_first_free(session, Household)),
        count(_first_free(session, Child)),
    )
    held_state = ENTITLEMENT.next(ENTITLEMENT.initial, "hold")
    for batch in batches:
        key_of: dict[int, int] = {}
        rows, index = [], []
        for (
            staged,
            _import,
            digest,
            disposition,
            _kids,
            codes,
            protected,
            wrapped,
            sealed,
            birth,
            *packed,
        ) in batch.households:
            if disposition != ABSENT:
                key = key_of[staged] = next(households)
                rows.append(
                    (
                        key,
                        digest,
                        wrapped,
                        sealed,
                        birth,
                        protected,
                        HOUSEHOLD.initial,
                        codes,
                        import_id,
                        now,
                        now,
                    )
                )
                index.append((key, *packed))
        held = {staged for _import, staged, _code in batch.holds}
        kids, rights = [], []
        for _import, staged, ordinal, digest, sealed, codes in batch.children:
            child, key = next(children), key_of[staged]
            state = held_state if staged in held else ENTITLEMENT.initial
            kids.append((child, key, ordinal, digest, sealed, CHILD.initial, codes))
            rights.append((child, key, amount_yen, state, now, now))
        holds: list[tuple[Any, ...]] = [
            (key_of[staged], code, HOLD.initial, now, {}) for _import, staged, code in batch.holds
        ]
        insert_rows(session, Household, HOUSEHOLD_COLUMNS, rows)
        insert_rows(session, SearchIndex, INDEX_COLUMNS, index)
        insert_rows(session, Child, CHILD_COLUMNS, kids)
        insert_rows(session, Hold, HOLD_COLUMNS, holds)
        insert_rows(session, Entitlement, ENTITLEMENT_COLUMNS, rights)
        insert_rows(session, RosterRow, ROW_COLUMNS, batch.rows)
    for table in (Household, Child):
        _count_on(session, table)


def _first_free(session: Session, table: type[Base]) -> int:
    return (session.scalar(select(func.max(table.__table__.c.id))) or 0) + 1


def _count_on(session: Session, table: type[Base]) -> None:
    """PostgreSQL's sequences did not see the keys that were given here."""
    if session.get_bind().dialect.name != "postgresql":
        return
    last = _first_free(session, table) - 1
    if last:
        sequence = text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :last)")
        session.execute(sequence, {"name": table.__tablename__, "last": last})
