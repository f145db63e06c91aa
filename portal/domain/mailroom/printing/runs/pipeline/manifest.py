"""Close a run with its manifest: every letter with its file and page, and reconciled totals."""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.base import Values
from portal.domain.foundation.disk import digest_of
from portal.domain.foundation.errors import IntegrityFaultError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.letters.letters.kinds import kind_of
from portal.domain.letters.letters.models import PrintChunk, PrintRun
from portal.domain.letters.letters.states import PRINT_CHUNK, PRINT_RUN, LetterState
from portal.domain.mailroom.printing.runs.pipeline.files import (
    file_gone,
    large_text_file,
    put,
    write_part,
)

COLUMNS = (
    "letter_number",
    "household_id",
    "children",
    "amount_yen",
    "enclosures",
    "file",
    "page",
    "hand_over",
    "large_print",
)


class HandOver(StrEnum):
    """How a letter is handed to its household, as the manifest states it."""

    POST = "post"
    COUNTER = "counter"


class ManifestRow(Struct, frozen=True):
    """One letter of the manifest; ``large_print`` names the file of its large text, if it has one.

    The household is only a key: no name, address or ID leaves the database this way. A letter to be
    handed over at the ward's counter (``hand_over``) has not even that.
    """

    letter_number: str
    household_id: int | None
    children: int
    amount_yen: int
    enclosures: int
    file: str
    page: int
    hand_over: HandOver = HandOver.POST
    large_print: str = ""


@dataclass(frozen=True, slots=True)
class RunFile:
    """One PDF of a run."""

    file: str
    letters: int
    sha256: str


@dataclass(frozen=True, slots=True)
class RunTotals:
    """The totals of a run: letters, households, children, yen, and letters cancelled meanwhile."""

    letters: int
    households: int
    children: int
    amount_yen: int
    cancelled: int


def check_files(folder: Path, files: Iterable[RunFile]) -> None:
    """Check that the files of a run are as they were built.

    Raises:
        InputError: a file is missing or was changed.
    """
    for file in files:
        path = folder / file.file
        if not path.is_file() or digest_of(path) != file.sha256:
            raise file_gone(file.file)


def manifest_names(run_id: int) -> tuple[str, str]:
    """Return the file names of the list (CSV) and of the totals (JSON)."""
    return f"manifest-{run_id:03}.csv", f"manifest-{run_id:03}.json"


def manifest_rows(session: Session, run_id: int) -> Iterator[ManifestRow]:
    """Yield the printed letters of a run in the order of files and pages."""
    kind = kind_of(session, run_id)
    letters = kind.table
    rows = session.execute(
        select(
            letters.number,
            letters.household_id,
            letters.children,
            letters.amount_yen,
            letters.enclosures,
            PrintChunk.file_name,
            letters.position,
            kind.counter,
            kind.large_print,
        )
        .join(
            PrintChunk,
            (PrintChunk.print_run_id == letters.print_run_id)
            & (PrintChunk.number == letters.chunk_number),
        )
        .where(letters.print_run_id == run_id, letters.printed_at.is_not(None))
        .order_by(letters.chunk_number, letters.position)
    )
    for number, household_id, children, yen, enclosures, file, page, counter, large in rows:
        key, way = (None, HandOver.COUNTER) if counter else (household_id, HandOver.POST)
        text = large_text_file(run_id, large) if large else ""
        yield ManifestRow(number, key, children, yen, enclosures, file or "", page or 0, way, text)


def run_files(session: Session, run_id: int) -> list[RunFile]:
    """Return the finished files of a run."""
    rows = session.execute(
        select(PrintChunk.file_name, PrintChunk.letters, PrintChunk.sha256)
        .where(PrintChunk.print_run_id == run_id, PrintChunk.file_name.is_not(None))
        .order_by(PrintChunk.number)
    )
    return [RunFile(name or "", letters, sha256 or "") for name, letters, sha256 in rows]


