"""Stage a checked extract in the database, encrypted, in chunks.

Staged households have no effect until the import is applied.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from portal.domain.foundation.errors import ConflictError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.vault import Vault, seal_json
from portal.domain.mailroom.roster.bulk import Columns, insert_rows
from portal.domain.mailroom.roster.checks.check import CheckedHousehold, CheckedRow, RosterReport
from portal.domain.mailroom.roster.checks.people import PART, StoredHousehold, gather, household_key
from portal.domain.mailroom.roster.checks.results import HouseholdDisposition, RowDisposition
from portal.domain.mailroom.roster.models import (
    RosterImport,
    RosterRow,
    StagedChild,
    StagedHold,
    StagedHousehold,
)
from portal.domain.mailroom.roster.states import ImportState
from portal.domain.people.households.records import (
    birth_digest,
    household_digest,
    person_digest,
    seal_child,
    seal_household,
)

CHUNK = 2_000
ABSENT = "absent"
"""The disposition of a household that the file names, but of which nothing can be stored."""
Write = Callable[[], AbstractContextManager[Session]]
Values = tuple[Any, ...]

HOUSEHOLD_COLUMNS = Columns(
    StagedHousehold,
    (
        "id",
        "import_id",
        "number_digest",
        "disposition",
        "children",
        "codes",
        "protected",
        "wrapped_key",
        "sealed",
        "birth_digest",
        "names",
        "places",
        "births",
    ),
)
CHILD_COLUMNS = Columns(
    StagedChild, ("import_id", "household_id", "ordinal", "person_digest", "sealed", "codes")
)
HOLD_COLUMNS = Columns(StagedHold, ("import_id", "household_id", "code"))
ROW_COLUMNS = Columns(RosterRow, ("import_id", "record", "line", "result", "codes", "sealed"))


@dataclass
class Batch:
    """Rows that wait to be inserted together."""

    households: list[Values] = field(default_factory=list)
    children: list[Values] = field(default_factory=list)
    holds: list[Values] = field(default_factory=list)
    rows: list[Values] = field(default_factory=list)

    def insert(self, session: Session) -> None:
        """Insert everything, parents first."""
        insert_rows(session, HOUSEHOLD_COLUMNS, self.households)
        insert_rows(session, CHILD_COLUMNS, self.children)
        insert_rows(session, HOLD_COLUMNS, self.holds)
        insert_rows(session, ROW_COLUMNS, self.rows)


@dataclass(frozen=True, slots=True)
class StagingRun:
    """One run of an import, which is identified by its own wrapped key.

    ``first_id`` is the first free key of a staged household. ``disposed`` are the digests of
    households that no extract may bring back: of them nothing is stored.
    """

    import_id: int
    wrapped_key: bytes = field(repr=False)
    first_id: int
    disposed: frozenset[bytes] = field(default=frozenset(), repr=False)


class Stager:
    """Encrypts and stages the households of one import."""

    def __init__(self, vault: Vault, run: StagingRun) -> None:
        self._vault = vault
        self._import_id = run.import_id
        self._run = run.wrapped_key
        self._import_key = vault.unwrap(run.wrapped_key)
        self._groups: Counter[str] = Counter()
        self._ids = count(run.first_id)
        self._disposed = run.disposed

    def stage(self, write: Write, report: RosterReport) -> None:
        """Stage the whole report, one transaction per chunk.

        Raises:
            ConflictError: another import was started meanwhile.
            RosterFileError: the file changed since its check.
        """
        for batch in self.batches(report):
            with write() as session:
                self.still_ours(session)
                batch.insert(session)

    def still_ours(self, session: Session) -> RosterImport:
        """Return the import, locked; refuse a run that was overtaken by another one.

        Raises:
            ConflictError: another import was started meanwhile.
        """
        found = session.scalar(
            select(RosterImport)
            .where(RosterImport.id == self._import_id, RosterImport.wrapped_key == self._run)
            .with_for_update()
        )
        if found is None or found.state != ImportState.STAGING:
            raise overtaken()
        return found

    def batches(self, report: RosterReport) -> Iterator[Batch]:
        """Yield the report's households, encrypted, and the rows that were not accepted."""
        batch = Batch()
        hold_codes = report.rules.hold_codes
        for judged, rows in report.completed():
            protected = any(row.row.protected for row in rows)
            for row in rows:
                accepted = row.result == RowDisposition.ACCEPT
                if not accepted and not self._is_disposed(row.row.household_no):
                    batch.rows.append(self._row(row, protected))
            if judged is not None and judged.disposition != HouseholdDisposition.NONE:
                key = self._key_of(judged, rows, report.layout.grouped)
                stored = self._gathered(judged, rows, key, grouped=report.layout.grouped)
                if stored is not None:
                    staged_id = self._household(batch, stored, judged)
                    batch.holds.extend(
                        (self._import_id, staged_id, code)
                        for code in judged.codes
                        if code in hold_codes
                    )
                else:
                    batch.households.append(self._absent(judged, key, protected))
            if len(batch.households) >= CHUNK or len(batch.rows) >= CHUNK:
                yield batch
                batch = Batch()
        yield batch

    def _gathered(
        self, judged: CheckedHousehold, rows: tuple[CheckedRow, ...], key: str, *, grouped: bool
    ) -> StoredHousehold | None:
        if self._is_disposed(key):
            return None
        return gather(judged, rows, key, grouped=grouped)

    def _is_disposed(self, key: str) -> bool:
        """Tell whether a household was disposed of: then not even a rejected row is stored."""
        return bool(self._disposed) and household_digest(self._vault, key) in self._disposed

    def _row(self, row: CheckedRow, protected: bool) -> Values:
        numbers = {
            "household_no": row.row.household_no,
            "person_no": row.row.person_no,
            "protected": protected,
        }
        sealed = seal_json(self._import_key, numbers, f"row:{row.record}")
        return (self._import_id, row.record, row.line, row.result, row.codes, sealed)

    def _key_of(self, judged: CheckedHousehold, rows: tuple[CheckedRow, ...], grouped: bool) -> str:
        key = household_key(judged, rows, grouped=grouped)
        if not grouped:
            return key
        # names that differ only in spaces make two groups with the same key
        self._groups[key] += 1
        return key if self._groups[key] == 1 else f"{key}{PART}{self._groups[key]}"

    def _absent(self, judged: CheckedHousehold, key: str, protected: bool) -> Values:
        digest = household_digest(self._vault, key)
        return (
            next(self._ids),
            self._import_id,
            digest,
            ABSENT,
            0,
            judged.codes,
            protected,
            b"",
            b"",
            None,
            b"",
            b"",
            b"",
        )

    def _household(self, batch: Batch, stored: StoredHousehold, judged: CheckedHousehold) -> int:
        """Add a household and its children to the batch; return its staged key."""
        vault, fields = self._vault, stored.fields
        key, wrapped = vault.new_data_key()
        digest = household_digest(vault, stored.key)
        children = [child.fields for child in stored.children]
        staged_id = next(self._ids)
        batch.households.append(
            (
                staged_id,
                self._import_id,
                digest,
                judged.disposition,
                len(children),
                judged.codes,
                stored.protected,
                wrapped,
                seal_household(key, fields, digest),
                birth_digest(vault, digest, fields.birth) if fields.birth else None,
                b"",
                b"",
                b"",
            )
        )
        for ordinal, child in enumerate(stored.children, 1):
            person = person_digest(vault, child.key)
            sealed = seal_child(key, child.fields, person)
            batch.children.append(
                (self._import_id, staged_id, ordinal, person, sealed, child.codes)
            )
        return staged_id


def overtaken() -> ConflictError:
    """Return the error about a run that is no longer the latest."""
    return ConflictError(
        _s("別の取り込みが始まったため、中止しました。終わるのを待って、もう一度実行してください。")
    )


def next_staged_id(session: Session) -> int:
    """Return the first free key of staged households; one import stages at a time."""
    return (session.scalar(select(func.max(StagedHousehold.id))) or 0) + 1


def clear_staging(session: Session, import_id: int) -> None:
    """Remove the staged rows of an import that was interrupted, applied or superseded."""
    for table in (StagedHold, StagedChild, StagedHousehold):
        session.execute(delete(table).where(table.import_id == import_id))


def clear_rows(session: Session, import_id: int) -> None:
    """Remove the rejected and excluded rows of an interrupted import."""
    session.execute(delete(RosterRow).where(RosterRow.import_id == import_id))
