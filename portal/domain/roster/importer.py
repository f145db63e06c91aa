"""Importing an extract: check, stage, and apply (the first one at once, later ones when people say so)."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.actors import Actor
from portal.domain.audit.services import record
from portal.domain.clock import Clock
from portal.domain.households.models import Household
from portal.domain.households.search_index import Indexer
from portal.domain.roster.apply import apply_import
from portal.domain.roster.check import RosterReport
from portal.domain.roster.differences import find, mark_new
from portal.domain.roster.models import RosterImport
from portal.domain.roster.staging import Stager, clear_rows, clear_staging, next_staged_id
from portal.domain.roster.states import ROSTER_IMPORT
from portal.domain.vault import Vault

Write = Callable[[], AbstractContextManager[Session]]


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file: its import, and whether it was applied, waits, or had been applied before."""

    import_id: int
    state: str
    repeated: bool
    differences: dict[str, int]


class Importer:
    """Imports extracts of one program. ``write`` opens a transaction that commits at its end."""

    def __init__(
        self, write: Write, vault: Vault, indexer: Indexer, clock: Clock, amount_yen: int, actor: Actor
    ) -> None:
        self._write = write
        self._vault = vault
        self._indexer = indexer
        self._clock = clock
        self._amount = amount_yen
        self._actor = actor

    def run(self, path: Path, report: RosterReport) -> Imported:
        """Import a checked file. Interrupted anywhere, the next run of the same file completes it once."""
        with self._write() as session:
            known = self._known(session, report.sha256)
            if known is not None and known.state != "staging":
                return Imported(known.id, known.state, repeated=True, differences=known.differences)
            found = self._begin(session, path, report, known)
            import_id, import_key = found.id, self._vault.unwrap(found.wrapped_key)
            first_id = next_staged_id(session)
        Stager(self._vault, self._indexer, import_id, import_key, first_id).stage(self._write, report)
        with self._write() as session:
            return self._finish(session, import_id)

    def apply(self, import_id: int) -> RosterImport:
        """Apply a later import whose differences people have looked at."""
        with self._write() as session:
            now = self._clock.now(session)
            return apply_import(
                session, self._vault, self._indexer, import_id, self._amount, self._actor, now
            )

    def _known(self, session: Session, sha256: str) -> RosterImport | None:
        return session.scalar(
            select(RosterImport)
            .where(RosterImport.sha256 == sha256, RosterImport.state != "superseded")
            .order_by(RosterImport.id.desc())
            .limit(1)
            .with_for_update()
        )

    def _begin(
        self, session: Session, path: Path, report: RosterReport, known: RosterImport | None
    ) -> RosterImport:
        now: datetime = self._clock.now(session)
        for unfinished in session.scalars(select(RosterImport).where(RosterImport.state == "staging")):
            clear_staging(session, unfinished.id)
            clear_rows(session, unfinished.id)
            if known is None or unfinished.id != known.id:
                session.delete(unfinished)
        session.flush()
        if known is not None:
            return known
        _key, wrapped = self._vault.new_data_key()
        found = RosterImport(
            file_name=path.name, sha256=report.sha256, layout=report.layout.name, extracted=report.rules.extracted,
            has_protection=report.layout.has_protection, totals=report.totals, wrapped_key=wrapped, created_at=now,
        )  # fmt: skip
        session.add(found)
        session.flush()
        return found

    def _finish(self, session: Session, import_id: int) -> Imported:
        now = self._clock.now(session)
        found = session.get_one(RosterImport, import_id, with_for_update=True)
        found.state = ROSTER_IMPORT.next(found.state, "stage")
        found.first = session.scalar(select(Household.id).limit(1)) is None
        record(session, self._actor, now, "roster.staged", "roster_import", import_id)
        if found.first:
            mark_new(session, import_id)
            session.flush()
            apply_import(session, self._vault, self._indexer, import_id, self._amount, self._actor, now)
            return Imported(import_id, "applied", repeated=False, differences={})
        found.differences = find(session, self._vault, import_id)
        session.flush()
        if not found.differences:
            apply_import(session, self._vault, self._indexer, import_id, self._amount, self._actor, now)
        return Imported(import_id, found.state, repeated=False, differences=found.differences)
