"""Building letters: plan or resume a run, draw its chunks, store each one whole, close the run with its manifest.

Killed anywhere, the next build goes on: a chunk that is not stored is drawn again with new IDs and passwords, and
what was drawn of it before opens nothing.
"""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.domain.actors import Actor
from portal.domain.clock import Clock, jst_date
from portal.domain.errors import ConflictError, InputError
from portal.domain.letters.content import LetterFrame, letter_frame
from portal.domain.letters.render import render_back
from portal.domain.letters.texts import load_texts
from portal.domain.printing.chunks import ReadyChunk, read_chunk, store_chunk
from portal.domain.printing.crew import Drawn, Job, crew
from portal.domain.printing.files import (
    back_file,
    chunk_file,
    clear_leftovers,
    digest_of,
    locked_folder,
    make_folder,
    put,
    write_part,
)
from portal.domain.printing.manifest import RunFile, RunTotals, finish_run, manifest_names, run_files
from portal.domain.printing.plan import OpenRun, open_run, plan_run
from portal.domain.printing.preflight import Preflight, hold_unprintable, preflight, require_protection
from portal.domain.program.schema import Program
from portal.domain.texts import _s
from portal.domain.vault import Vault

CHUNK_SIZE = 100
Transaction = Callable[[], AbstractContextManager[Session]]
Progress = Callable[[int, int], None]
"""Called with letters done and letters in all."""


@dataclass(frozen=True, slots=True)
class Printer:
    """Everything that a build works with. ``public_url`` is the resident site, as the QR opens it."""

    read: Transaction
    write: Transaction
    vault: Vault
    clock: Clock
    actor: Actor
    program: Program
    public_url: str
    base_folder: Path
    fonts: tuple[Path, ...] = ()

    def frame(self, notice_date: date) -> LetterFrame:
        """Return what all letters share. Raises InputError for texts or a layout that cannot be printed."""
        texts = load_texts(self.program.letter_texts_file)
        return letter_frame(
            self.program, texts, notice_date=notice_date, resident_url=self.public_url, fonts=self.fonts
        )


@dataclass(frozen=True, slots=True)
class BuiltRun:
    """A finished run: where its files are and what they hold. ``checked`` is None where a run was resumed."""

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

    A resumed run keeps its folder, date and chunks. With 0 ``workers`` everything happens in this process. When no
    household is to be issued, the answer is only the preflight.

    Raises:
        NotAllowedError: protection is not loaded.
        ConflictError: another build is at work.
        InputError: texts, layout or fonts cannot be printed, or a file of the run is gone.
        OSError: a file cannot be written; what is stored so far stays whole.
    """
    with printer.read() as session:
        require_protection(session)
        found = open_run(session)
        today = jst_date(printer.clock.now(session))
    resumed, checked = found is not None, None
    frame = printer.frame(found.notice_date if found else notice_date or today)
    back = render_back(frame)  # before anything is planned: texts that do not fit are refused here
    if found is None:
        checked = _check(printer)
        found = _plan(printer, checked, folder, limit, chunk_size, notice_date or today)
        if found is None:
            return checked
    make_folder(found.folder)
    with locked_folder(found.folder):
        with printer.read() as session:
            fresh = open_run(session)
            files = run_files(session, found.id)
        if fresh is None or fresh.id != found.id:
            raise ConflictError(_s("この印刷は、別の処理が終わらせました。"), code="build_running")
        _check_files(found.folder, files)
        clear_leftovers(found.folder, found.id, fresh.chunks)
        put(write_part(found.folder / back_file(found.id), back))
        _draw_chunks(printer, frame, fresh, workers, progress)
        totals = _finish(printer, found.id)
    with printer.read() as session:
        files = run_files(session, found.id)
    return BuiltRun(
        found.id, found.folder, tuple(files), totals, found.folder / manifest_names(found.id)[0],
        found.folder / back_file(found.id), resumed, checked,
    )  # fmt: skip


def _check(printer: Printer) -> Preflight:
    with printer.read() as session:
        return preflight(session, printer.vault, printer.program, printer.fonts)


def _plan(
    printer: Printer,
    checked: Preflight,
    folder: Path | None,
    limit: int | None,
    chunk_size: int,
    notice_date: date,
) -> OpenRun | None:
    def make(run_id: int) -> Path:
        return make_folder((folder or printer.base_folder / f"run-{run_id:03}").resolve())

    if checked.findings:
        with printer.write() as session:
            hold_unprintable(session, checked.findings, printer.actor, printer.clock.now(session))
    try:
        with printer.write() as session:
            return plan_run(
                session, checked.ready[:limit], printer.actor, printer.clock.now(session), chunk_size=chunk_size,
                notice_date=notice_date, make_folder=make,
            )  # fmt: skip
    except IntegrityError:
        raise ConflictError(
            _s("手紙は、いま別の処理が作っています。終わるのを待ってください。"), code="build_running"
        ) from None


def _check_files(folder: Path, files: list[RunFile]) -> None:
    for file in files:
        path = folder / file.file
        if not path.is_file() or digest_of(path) != file.sha256:
            raise InputError(
                _s(
                    "印刷の途中のファイル %(name)s がないか、中身が変わっています。元の場所（%(folder)s）に戻してから、もう一度実行してください。"
                )
                % {"name": file.file, "folder": folder},
                code="file_gone",
            )


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
                    session, printer.vault, printer.program.names.ward.ja, printer.public_url, self.run.id,
                    number, self.taken,
                )  # fmt: skip
            self.open[number] = chunk
            if chunk.entries:
                return chunk.job
            if self.store(number, None):
                return None

    def store(self, number: int, drawn: Drawn | None) -> bool:
        """Store a chunk with its file, or arrange that it is drawn again."""
        printer, chunk = self.printer, self.open[number]
        target = self.run.folder / chunk_file(self.run.id, number)
        part = write_part(target, drawn.pdf) if drawn else None
        try:
            with printer.write() as session:
                stored = store_chunk(
                    session, printer.vault, self.run.id, chunk, drawn, printer.actor, _now(printer, session),
                    place=(lambda: put(part)) if part else None,
                )  # fmt: skip
        except BaseException:
            target.unlink(missing_ok=True)
            raise
        finally:
            if part:
                part.unlink(missing_ok=True)
        del self.open[number]
        return stored


def _now(printer: Printer, session: Session) -> datetime:
    return printer.clock.now(session)


def _draw_chunks(
    printer: Printer, frame: LetterFrame, run: OpenRun, workers: int, progress: Progress | None
) -> None:
    if not run.chunks:
        return
    desk = _Desk(printer, run)
    done = 0
    with crew(frame, printer.vault, min(workers, len(run.chunks))) as people:
        for drawn in people.draw_all(desk.jobs(), desk.again):
            if desk.store(drawn.number, drawn):
                done += len(drawn.hashes)
                if progress is not None:
                    progress(done, run.planned)
            elif (job := desk.read(drawn.number)) is not None:
                desk.again.append(job)


def _finish(printer: Printer, run_id: int) -> RunTotals:
    with printer.write() as session:
        return finish_run(session, run_id, printer.actor, printer.clock.now(session))
