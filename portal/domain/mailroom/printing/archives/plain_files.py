"""Remove the unencrypted files of letters after the hand-over, and record it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import ConflictError, NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.letters.letters.models import Letter, PrintChunk, PrintRun
from portal.domain.letters.letters.states import LetterState, RunState
from portal.domain.mailroom.printing.archives.models import PrintArchive
from portal.domain.mailroom.printing.archives.states import ArchiveState
from portal.domain.mailroom.printing.runs.pipeline.files import PART
from portal.domain.mailroom.printing.runs.pipeline.printer import PrintingNode

STAYING = (LetterState.PREPARED, LetterState.PRINTED)


@dataclass(frozen=True, slots=True)
class Removed:
    """The numbers of plain files of a run that were removed now, and that are kept.

    Files with letters for the ward's counter are kept.
    """

    files: int
    staying: int


def runs_to_clear(session: Session) -> list[int]:
    """Return the runs with plain files that are no longer needed.

    These runs were discarded, or their archive was sent or lost.
    """
    return list(
        session.scalars(
            select(PrintChunk.print_run_id)
            .join(PrintRun, PrintRun.id == PrintChunk.print_run_id)
            .outerjoin(PrintArchive, PrintArchive.print_run_id == PrintChunk.print_run_id)
            .where(
                or_(
                    PrintRun.state == RunState.DISCARDED,
                    PrintArchive.state.in_((ArchiveState.SENT, ArchiveState.LOST)),
                ),
                PrintChunk.file_name.is_not(None),
                PrintChunk.removed_at.is_(None),
                _nothing_stays(),
            )
            .distinct()
            .order_by(PrintChunk.print_run_id)
        )
    )


def plain_files(session: Session, run_id: int) -> int:
    """Return how many plain files of a run are still on the disk, according to the records."""
    rows = session.scalars(
        select(PrintChunk.id).where(
            PrintChunk.print_run_id == run_id,
            PrintChunk.file_name.is_not(None),
            PrintChunk.removed_at.is_(None),
        )
    )
    return len(rows.all())


def remove_plain_files(node: PrintingNode, run_id: int, *, elsewhere: bool = False) -> Removed:
    """Remove the files of a run whose letters were all handed over; a second call does nothing.

    Each file is removed first and recorded then; if the process is killed in between, the next call
    records the missing file. With ``elsewhere`` a run whose folder is not on this machine is
    skipped instead of refused.

    Raises:
        NotFoundError: there is no such run.
        ConflictError: it was not handed over, or its folder is not on this machine.
    """
    with node.writing() as work:
        session = work.session
        run = _locked_finished_run(session, run_id)
        folder = node.folder_of(run)
        chunks, removable = _locked_chunks(session, run_id)
        if removable and not folder.is_dir():
            if elsewhere:
                return Removed(0, len(chunks))
            raise ConflictError(
                _s(
                    "印刷のフォルダーが、このコンピューターにありません。"
                    "手紙を作ったコンピューターで実行してください。"
                ),
                code="folder_elsewhere",
            )
        _remove(folder, removable, work.now)
        if removable:
            run.folder = folder.name  # runs of version 0.1.0 have an absolute path
            record(
                work,
                "print_run.plain_removed",
                "print_run",
                run_id,
                files=len(removable),
                staying=len(chunks) - len(removable),
            )
        session.flush()
        return Removed(len(removable), len(chunks) - len(removable))


def _remove(folder: Path, chunks: Sequence[PrintChunk], now: datetime) -> None:
    for chunk in chunks:
        for name in (chunk.file_name or "", (chunk.file_name or "") + PART):
            (folder / name).unlink(missing_ok=True)
        chunk.removed_at = now


def _locked_finished_run(session: Session, run_id: int) -> PrintRun:
    """Return a run that was handed over, discarded or lost, locked.

    Raises as ``remove_plain_files``.
    """
    run = session.scalar(select(PrintRun).where(PrintRun.id == run_id).with_for_update())
    if run is None:
        raise NotFoundError(_s("この印刷は見つかりませんでした。"))
    lost = select(PrintArchive.id).where(
        PrintArchive.print_run_id == run_id, PrintArchive.state == ArchiveState.LOST
    )
    if (
        run.state not in {RunState.HANDED_OVER, RunState.DISCARDED}
        and session.scalar(lost.limit(1)) is None
    ):
        raise ConflictError(_s("この印刷は、まだ引き渡していません。"), code="not_handed_over")
    return run


def _locked_chunks(
    session: Session, run_id: int
) -> tuple[Sequence[PrintChunk], Sequence[PrintChunk]]:
    """Return the run's chunks with files, locked, and those of them that can be removed."""
    chunks = session.scalars(
        select(PrintChunk)
        .where(
            PrintChunk.print_run_id == run_id,
            PrintChunk.file_name.is_not(None),
            PrintChunk.removed_at.is_(None),
        )
        .order_by(PrintChunk.number)
        .with_for_update()
    ).all()
    free = set(
        session.scalars(
            select(PrintChunk.id).where(PrintChunk.print_run_id == run_id, _nothing_stays())
        )
    )
    return chunks, [chunk for chunk in chunks if chunk.id in free]


def _nothing_stays() -> ColumnElement[bool]:
    return (
        ~select(Letter.id)
        .where(
            Letter.print_run_id == PrintChunk.print_run_id,
            Letter.chunk_number == PrintChunk.number,
            Letter.state.in_(STAYING),
        )
        .correlate(PrintChunk)
        .exists()
    )
