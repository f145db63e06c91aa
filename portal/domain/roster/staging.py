"""Staging: a checked extract goes into the database, sealed, in chunks; nothing of it counts until it is applied."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from portal.domain.households.records import (
    birth_digest,
    household_digest,
    person_digest,
    seal_child,
    seal_household,
)
from portal.domain.households.search_index import Indexer
from portal.domain.roster.check import CheckedRow, RosterReport
from portal.domain.roster.models import RosterRow, StagedChild, StagedHold, StagedHousehold
from portal.domain.roster.people import StoredHousehold, gather
from portal.domain.vault import Vault, seal_json

CHUNK = 1_000
Write = Callable[[], AbstractContextManager[Session]]


@dataclass
class _Batch:
    """Rows that wait to be inserted together."""

    households: list[dict[str, Any]] = field(default_factory=list)
    children: list[dict[str, Any]] = field(default_factory=list)
    holds: list[dict[str, Any]] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)

    def insert(self, session: Session) -> None:
        """Insert everything, parents first."""
        for table, values in (
            (StagedHousehold, self.households), (StagedChild, self.children), (StagedHold, self.holds),
            (RosterRow, self.rows),
        ):  # fmt: skip
            if values:
                session.execute(insert(table), values)


class Stager:
    """Seals and stages the households of one import."""

    def __init__(
        self, vault: Vault, indexer: Indexer, import_id: int, import_key: bytes, first_id: int
    ) -> None:
        self._vault = vault
        self._indexer = indexer
        self._import_id = import_id
        self._key = import_key
        self._ids = count(first_id)

    def stage(self, write: Write, report: RosterReport) -> None:
        """Stage the whole report, one transaction per chunk."""
        for batch in self._batches(report):
            with write() as session:
                batch.insert(session)

    def _batches(self, report: RosterReport) -> Iterator[_Batch]:
        batch = _Batch()
        hold_codes = report.rules.hold_codes
        for judged, rows in report.completed():
            for row in rows:
                if row.result != "accept":
                    batch.rows.append(self._row(row))
            if judged is not None:
                stored = gather(judged, rows, grouped=report.layout.grouped)
                if stored is not None:
                    self._household(batch, stored, judged.disposition, judged.codes, hold_codes)
            if len(batch.households) >= CHUNK or len(batch.rows) >= CHUNK:
                yield batch
                batch = _Batch()
        yield batch

    def _row(self, row: CheckedRow) -> dict[str, Any]:
        numbers = {"household_no": row.row.household_no, "person_no": row.row.person_no}
        return {
            "import_id": self._import_id, "record": row.record, "line": row.line, "result": row.result,
            "codes": list(row.codes), "sealed": seal_json(self._key, numbers, f"row:{row.record}"),
        }  # fmt: skip

    def _household(
        self,
        batch: _Batch,
        stored: StoredHousehold,
        disposition: str,
        codes: tuple[str, ...],
        hold_codes: frozenset[str],
    ) -> None:
        vault, fields = self._vault, stored.fields
        key, wrapped = vault.new_data_key()
        digest = household_digest(vault, stored.key)
        children = [child.fields for child in stored.children]
        staged_id = next(self._ids)
        batch.households.append({
            "id": staged_id, "import_id": self._import_id, "number_digest": digest, "disposition": disposition,
            "children": len(children), "codes": list(codes), "protected": stored.protected, "wrapped_key": wrapped,
            "sealed": seal_household(key, fields, digest),
            "birth_digest": birth_digest(vault, digest, fields.birth) if fields.birth else None,
            "names": self._indexer.names(fields, children), "places": self._indexer.places(fields),
            "births": self._indexer.births(fields, children),
        })  # fmt: skip
        for ordinal, child in enumerate(stored.children, 1):
            person = person_digest(vault, child.key)
            batch.children.append({
                "import_id": self._import_id, "household_id": staged_id, "ordinal": ordinal, "person_digest": person,
                "sealed": seal_child(key, child.fields, person), "codes": list(child.codes),
            })  # fmt: skip
        batch.holds.extend(
            {"import_id": self._import_id, "household_id": staged_id, "code": code}
            for code in codes
            if code in hold_codes
        )


def next_staged_id(session: Session) -> int:
    """Return the first free key of staged households; one import stages at a time."""
    return (session.scalar(select(func.max(StagedHousehold.id))) or 0) + 1


def clear_staging(session: Session, import_id: int) -> None:
    """Remove what an import staged: it was interrupted, applied or replaced.."""
    staged = select(StagedHousehold.id).where(StagedHousehold.import_id == import_id)
    session.execute(delete(StagedHold).where(StagedHold.household_id.in_(staged)))
    session.execute(delete(StagedChild).where(StagedChild.household_id.in_(staged)))
    session.execute(delete(StagedHousehold).where(StagedHousehold.import_id == import_id))


def clear_rows(session: Session, import_id: int) -> None:
    """Remove the rejected and excluded rows of an interrupted import."""
    session.execute(delete(RosterRow).where(RosterRow.import_id == import_id))
