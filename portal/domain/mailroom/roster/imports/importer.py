"""Import a checked extract: compare it with its hand-over sheet, stage it and apply it.

The first one is applied at once if it is what its sheet says, a later one when an officer decides
to. Without a sheet it is only staged; with another one it is refused.
"""

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.base import refresh_statistics
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.held_file import CameIn
from portal.domain.foundation.texts import _s
from portal.domain.foundation.transfers.ending import replaced
from portal.domain.foundation.transfers.finding import locked
from portal.domain.foundation.transfers.services import became, passes, refuse_differing
from portal.domain.foundation.work import Work, WorkSource
from portal.domain.mailroom.roster.checks.check import RosterReport
from portal.domain.mailroom.roster.imports.apply import apply_import
from portal.domain.mailroom.roster.imports.changes import ImportTerms, Step, no_step
from portal.domain.mailroom.roster.imports.differences import find
from portal.domain.mailroom.roster.imports.first import FirstRows, store
from portal.domain.mailroom.roster.imports.sheets import (
    SUBJECT,
    count_import,
    count_report,
    refuse_empty,
    require_agreed,
)
from portal.domain.mailroom.roster.imports.staging import (
    Stager,
    StagingRun,
    clear_rows,
    clear_staging,
    next_staged_id,
    overtaken,
)
from portal.domain.mailroom.roster.models import RosterDifference, RosterImport
from portal.domain.mailroom.roster.states import ROSTER_IMPORT, ImportState
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.households.disposed import disposed_digests
from portal.domain.people.households.models import Child, Household, SearchFeed


class Imported(Struct, frozen=True):
    """The result of importing a file: its import with state, and the differences by kind.

    ``repeated`` is whether the same file was imported before; ``transfer_id`` its hand-over, which
    is None for a repeated one.
    """

    import_id: int
    state: str
    repeated: bool
    differences: dict[str, int]
    transfer_id: int | None = None
    without_sheet: bool = False


