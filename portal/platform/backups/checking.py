"""Prove a backup: restore it into an empty place, compare its sums, open its rows."""

import time
from dataclasses import dataclass, field, replace
from datetime import timedelta

from portal.domain.foundation.errors import DomainError
from portal.domain.oversight.copies.opened_rows import WRAPPED, Opened, SealedRows
from portal.platform.backups.manifest import Figures, Manifest, differences, figures_of, vault_of
from portal.platform.backups.restoring import Order, restore
from portal.platform.backups.temporary import Place, temporary_place
from portal.platform.database import Database, opened
from portal.platform.migrations import upgrade_tables
from portal.platform.schema import State, columns_of, read_schema


@dataclass(slots=True)
class Verdict:
    """What a check found.

    Attributes:
        manifest: What the backup says.
        sha256: The digest of the backup's file.
        found: The sums of what was restored.
        opened: The rows that the keys opened.
        faults: What is wrong, in sentences; nothing if all is well.
        restored_in: The time until everything was restored and compared.
        migrated_in: The time that the migrations took; None if none was rehearsed.
        migrated_from: The schema before them.
        migrated_to: The schema after them.
    """

    manifest: Manifest
    sha256: str
    found: Figures
    opened: Opened | None = None
    faults: list[str] = field(default_factory=list)
    restored_in: timedelta = timedelta()
    migrated_in: timedelta | None = None
    migrated_from: str = ""
    migrated_to: str = ""

    @property
    def is_good(self) -> bool:
        """Whether everything that was restored is what the backup says, and opens."""
        return not self.faults

    def as_json(self) -> dict[str, object]:
        """Return the verdict as plain values."""
        return {
            "good": self.is_good,
            "faults": self.faults,
            "sha256": self.sha256,
            "taken_at": self.manifest.taken_at.isoformat(),
            "engine": self.manifest.engine,
            "schema": self.manifest.schema,
            "households": self.found.households,
            "children": self.found.children,
            "yen": self.found.yen,
            "rows_opened": self.opened.all if self.opened is not None else 0,
            "restored_seconds": self.restored_in.total_seconds(),
            "migrated_from": self.migrated_from or None,
            "migrated_to": self.migrated_to or None,
            "migrated_seconds": None
            if self.migrated_in is None
            else self.migrated_in.total_seconds(),
        }


def check_backup(order: Order, place: Place, *, migrate: bool = False) -> Verdict:
    """Restore a backup into a place that is gone afterwards, and say what is wrong with it.

    With ``migrate`` the restored database is brought to this program's tables, too, and everything
    is compared again.

    Raises:
        InputError: the file is damaged, foreign, or cannot be opened with this key.
        IntegrityFaultError: the keys are others, or what was restored is not what was backed up.
        OSError: the disk is full.
    """
    started = time.monotonic()
    with temporary_place(order.settings, place) as empty:
        unpacked = restore(replace(order, settings=empty))
        with opened(empty.database_url) as database:
            verdict = Verdict(unpacked.manifest, unpacked.sha256, unpacked.manifest.figures)
            _inspect(database, order, verdict)
            verdict.restored_in = timedelta(seconds=time.monotonic() - started)
            if migrate and verdict.is_good:
                _migrate(database, order, verdict)
    return verdict


def _inspect(database: Database, order: Order, verdict: Verdict) -> None:
    with database.read() as session:
        verdict.found, wanted = figures_of(session), verdict.manifest.figures
        if verdict.migrated_in is not None:  # a migration may drop a table that nobody reads
            still = {name: wanted.rows[name] for name in wanted.rows if name in verdict.found.rows}
            wanted = replace(wanted, rows=still)
        verdict.faults += differences(wanted, verdict.found)
        try:
            vault = vault_of(verdict.manifest, order.vault)
            columns = columns_of(session.connection())
            tables = {table for table, column in columns if column == WRAPPED}
            verdict.opened = SealedRows(session, vault, tables).open_all()
        except DomainError as error:
            verdict.faults.append(error.message)


def _migrate(database: Database, order: Order, verdict: Verdict) -> None:
    with database.engine.connect() as connection:
        before = read_schema(connection)
    verdict.migrated_from, verdict.migrated_to = before.found or "", before.wanted
    started = time.monotonic()
    if before.state is not State.CURRENT:
        try:
            upgrade_tables(database.engine)
        except DomainError as error:
            verdict.faults.append(error.message)
            return
    verdict.migrated_in = timedelta(seconds=time.monotonic() - started)
    _inspect(database, order, verdict)