def large_languages(session: Session, run_id: int) -> list[str]:
    """Return the languages of the printed letters of a run that are in large print, in order."""
    kind = kind_of(session, run_id)
    found = session.scalars(
        select(kind.large_print).where(
            kind.table.print_run_id == run_id,
            kind.table.printed_at.is_not(None),
            kind.large_print.is_not(None),
        )
    )
    return sorted({one for one in found if one is not None})


def run_totals(session: Session, run_id: int) -> RunTotals:
    """Return the totals of the letters that a run printed."""
    kind = kind_of(session, run_id)
    letters = kind.table
    count, households, children, yen = session.execute(
        select(
            func.count(letters.id),
            func.count(kind.addressee.distinct()),
            func.coalesce(func.sum(letters.children), 0),
            func.coalesce(func.sum(letters.amount_yen), 0),
        ).where(letters.print_run_id == run_id, letters.printed_at.is_not(None))
    ).one()
    cancelled = session.scalar(
        select(func.count(letters.id)).where(
            letters.print_run_id == run_id,
            letters.printed_at.is_(None),
            letters.state == LetterState.CANCELLED,
        )
    )
    return RunTotals(int(count), int(households), int(children), int(yen), cancelled or 0)


def finish_run(work: Work, run_id: int, folder: Path) -> RunTotals:
    """Close a run whose chunks are all built: reconcile the totals and write the manifest.

    ``folder`` is where its files lie.

    Raises:
        IntegrityFaultError: letters, households, files and the run's own record do not agree.
    """
    run = work.session.get_one(PrintRun, run_id, with_for_update=True)
    totals, files = run_totals(work.session, run_id), run_files(work.session, run_id)
    unfinished = work.session.scalar(
        select(func.count(PrintChunk.id)).where(
            PrintChunk.print_run_id == run_id, PrintChunk.state == PRINT_CHUNK.initial
        )
    )
    rows = list(manifest_rows(work.session, run_id))
    run.children, run.total_yen = totals.children, totals.amount_yen
    in_files = sum(file.letters for file in files)
    if unfinished or not (
        totals.letters == totals.households == run.planned == in_files == len(rows)
    ):
        raise IntegrityFaultError(
            _s("印刷 %(id)d の通数が合いません。引き渡さずに、管理者に連絡してください。")
            % {"id": run_id}
        )
    run.state = PRINT_RUN.next(run.state, "finish")
    run.finished_at = work.now
    record(
        work,
        "print_run.finished",
        "print_run",
        run.id,
        letters=totals.letters,
        children=totals.children,
        yen=totals.amount_yen,
        cancelled=totals.cancelled,
    )
    work.session.flush()
    _Manifest(run, totals, files, rows).write(folder)
    return totals


def enclosed_counts(enclosed: Sequence[str], pieces: Iterable[int]) -> dict[str, int]:
    """Return how many of each enclosure a run needs, from the pieces in each of its envelopes."""
    count = sum(1 for number in pieces if number > 1)
    return dict.fromkeys(enclosed, count)


class _Manifest(Struct, frozen=True):
    """The contents of the two files of a manifest: the letters as CSV, the totals as JSON."""

    run: PrintRun
    totals: RunTotals
    files: list[RunFile]
    rows: list[ManifestRow]

    def write(self, folder: Path) -> None:
        """Write both files into the folder of the run."""
        csv_name, json_name = manifest_names(self.run.id)
        sums = json.dumps(self._sums(), indent=1) + "\n"
        for name, text in ((csv_name, self._table()), (json_name, sums)):
            put(write_part(folder / name, text.encode()))

    def _table(self) -> str:
        table = io.StringIO()
        writer = csv.writer(table, lineterminator="\r\n")
        writer.writerow(COLUMNS)
        writer.writerows([getattr(row, name) for name in COLUMNS] for row in self.rows)
        return table.getvalue()

    def _sums(self) -> Values:
        run = self.run
        return {
            "run": run.id,
            "kind": run.kind,
            "notice_date": run.notice_date.isoformat(),
            **asdict(self.totals),
            "enclosed": enclosed_counts(run.enclosed, [row.enclosures for row in self.rows]),
            "large_print": Counter(row.large_print for row in self.rows if row.large_print),
            "files": [asdict(file) for file in self.files],
        }
