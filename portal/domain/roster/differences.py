"""What a later extract says differently, found by keyed digests and by opening what may have changed."""

from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from sqlalchemy import exists, insert, select, update
from sqlalchemy.orm import Session

from portal.domain.households.models import Child, Household
from portal.domain.households.records import (
    ChildFields,
    HouseholdFields,
    open_child,
    open_household,
)
from portal.domain.roster.models import RosterDifference, StagedChild, StagedHousehold
from portal.domain.vault import Vault


class Kind(StrEnum):
    """Kinds of differences; ``apply.py`` says what happens to each."""

    HOUSEHOLD_NEW = "household_new"
    HOUSEHOLD_GONE = "household_gone"
    CHILD_NEW = "child_new"
    CHILD_GONE = "child_gone"
    ADDRESS = "address"
    CORRECTION = "correction"
    CHILD_CORRECTION = "child_correction"
    PROTECTION_SET = "protection_set"
    PROTECTION_CLEARED = "protection_cleared"
    HOLD_NEW = "hold_new"


READ_AT_ONCE = 500
ADDRESS_FIELDS = ("postal_code", "town", "street", "building")


def mark_new(session: Session, import_id: int) -> None:
    """Mark the staged households that are not stored yet as new, the others as known."""
    stored = exists(select(Household.id).where(Household.number_digest == StagedHousehold.number_digest))
    mine = StagedHousehold.import_id == import_id
    session.execute(update(StagedHousehold).where(mine, ~stored).values(change="new"))
    session.execute(update(StagedHousehold).where(mine, stored).values(change="same"))


def find(session: Session, vault: Vault, import_id: int) -> dict[str, int]:
    """Compare a staged import with what is stored, keep the differences and return their counts by kind."""
    mark_new(session, import_id)
    counts: Counter[str] = Counter()
    rows: list[dict[str, Any]] = []
    new = select(StagedHousehold.id).where(
        StagedHousehold.import_id == import_id, StagedHousehold.change == "new"
    )
    rows += [_row(import_id, Kind.HOUSEHOLD_NEW, staged_id=key) for key in session.scalars(new)]
    there = select(StagedHousehold.number_digest).where(StagedHousehold.import_id == import_id)
    gone = select(Household.id).where(Household.state == "active", Household.number_digest.not_in(there))
    rows += [_row(import_id, Kind.HOUSEHOLD_GONE, household_id=key) for key in session.scalars(gone)]
    for stored, staged in _known(session, import_id):
        rows += [
            _row(import_id, kind, household_id=stored.id, staged_id=staged.id, child_id=child_id)
            for kind, child_id in _compare(session, vault, stored, staged)
        ]
    for start in range(0, len(rows), READ_AT_ONCE):
        session.execute(insert(RosterDifference), rows[start : start + READ_AT_ONCE])
    counts.update(row["kind"] for row in rows)
    return dict(sorted(counts.items()))


def _row(import_id: int, kind: Kind, **keys: int | None) -> dict[str, Any]:
    return {
        "import_id": import_id, "kind": kind.value, "applied": False,
        "household_id": None, "staged_id": None, "child_id": None,
    } | keys  # fmt: skip


def _known(session: Session, import_id: int) -> Iterator[tuple[Household, StagedHousehold]]:
    query = (
        select(Household, StagedHousehold)
        .join(StagedHousehold, StagedHousehold.number_digest == Household.number_digest)
        .where(StagedHousehold.import_id == import_id)
        .order_by(Household.id)
        .execution_options(yield_per=READ_AT_ONCE)
    )
    yield from session.execute(query)


def _compare(
    session: Session, vault: Vault, stored: Household, staged: StagedHousehold
) -> Iterator[tuple[Kind, int | None]]:
    old_key, new_key = vault.unwrap(stored.wrapped_key), vault.unwrap(staged.wrapped_key)
    old = open_household(old_key, stored.sealed, stored.number_digest)
    new = open_household(new_key, staged.sealed, staged.number_digest)
    if staged.protected and not stored.protected:
        yield Kind.PROTECTION_SET, None
    if stored.protected and not staged.protected:
        yield Kind.PROTECTION_CLEARED, None
    if any(getattr(old, name) != getattr(new, name) for name in ADDRESS_FIELDS):
        yield Kind.ADDRESS, None
    if _without_address(old) != _without_address(new):
        yield Kind.CORRECTION, None
    if set(staged.codes) - set(stored.codes):
        yield Kind.HOLD_NEW, None
    yield from _compare_children(session, old_key, new_key, stored.id, staged.id)


def _without_address(fields: HouseholdFields) -> tuple[object, ...]:
    return (fields.person_no, fields.name, fields.kana, fields.birth, fields.foreign)


def _compare_children(
    session: Session, old_key: bytes, new_key: bytes, household_id: int, staged_id: int
) -> Iterator[tuple[Kind, int | None]]:
    old = {
        c.person_digest: c for c in session.scalars(select(Child).where(Child.household_id == household_id))
    }
    new = {
        c.person_digest: c
        for c in session.scalars(select(StagedChild).where(StagedChild.household_id == staged_id))
    }
    yield from ((Kind.CHILD_NEW, None) for _digest in new.keys() - old.keys())
    for digest, child in old.items():
        if digest not in new:
            if child.state == "active":
                yield Kind.CHILD_GONE, child.id
            continue
        before: ChildFields = open_child(old_key, child.sealed, digest)
        if before != open_child(new_key, new[digest].sealed, digest):
            yield Kind.CHILD_CORRECTION, child.id