class Importer:
    """Imports extracts of one program."""

    def __init__(self, source: WorkSource, amount_yen: int) -> None:
        self._source = source
        self._amount = amount_yen

    def run(self, path: CameIn, report: RosterReport, *, step: Step = no_step) -> Imported:
        """Import a checked file.

        If it is interrupted, the next run of the same file completes it, and imports it only once.
        ``step`` is called ``STEPS`` times while a first import is applied, for a progress bar.

        Raises:
            ConflictError: it is not what its hand-over sheet says (code ``transfer_differs``); or
                another import was started meanwhile. Nothing of this one is stored.
            RosterFileError: the file changed since its check, or nothing in it can be accepted.
        """
        refuse_empty(report)
        with self._source.writing() as work:
            known = self._known(work.session, report.sha256)
            if known is not None:
                return Imported(known.id, known.state, repeated=True, differences=known.differences)
            # kept although the file may be refused: the difference stays open
            transfer = count_report(work, path, report)
        refuse_differing(transfer)
        with self._source.writing() as work:
            session = work.session
            found = self._begin(session, path, report)
            run = StagingRun(
                found.id, found.wrapped_key, next_staged_id(session), disposed_digests(session)
            )
            stager = Stager(self._source.vault, run)
            transfer = locked(session, transfer.id)
            found.first = passes(transfer) and session.scalar(select(Household.id).limit(1)) is None
        if found.first:
            return self._store_first(stager, report, transfer.id, step)
        stager.stage(self._source.write, report)
        with self._source.writing() as work:
            return self._finish(work, stager.still_ours(work.session), transfer.id, step)

    def _store_first(
        self, stager: Stager, report: RosterReport, transfer_id: int, step: Step
    ) -> Imported:
        with self._source.writing() as work:
            session = work.session
            found = stager.still_ours(session)
            if session.scalar(select(Household.id).limit(1)) is not None:
                raise overtaken()
            store(session, stager.batches(report), FirstRows(found.id, self._amount, work.now))
            found.state = ROSTER_IMPORT.next(found.state, "stage")
            became(work, locked(session, transfer_id), SUBJECT, found.id)
            session.flush()
            self._apply(work, found.id, step)
        with self._source.write() as session:
            refresh_statistics(session, Household, Child, Entitlement, SearchFeed)
        return Imported(found.id, found.state, False, {}, transfer_id)

    def apply(self, import_id: int, *, step: Step = no_step) -> RosterImport:
        """Apply a later import whose differences were reviewed.

        Raises:
            NotFoundError: there is no such import.
            ConflictError: it was applied before, or a later one replaced it; or it is not what its
                hand-over sheet says, or has none.
        """
        with self._source.writing() as work:
            count_import(work, import_id)
        with self._source.writing() as work:
            return self._apply(work, import_id, step)

    def check_apply(self, import_id: int) -> dict[str, int]:
        """Return the counts of what ``apply`` would do, without doing it. Raises as ``apply``."""
        with self._source.writing() as work:
            session = work.session
            found = session.get(RosterImport, import_id)
            if found is None:
                raise NotFoundError(_s("取り込み %(id)d は見つかりません。") % {"id": import_id})
            counts = dict(found.differences)
            count_import(work, import_id)
            self._apply(work, import_id, no_step)
            session.rollback()
            return counts

    def _apply(self, work: Work, import_id: int, step: Step) -> RosterImport:
        require_agreed(work.session, import_id)
        return apply_import(work, import_id, ImportTerms(self._amount, step))

    def _known(self, session: Session, sha256: str) -> RosterImport | None:
        """Return the import of the same file if it is waiting, or was the last one applied.

        An older file counts as new.
        """
        latest = select(RosterImport).order_by(RosterImport.id.desc()).limit(1)
        for state in (ImportState.STAGED, ImportState.APPLIED):
            found = session.scalar(latest.where(RosterImport.state == state))
            if found is not None and found.sha256 == sha256:
                return found
        return None

    def _begin(self, session: Session, path: CameIn, report: RosterReport) -> RosterImport:
        now = self._source.clock.now(session)
        unfinished = (
            select(RosterImport).where(RosterImport.state == ImportState.STAGING).with_for_update()
        )
        for left in session.scalars(unfinished).all():
            clear_staging(session, left.id)
            clear_rows(session, left.id)
            session.delete(left)
        session.flush()
        _key, wrapped = self._source.vault.new_data_key()
        found = RosterImport(
            file_name=path.name,
            sha256=report.sha256,
            layout=report.layout.name,
            extracted=report.rules.extracted,
            has_protection=report.layout.has_protection,
            totals=report.totals,
            wrapped_key=wrapped,
            created_at=now,
        )
        session.add(found)
        session.flush()
        return found

    def _finish(self, work: Work, found: RosterImport, transfer_id: int, step: Step) -> Imported:
        session = work.session
        found.state = ROSTER_IMPORT.next(found.state, "stage")
        record(work, "roster.staged", SUBJECT, found.id)
        supersede_older(work, found.id)
        transfer = locked(session, transfer_id)
        became(work, transfer, SUBJECT, found.id)
        found.differences = find(work, found)
        session.flush()
        if not found.differences and passes(transfer):
            self._apply(work, found.id, step)
        return Imported(
            found.id, found.state, False, found.differences, transfer_id, not passes(transfer)
        )


def supersede_older(work: Work, import_id: int) -> None:
    """Supersede waiting imports, whose differences no longer match the newer extract.

    What came without a sheet and never took effect needs none any more.
    """
    session = work.session
    waiting = select(RosterImport).where(
        RosterImport.state == ImportState.STAGED, RosterImport.id != import_id
    )
    for older in session.scalars(waiting.with_for_update()).all():
        older.state = ROSTER_IMPORT.next(older.state, "supersede")
        replaced(work, SUBJECT, older.id)
        for difference in session.scalars(
            select(RosterDifference).where(RosterDifference.import_id == older.id)
        ):
            difference.staged_id = None
        session.flush()
        clear_staging(session, older.id)
