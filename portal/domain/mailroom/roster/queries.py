"""Read imports, the rows that were not imported, differences, and held households."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from portal.domain.foundation.vault import Vault, unseal_json
from portal.domain.foundation.work import Work
from portal.domain.mailroom.listing import Excerpt
from portal.domain.mailroom.roster.checks.results import RowDisposition
from portal.domain.mailroom.roster.models import (
    RosterDifference,
    RosterImport,
    RosterRow,
    StagedHousehold,
)
from portal.domain.people.households.models import Child, Hold, Household
from portal.domain.people.households.records import household_digest, open_household
from portal.domain.people.households.states import HoldState

AT_ONCE = 500
PROTECTED_SIDES = (Household.protected, StagedHousehold.protected)


class RejectedRow(Struct, frozen=True):
    """A rejected row, with the numbers as the ward wrote them."""

    import_id: int
    record: int
    line: int
    household_no: str
    person_no: str
    result: str
    codes: tuple[str, ...]


class DescribedDifference(Struct, frozen=True):
    """One difference with its household's number, as staff read it.

    ``household_no`` is empty if the extract has none.
    """

    id: int
    kind: str
    household_id: int | None
    household_no: str
    child: int | None
    """The number within the household of the child that it is about."""


class HeldHousehold(Struct, frozen=True):
    """A held household with its number and the codes of its open holds."""

    household_id: int
    household_no: str
    protected: bool
    codes: tuple[str, ...]


def imports(session: Session, limit: int = 50) -> list[RosterImport]:
    """Return the latest imports, newest first."""
    return list(session.scalars(select(RosterImport).order_by(RosterImport.id.desc()).limit(limit)))


def import_by_id(session: Session, import_id: int) -> RosterImport | None:
    """Return one import, or None."""
    return session.get(RosterImport, import_id)


class FileCounts(Struct, frozen=True):
    """What an import read in its file: all rows, rows and households by result, and yen.

    A file says by its held households and rejected rows how many families are protected. Whoever
    may not know that gets only what hides it: ``households_in_all`` and ``yen_in_all`` instead of
    those by result, and only the rows that were excluded.
    """

    records: int
    rows: Mapping[str, int]
    households: Mapping[str, int]
    households_in_all: int
    yen_issue: int | None
    yen_hold: int | None
    yen_in_all: int


def file_counts(found: RosterImport, *, include_protected: bool) -> FileCounts | None:
    """Return what an import read in its file; None while it is being read."""
    return counts_of(found.totals, include_protected=include_protected) if found.totals else None


def counts_of(totals: Mapping[str, Any], *, include_protected: bool) -> FileCounts:
    """Return what was read in a file, from the totals of its check."""
    rows, households = totals.get("rows", {}), totals.get("households", {})
    excluded = {name: n for name, n in rows.items() if name == RowDisposition.EXCLUDE}
    issue, hold = totals.get("yen_issue", 0), totals.get("yen_hold", 0)
    return FileCounts(
        records=totals.get("records", 0),
        rows=rows if include_protected else excluded,
        households=households if include_protected else {},
        households_in_all=sum(households.values()),
        yen_issue=issue if include_protected else None,
        yen_hold=hold if include_protected else None,
        yen_in_all=issue + hold,
    )


def rejected_count(work: Work, import_id: int, *, include_protected: bool) -> int:
    """Return how many rows of an import were rejected: those that ``rejected_rows`` yields."""
    if include_protected:
        statement = select(func.count(RosterRow.id)).where(*_rejected(import_id))
        return work.session.scalar(statement) or 0
    return sum(1 for _row in _rejected_rows(work, import_id, Excerpt()))


def rejected_rows(work: Work, import_id: int, excerpt: Excerpt) -> Iterator[RejectedRow]:
    """Yield the rejected rows of an import in file order; ``excerpt.after`` is a record number.

    Rows of protected households are left out for readers who may not know of them.
    """
    for row, numbers in islice(_rejected_rows(work, import_id, excerpt), excerpt.limit):
        yield RejectedRow(
            import_id,
            row.record,
            row.line,
            numbers["household_no"],
            numbers["person_no"],
            row.result,
            tuple(row.codes),
        )


def _rejected(import_id: int) -> tuple[ColumnElement[bool], ...]:
    return RosterRow.import_id == import_id, RosterRow.result == RowDisposition.REJECT


def _rejected_rows(
    work: Work, import_id: int, excerpt: Excerpt
) -> Iterator[tuple[RosterRow, Mapping[str, Any]]]:
    found = work.session.get_one(RosterImport, import_id)
    query = (
        select(RosterRow)
        .where(*_rejected(import_id), RosterRow.record > excerpt.after)
        .order_by(RosterRow.record)
        .execution_options(yield_per=AT_ONCE)
    )
    key = work.vault.unwrap(found.wrapped_key)
    return _visible_rows(work, query, key, include_protected=excerpt.include_protected)


def _visible_rows(
    work: Work, query: Select[RosterRow], key: bytes, *, include_protected: bool
) -> Iterator[tuple[RosterRow, Mapping[str, Any]]]:
    for rows in work.session.scalars(query).partitions():
        opened = {row.id: unseal_json(key, row.sealed, f"row:{row.record}") for row in rows}
        hidden = set() if include_protected else _protected(work, opened)
        yield from ((row, opened[row.id]) for row in rows if row.id not in hidden)


def _protected(work: Work, opened: Mapping[int, Mapping[str, Any]]) -> set[int]:
    digests = {
        key: household_digest(work.vault, row["household_no"])
        for key, row in opened.items()
        if row["household_no"]
    }
    stored = set(
        work.session.scalars(
            select(Household.number_digest).where(
                Household.protected, Household.number_digest.in_(set(digests.values()))
            )
        )
    )
    return {key for key, row in opened.items() if row["protected"] or digests.get(key) in stored}


def held_households(
    work: Work, excerpt: Excerpt, *, code: str | None = None
) -> Iterator[HeldHousehold]:
    """Yield the households with open holds, of one code or of any, in the order of their keys."""
    wanted = select(Hold.household_id).where(Hold.state == HoldState.OPEN)
    if code is not None:
        wanted = wanted.where(Hold.code == code)
    query = (
        select(Household)
        .where(Household.id.in_(wanted), Household.id > excerpt.after)
        .order_by(Household.id)
        .limit(excerpt.limit)
    )
    if not excerpt.include_protected:
        query = query.where(Household.protected.is_(False))
    for household in work.session.scalars(query):
        codes = work.session.scalars(
            select(Hold.code)
            .where(Hold.household_id == household.id, Hold.state == HoldState.OPEN)
            .order_by(Hold.code)
        ).all()
        fields = open_household(
            work.vault.unwrap(household.wrapped_key), household.sealed, household.number_digest
        )
        yield HeldHousehold(
            household.id, fields.number, household.protected, tuple(dict.fromkeys(codes))
        )


def described_differences(
    work: Work, import_id: int, excerpt: Excerpt
) -> Iterator[DescribedDifference]:
    """Yield the differences of a waiting import with household numbers, in applying order.

    Those of protected households are left out for readers who may not know of them.
    """
    query = (
        select(
            RosterDifference.id,
            RosterDifference.kind,
            Household.id,
            Child.ordinal,
            Household.protected,
            Household.wrapped_key,
            Household.sealed,
            Household.number_digest,
            StagedHousehold.protected,
            StagedHousehold.wrapped_key,
            StagedHousehold.sealed,
            StagedHousehold.number_digest,
        )
        .outerjoin(Household, Household.id == RosterDifference.household_id)
        .outerjoin(StagedHousehold, StagedHousehold.id == RosterDifference.staged_id)
        .outerjoin(Child, Child.id == RosterDifference.child_id)
        .where(RosterDifference.import_id == import_id, RosterDifference.id > excerpt.after)
        .order_by(RosterDifference.id)
        .limit(excerpt.limit)
        .execution_options(yield_per=AT_ONCE)
    )
    if not excerpt.include_protected:
        query = query.where(*_of_nobody_protected())
    for row in work.session.execute(query):
        key, kind, household_id, ordinal = row[:4]
        sides = list(row[4:])
        number = _number(work.vault, sides[1:4] if sides[0] is not None else sides[5:])
        yield DescribedDifference(key, kind, household_id, number, ordinal)


def difference_counts(
    session: Session, found: RosterImport, *, include_protected: bool
) -> dict[str, int]:
    """Return how many differences of each kind an import has, in the order it was told of them.

    Those of protected households count only with ``include_protected``.
    """
    if include_protected:
        return dict(found.differences)
    counts = dict(
        session.execute(
            select(RosterDifference.kind, func.count())
            .outerjoin(Household, Household.id == RosterDifference.household_id)
            .outerjoin(StagedHousehold, StagedHousehold.id == RosterDifference.staged_id)
            .where(RosterDifference.import_id == found.id, *_of_nobody_protected())
            .group_by(RosterDifference.kind)
        ).all()
    )
    return {kind: int(counts[kind]) for kind in found.differences if kind in counts}


def _of_nobody_protected() -> tuple[ColumnElement[bool], ...]:
    return tuple(or_(one.is_(None), one.is_(False)) for one in PROTECTED_SIDES)


def _number(vault: Vault, side: Sequence[Any]) -> str:
    wrapped, sealed, digest = side
    return open_household(vault.unwrap(wrapped), sealed, digest).number if sealed else ""
