"""A restore drill: the copy is numbered, restored, compared, removed, and its figures recorded."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from portal.cli.context import Context
from portal.cli.oversight.backup_options import (
    BackupPlace,
    live_database,
    numbered,
    order_of,
    writing,
)
from portal.domain.foundation.disk import digest_of
from portal.domain.foundation.errors import DomainError, InputError, NotAllowedError
from portal.domain.foundation.texts import _s
from portal.domain.oversight.copies.kinds import CopyKind, Outcome
from portal.domain.oversight.copies.services import DrillFacts, record_drill
from portal.platform.backups.checking import Verdict, check_backup


@dataclass(frozen=True)
class Drilled:
    """A drill: its number, what was found, or why nothing could be restored."""

    number: int
    age_s: int
    verdict: Verdict | None
    refusal: str = ""


def run_drill(context: Context, file: Path, identity: Path, place: BackupPlace) -> Drilled:
    """Drill a restore and record it, also one that failed.

    Raises:
        NotAllowedError: the database's user may make no place for it; this says nothing of the
            backup and is not recorded.
        InputError: the tables wait for an upgrade, or nobody answers for the copy.
    """
    order = order_of(context, file, identity)
    with live_database(context) as live:
        if not live.registers:
            raise InputError(
                _s(
                    "訓練の記録には、この版の表が要ります。"
                    "「portal db upgrade」を実行してください。"
                )
            )
        verdict, refusal = None, ""
        with numbered(context, live.database, CopyKind.DRILL, place) as number:
            try:
                verdict = check_backup(order, place.place)
            except NotAllowedError:
                raise
            except DomainError as error:
                refusal = error.message
        with writing(context, live.database) as work:
            row = record_drill(work, _facts(file, number, verdict))
            return Drilled(row.id, row.age_s, verdict, refusal)


def _facts(file: Path, number: int, verdict: Verdict | None) -> DrillFacts:
    if verdict is None:
        written = datetime.fromtimestamp(file.stat().st_mtime, UTC)
        return DrillFacts(number, digest_of(file), written, Outcome.FAILED, 0, 0, 0, 0, timedelta())
    return DrillFacts(
        copy_id=number,
        backup_sha256=verdict.sha256,
        taken_at=verdict.manifest.taken_at,
        outcome=Outcome.SAME if verdict.is_good else Outcome.DIFFERENT,
        households=verdict.found.households,
        children=verdict.found.children,
        yen=verdict.found.yen,
        rows_opened=verdict.opened.all if verdict.opened is not None else 0,
        restored_in=verdict.restored_in,
    )
