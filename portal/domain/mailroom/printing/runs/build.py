"""Building letters: plan or resume a run, draw its chunks, store each one whole, close the run with its manifest.

Killed anywhere, the next build goes on: a chunk that is not stored is drawn again with new IDs and
passwords, and what was drawn of it before opens nothing.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from portal.domain.foundation.base import refresh_statistics
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import ConflictError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import WorkSource
from portal.domain.letters.letters.frame import LetterFrame, letter_frame
from portal.domain.letters.letters.models import Letter
from portal.domain.letters.letters.render import render_back
from portal.domain.letters.letters.texts import load_texts
from portal.domain.mailroom.printing.runs.approved_texts import (
    approved_texts,
    note_texts,
    same_texts,
)
from portal.domain.mailroom.printing.runs.chunks import ReadyChunk, read_chunk, store_chunk
from portal.domain.mailroom.printing.runs.enclosures import draw_enclosures
from portal.domain.mailroom.printing.runs.files import (
    back_file,
    chunk_file,
    clear_leftovers,
    locked_folder,
    make_folder,
    placing,
    put,
    write_part,
)
from portal.domain.mailroom.printing.runs.manifest import (
    RunFile,
    RunTotals,
    check_files,
    finish_run,
    manifest_names,
    run_files,
)
from portal.domain.mailroom.printing.runs.plan import MakeFolder, OpenRun, open_run, plan_run
from portal.domain.mailroom.printing.runs.preflight import (
    Preflight,
    hold_unprintable,
    preflight,
    require_protection,
)
from portal.domain.mailroom.printing.runs.selection import Due
from portal.domain.mailroom.printing.runs.worker_pool import Drawn, Job, WorkerPool, worker_pool
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.households.models import Household

CHUNK_SIZE = 100
Progress = Callable[[int, int], None]
"""Called with letters done and letters in all."""


@dataclass(frozen=True, slots=True)
class Printer(WorkSource):
    """Everything that a build works with. ``public_url`` is the resident site, as the QR opens it."""

    public_url: str
    base_folder: Path
    fonts: tuple[Path, ...] = ()

    def frame(self, notice_date: date) -> LetterFrame:
        """Return what all letters share.

        Raises InputError for texts or a layout that cannot be printed.
        """
        texts = load_texts(self.program.letter_texts_file)
        return letter_frame(
            self.program,
            texts,
            notice_date=notice_date,
            resident_url=self.public_url,
            fonts=self.fonts,
        )


@dataclass(frozen=True, slots=True)
class BuiltRun:
    """A finished run: where its files are and what they hold.

    ``checked`` is None where a run was resumed.
    """

    run_id: int
    folder: Path
    files: tuple[RunFile, ...]
    totals: RunTotals
    manifest: Path
    back: Path
    resumed: bool
    checked: Preflight | None = None

    @property
    def paths(self) -> tuple[Path, ...]:
        """The PDF files with the letters, in order; ``back`` goes behind each of them."""
        return tuple(self.folder / file.file for file in self.files)


def build_letters(
    printer: Printer,
    *,
    folder: Path | None = None,
    limit: int | None = None,
    chunk_size: int = CHUNK_SIZE,
    workers: int = 2,
    notice_date: date | None = None,
    progress: Progress | None = None,
) -> BuiltRun | Preflight:
    """Build a letter with a new ID and password for every household to be issued, or go on with an unfinished run.

    A resumed run keeps its folder, date and chunks. With 0 ``workers`` everything happens in this
    process. When no household is to be issued, the answer is only the preflight.

    Raises:
        NotAllowedError: protection is not loaded, or the ward did not approve the letter's texts.
        ConflictError: another build is at work, or the texts changed since the unfinished run
            began.
        InputError: texts, layout or fonts cannot be printed, or a file of the run is gone.
        OSError: a file cannot be written; what is stored so far stays whole.
    """
    with printer.read() as session:
        require_protection(session)
        found = open_run(session)
        today = jst_date(printer.clock.now(session))
        texts = approved_texts(printer.work(session))
        if found is not None:
            same_texts(session, texts, found.id)
    if found is not None:
        day = found.notice_date
        with worker_pool(
            printer.frame(day), printer.vault, min(workers, len(found.chunks))
        ) as people:
            return _build(printer, found, people, progress, None, render_back(people.frame))
    day = notice_date or today
    frame = printer.frame(day)
    checked = _check(printer)
    chosen = checked.ready[:limit]
    # the workers start while the back is drawn and the run is planned
    with worker_pool(frame, printer.vault, min(workers, -(-len(chosen) // chunk_size))) as people:
        back = render_back(frame)  # texts that do not fit are refused before anything is planned
        _hold(printer, checked)
        planned = _plan(printer, chosen, folder, chunk_size, day, texts)
        return (
            checked
            if planned is None
            else _build(printer, planned, people, progress, checked, back)
        )


def _build(
    printer: Printer,
    run: OpenRun,
    people: WorkerPool,
    progress: Progress | None,
    checked: Preflight | None,
    back: bytes,
) -> BuiltRun:
    make_folder(run.folder)
    with locked_folder(run.folder):
        with printer.read() as session:
            fresh = open_run(session)
            files = run_files(session, run.id)
            now = printer.clock.now(session)
        if fresh is None or fresh.id != run.id:
            raise ConflictError(_s("この印刷は、別の処理が終わらせました。"), code="build_running")
        check_files(run.folder, files)
        clear_leftovers(run.folder, run.id, fresh.chunks)
        put(write_part(run.folder / back_file(run.id), back))
        for name, form in draw_enclosures(printer.program, run.id, fresh.enclosed, now).items():
            put(write_part(run.folder / name, form))
        _draw_chunks(printer, people, fresh, progress)
        with printer.write() as session:
            totals = finish_run(printer.work(session), run.id)
    with printer.read() as session:
        files = run_files(session, run.id)
    return BuiltRun(
        run.id,
        run.folder,
        tuple(files),
        totals,
        run.folder / manifest_names(run.id)[0],
        run.folder / back_file(run.id),
        checked is None,
        checked,
    )


def _hold(printer: Printer, checked: Preflight) -> None:
    if checked.findings:
        with printer.write() as session:
            hold_unprintable(printer.work(session), checked.findings)


def _check(printer: Printer) -> Preflight:
    with printer.write() as session:
        refresh_statistics(session, Household, Entitlement)
    with printer.read() as session:
        return preflight(printer.work(session), printer.fonts)


def folder_maker(printer: Printer, folder: Path | None) -> MakeFolder:
    """Return what makes the folder of a run: the given one, or one of its own beside the others."""
    return lambda run_id: make_folder(
        (folder or printer.base_folder / f"run-{run_id:03}").resolve()
    )


def _plan(
    printer: Printer,
    chosen: Sequence[Due],
    folder: Path | None,
    chunk_size: int,
    notice_date: date,
    texts: int | None,
) -> OpenRun | None:
    with printer.write() as session:
        planned = plan_run(
            printer.work(session),
            chosen,
            chunk_size=chunk_size,
            notice_date=notice_date,
            make_folder=folder_maker(printer, folder),
            enclosed=printer.program.letter_enclosures,
        )
        if planned is not None:
            note_texts(session, texts, planned.id, printer.clock.now(session))
    with printer.write() as session:
        refresh_statistics(session, Letter)
    return planned


class _Desk:
    """Reads chunks for the crew and stores what it drew."""

    def __init__(self, printer: Printer, run: OpenRun) -> None:
        self.printer, self.run = printer, run
        self.open: dict[int, ReadyChunk] = {}
        self.again: deque[Job] = deque()
        self.taken: set[str] = set()

    def jobs(self) -> Iterator[Job]:
        for number in self.run.chunks:
            if (job := self.read(number)) is not None:
                yield job

    def read(self, number: int) -> Job | None:
        """Return a chunk's job; one that nothing is left of is stored at once."""
        printer = self.printer
        while True:
            with printer.read() as session:
                chunk = read_chunk(
                    printer.work(session),
                    printer.program.names.ward.ja,
                    printer.public_url,
                    self.run.id,
                    number,
                    self.taken,
                )
            self.open[number] = chunk
            if chunk.entries:
                return chunk.job
            if self.store(number, None):
                return None

    def store(self, number: int, drawn: Drawn | None) -> bool:
        """Store a chunk with its file, or arrange that it is drawn again."""
        printer, chunk = self.printer, self.open[number]
        target = self.run.folder / chunk_file(self.run.id, number)
        with placing(target, drawn.pdf if drawn else None) as place, printer.write() as session:
            stored = store_chunk(
                printer.work(session),
                self.run.id,
                chunk,
                drawn,
                place=place,
            )
        del self.open[number]
        return stored


def _draw_chunks(
    printer: Printer, people: WorkerPool, run: OpenRun, progress: Progress | None
) -> None:
    desk = _Desk(printer, run)
    done = 0
    for drawn in people.draw_all(desk.jobs(), desk.again):
        if desk.store(drawn.number, drawn):
            done += len(drawn.hashes)
            if progress is not None:
                progress(done, run.planned)
        elif (job := desk.read(drawn.number)) is not None:
            desk.again.append(job)
