"""Find the differences between a later extract and the stored households.

They are matched by keyed digests; only what may have changed is decrypted.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence, Set
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, literal, select, update
from sqlalchemy.orm import Session

from portal.domain.foundation.portions import portions
from portal.domain.foundation.work import Work
from portal.domain.mailroom.roster.bulk import Columns, insert_rows
from portal.domain.mailroom.roster.checks import codes
from portal.domain.mailroom.roster.imports.comparing import ComparedChild, Known, Side, compare
from portal.domain.mailroom.roster.imports.kinds import Kind
from portal.domain.mailroom.roster.imports.staging import ABSENT
from portal.domain.mailroom.roster.models import (
    RosterDifference,
    RosterImport,
    StagedChild,
    StagedHold,
    StagedHousehold,
)
from portal.domain.mailroom.roster.states import StagedChange
from portal.domain.people.households.models import BY_INSTRUCTION, Child, Hold, Household
from portal.domain.people.households.records import open_child
from portal.domain.people.households.states import HoldState, HouseholdState

AT_ONCE = 500
COLUMNS = Columns(
    RosterDifference,
    ("import_id", "kind", "household_id", "staged_id", "child_id", "applied"),
)
Found = tuple[Kind, int | None, int | None, int | None]
"""A kind of difference, and the keys of its household, staged household and child."""
Likeness = tuple[str, date]


def mark_new(session: Session, import_id: int) -> None:
    """Mark the staged households that are not stored yet as new, the others as known."""
    stored = exists(
        select(Household.id).where(Household.number_digest == StagedHousehold.number_digest)
    )
    mine = and_(StagedHousehold.import_id == import_id, StagedHousehold.disposition != ABSENT)
    session.execute(update(StagedHousehold).where(mine, ~stored).values(change=StagedChange.NEW))
    session.execute(update(StagedHousehold).where(mine, stored).values(change=StagedChange.KNOWN))


def find(work: Work, imported: RosterImport) -> dict[str, int]:
    """Compare a staged import with the stored households, and store and count the differences."""
    mark_new(work.session, imported.id)
    finder = _Finder(work, imported)
    counts: Counter[str] = Counter()
    for batch in portions(finder.all(), AT_ONCE):
        rows = [(imported.id, kind.value, *keys, False) for kind, *keys in batch]
        insert_rows(work.session, COLUMNS, rows)
        counts.update(kind.value for kind, *_keys in batch)
    return dict(sorted(counts.items()))


class _Finder:
    """Finds the differences of one import."""

    def __init__(self, work: Work, imported: RosterImport) -> None:
        self._session = work.session
        self._vault = work.vault
        self._import_id = imported.id
        self._has_protection = imported.has_protection
        self._gone: dict[Likeness, int] = {}

    def all(self) -> Iterator[Found]:
        """Yield every difference, new households first, because other kinds may refer to them."""
        new = list(self._session.scalars(self._staged_ids(StagedChange.NEW)))
        yield from ((Kind.HOUSEHOLD_NEW, None, key, None) for key in new)
        yield from self._gone_households()
        added: list[tuple[int | None, int]] = [(None, key) for key in new]
        for kind, household, staged, child in self._known():
            yield kind, household, staged, child
            if kind is Kind.CHILD_NEW and staged is not None:
                added.append((household, staged))
        yield from self._children_elsewhere()
        yield from self._lookalikes(added)

    def _staged_ids(self, change: StagedChange) -> Select[int]:
        return (
            select(StagedHousehold.id)
            .where(StagedHousehold.import_id == self._import_id, StagedHousehold.change == change)
            .order_by(StagedHousehold.id)
        )

    def _gone_households(self) -> Iterator[Found]:
        there = select(StagedHousehold.number_digest).where(
            StagedHousehold.import_id == self._import_id
        )
        reported = exists(
            select(Hold.id).where(
                Hold.household_id == Household.id,
                Hold.detail["difference"].as_string() == Kind.HOUSEHOLD_GONE.value,
            )
        )
        gone = list(
            self._session.scalars(
                select(Household.id)
                .where(
                    Household.number_digest.not_in(there),
                    Household.state == HouseholdState.ACTIVE,
                    ~reported,
                    Household.import_id != BY_INSTRUCTION,
                )
                .order_by(Household.id)
            )
        )
        for ids in portions(gone, AT_ONCE):
            self._remember_gone(Child.household_id.in_(ids))
        # a child added by instruction may appear in a later extract under a number unknown then
        self._remember_gone(Child.added.is_(True))
        yield from ((Kind.HOUSEHOLD_GONE, key, None, None) for key in gone)
        absent = (
            select(Household.id, StagedHousehold.id)
            .join(StagedHousehold, StagedHousehold.number_digest == Household.number_digest)
            .where(
                StagedHousehold.import_id == self._import_id, StagedHousehold.disposition == ABSENT
            )
            .order_by(Household.id)
        )
        for household, staged in self._session.execute(absent).all():
            if codes.W20_INCOMPLETE_HOUSEHOLD not in self._holds([household])[household]:
                yield Kind.HOUSEHOLD_REJECTED, household, staged, None

    def _remember_gone(self, which: ColumnElement[bool]) -> None:
        query = (
            select(Child.id, Child.person_digest, Child.sealed, Household.wrapped_key)
            .join(Household, Household.id == Child.household_id)
            .where(which)
        )
        for child_id, digest, sealed, wrapped in self._session.execute(query):
            likeness = self._likeness(wrapped, sealed, digest)
            if likeness is not None:
                self._gone[likeness] = child_id

    def _likeness(self, wrapped: bytes, sealed: bytes, digest: bytes) -> Likeness | None:
        fields = open_child(self._vault.unwrap(wrapped), sealed, digest)
        return ("".join(fields.name.split()), fields.birth) if fields.birth else None

    def _known(self) -> Iterator[Found]:
        query = (
            select(
                Household.id,
                Household.number_digest,
                Household.wrapped_key,
                Household.sealed,
                Household.protected,
                Household.codes,
                StagedHousehold.id.label("staged_id"),
                StagedHousehold.wrapped_key.label("new_key"),
                StagedHousehold.sealed.label("new_sealed"),
                StagedHousehold.protected.label("new_protected"),
                StagedHousehold.codes.label("new_codes"),
            )
            .join(StagedHousehold, StagedHousehold.number_digest == Household.number_digest)
            .where(
                StagedHousehold.import_id == self._import_id,
                StagedHousehold.change == StagedChange.KNOWN,
            )
            .order_by(Household.id)
            .execution_options(yield_per=AT_ONCE)
        )
        for rows in self._session.execute(query).partitions():
            gone: list[int] = []
            for known in self._sides(rows):
                for kind, child in compare(self._vault, known, has_protection=self._has_protection):
                    yield kind, known.household_id, known.staged_id, child
                    if kind is Kind.CHILD_GONE and child is not None:
                        gone.append(child)
            if gone:
                self._remember_gone(Child.id.in_(gone))

    def _sides(self, rows: Sequence[Any]) -> Iterator[Known]:
        stored = [row.id for row in rows]
        staged = [row.staged_id for row in rows]
        old = self._children(Child, stored)
        new = self._children(StagedChild, staged)
        holds, staged_holds = self._holds(stored), self._staged_holds(staged)
        known = {child.person_digest for children in old.values() for child in children}
        elsewhere = self._stored(
            [c.person_digest for children in new.values() for c in children], known
        )
        taken = known | elsewhere
        for row in rows:
            before = Side(
                row.wrapped_key, row.sealed, row.protected, frozenset(row.codes), old[row.id]
            )
            own = {child.person_digest for child in old[row.id]}
            # a child of another household is not new; _children_elsewhere reports it
            children = [
                c
                for c in new[row.staged_id]
                if c.person_digest in own or c.person_digest not in taken
            ]
            now = Side(
                row.new_key, row.new_sealed, row.new_protected, frozenset(row.new_codes), children
            )
            yield Known(
                row.id,
                row.staged_id,
                row.number_digest,
                before,
                now,
                holds[row.id],
                frozenset(staged_holds[row.staged_id]),
            )

    def _stored(self, digests: Sequence[bytes], known: Set[bytes]) -> set[bytes]:
        """Return the digests that belong to a stored child of any household."""
        unknown = [digest for digest in digests if digest not in known]
        query = select(Child.person_digest).where(Child.person_digest.in_(unknown))
        return set(self._session.scalars(query)) if unknown else set()

    def _children(
        self, table: type[Child] | type[StagedChild], ids: list[int]
    ) -> dict[int, list[ComparedChild]]:
        state, placed = (
            (Child.state, Child.placed) if table is Child else (literal(""), literal(value=False))
        )
        query = select(
            table.id, table.household_id, table.person_digest, table.sealed, state, placed
        ).where(table.household_id.in_(ids))
        found: dict[int, list[ComparedChild]] = defaultdict(list)
        for key, household_id, digest, sealed, state_now, is_placed in self._session.execute(query):
            found[household_id].append(ComparedChild(key, digest, sealed, state_now, is_placed))
        return found

    def _holds(self, ids: list[int]) -> dict[int, dict[str, str]]:
        """Return the difference that caused each open hold, by household and code.

        Also returns each difference that caused a hold before, with the hold's state.
        """
        query = select(Hold.household_id, Hold.code, Hold.state, Hold.detail).where(
            Hold.household_id.in_(ids)
        )
        found: dict[int, dict[str, str]] = defaultdict(dict)
        for household, code, state, detail in self._session.execute(query):
            difference = detail.get("difference", "")
            if state == HoldState.OPEN:
                found[household][code] = difference
            if difference:
                found[household].setdefault(difference, state)
        return found

    def _staged_holds(self, ids: list[int]) -> dict[int, set[str]]:
        query = select(StagedHold.household_id, StagedHold.code).where(
            StagedHold.household_id.in_(ids)
        )
        found: dict[int, set[str]] = defaultdict(set)
        for household, code in self._session.execute(query):
            found[household].add(code)
        return found

    def _children_elsewhere(self) -> Iterator[Found]:
        """Yield the staged children that another stored household has already.

        No child may get two entitlements, so people decide (``domain.md`` §2.5).
        """
        query = (
            select(StagedHousehold.id, StagedHousehold.number_digest, Child.id)
            .join(StagedChild, StagedChild.household_id == StagedHousehold.id)
            .join(Child, Child.person_digest == StagedChild.person_digest)
            .join(Household, Household.id == Child.household_id)
            .where(
                StagedHousehold.import_id == self._import_id,
                Household.number_digest != StagedHousehold.number_digest,
                ~Child.placed,
            )
            .order_by(StagedHousehold.id, Child.id)
        )
        for staged, digest, child in self._session.execute(query).all():
            known = self._session.scalar(
                select(Household.id).where(Household.number_digest == digest)
            )
            if known is not None and Kind.CHILD_ELSEWHERE in self._holds([known])[known]:
                continue
            yield Kind.CHILD_ELSEWHERE, known, staged, child

    def _lookalikes(self, added: list[tuple[int | None, int]]) -> Iterator[Found]:
        if not self._gone:
            return
        for pairs in portions(dict.fromkeys(added), AT_ONCE):
            household_of = {staged: household for household, staged in pairs}
            query = (
                select(
                    StagedChild.household_id,
                    StagedChild.person_digest,
                    StagedChild.sealed,
                    StagedHousehold.wrapped_key,
                )
                .join(StagedHousehold, StagedHousehold.id == StagedChild.household_id)
                .where(
                    StagedChild.household_id.in_(household_of),
                    ~exists(
                        select(Child.id).where(Child.person_digest == StagedChild.person_digest)
                    ),
                )
            )
            for staged, digest, sealed, wrapped in self._session.execute(query).all():
                likeness = self._likeness(wrapped, sealed, digest)
                if likeness is not None and likeness in self._gone:
                    yield Kind.CHILD_LOOKALIKE, household_of[staged], staged, self._gone[likeness]
