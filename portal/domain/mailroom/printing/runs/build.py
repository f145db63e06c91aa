"""Build a print run: plan or resume it, draw and store its chunks, close it with its manifest.

The ``Writer`` decides what its letters are. If a build is killed, the next one resumes the run: a
chunk that is not stored is drawn again, with new IDs and passwords if it has any, and those drawn
before are never valid.
"""

from collections import deque
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path

from msgspec import Struct

from portal.domain.foundation.base import refresh_statistics
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import ConflictError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.transfers.chain import require_whole_chain
from portal.domain.foundation.transfers.kinds import Stopped
from portal.domain.letters.letters.models import PrintRun
from portal.domain.mailroom.printing.runs.pipeline.chunks import (
    FinishedChunk,
    RunBuilding,
    read_chunk,
    store_chunk,
)
from portal.domain.mailroom.printing.runs.pipeline.files import (
    back_file,
    chunk_file,
    clear_leftovers,
    drop_unknown,
    existing_folder,
    large_text_file,
    locked_folder,
    make_folder,
    placing,
    put,
    run_folder,
    write_part,
)
from portal.domain.mailroom.printing.runs.pipeline.manifest import (
    RunFile,
    RunTotals,
    check_files,
    finish_run,
    large_languages,
    manifest_names,
    run_files,
)
from portal.domain.mailroom.printing.runs.pipeline.plan import (
    Layout,
    OpenRun,
    RunPlan,
    folders_of_runs,
    open_run,
    plan_run,
    this_node,
)
from portal.domain.mailroom.printing.runs.pipeline.printer import Printer
from portal.domain.mailroom.printing.runs.pipeline.worker_pool import Drawn, Job
from portal.domain.mailroom.printing.runs.pipeline.writer import Press, ReadyChunk, Writer
from portal.domain.mailroom.printing.runs.recipients.preflight import Preflight, hold_unprintable
from portal.domain.mailroom.printing.runs.writers.credential_writer import CredentialWriter
from portal.domain.mailroom.printing.runs.writers.enclosures import (
    draw_enclosures,
    enclosure_file,
    large_form_file,
)
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.households.models import Household

CHUNK_SIZE = 100
Progress = Callable[[int, int], None]
"""Called with the number of letters done and of all letters."""


class BuiltRun(Struct, frozen=True):
    """A finished run: its folder, files and totals; ``checked`` is None for a resumed run."""

    run_id: int
    folder: Path
    files: tuple[RunFile, ...]
    totals: RunTotals
    checked: Preflight | None = None

    @property
    def resumed(self) -> bool:
        """Whether an earlier build started the run."""
        return self.checked is None

    @property
    def manifest(self) -> Path:
        """The path of the list of its letters (CSV)."""
        return self.folder / manifest_names(self.run_id)[0]

    @property
    def back(self) -> Path:
        """The path of the back that is printed behind each page of its files."""
        return self.folder / back_file(self.run_id)

    @property
    def paths(self) -> tuple[Path, ...]:
        """The paths of the PDF files with the letters, in order."""
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
    """Build a letter with a new ID and password for every household that is due.

    With 0 ``workers`` everything happens in this process. Otherwise as ``build_run``.
    """
    return build_run(
        CredentialWriter(printer, workers),
        folder=folder,
        limit=limit,
        chunk_size=chunk_size,
        notice_date=notice_date,
        progress=progress,
    )


def build_run(
    writer: Writer,
    *,
    folder: Path | None = None,
    limit: int | None = None,
    chunk_size: int = CHUNK_SIZE,
    notice_date: date | None = None,
    progress: Progress | None = None,
) -> BuiltRun | Preflight:
    """Build a letter for every recipient whom the writer chooses, or resume an unfinished run.

    A resumed run keeps folder, date and chunks. Without letters only the preflight is returned.

    Raises:
        NotAllowedError: the writer refuses: protection is not loaded, or texts are not approved.
        ConflictError: a hand-over is open, another build runs, or the texts changed meanwhile.
        InputError: texts, layout or fonts cannot be printed, or a file of the run is missing.
        OSError: a file cannot be written; the chunks stored so far are complete.
    """
    printer = writer.printer
    with printer.read() as session:
        found = open_run(session, writer.kind)
        writer.require(session, found.id if found is not None else None)
        require_whole_chain(session, Stopped.PRINTING)
        today = jst_date(printer.clock.now(session))
    if found is not None:
        with writer.press(found.notice_date, len(found.chunks)) as press:
            return _finish(writer, found, press, press.back(), None, progress)
    layout = Layout(notice_date or today, chunk_size, printer.folder_maker(folder))
    checked = _check(writer)
    ready = checked.ready[:limit]
    # workers start while the back is drawn and the run is planned
    with writer.press(layout.notice_date, -(-len(ready) // chunk_size)) as press:
        back = press.back()  # refuses texts that do not fit before anything is planned
        _hold(printer, checked)
        with printer.write() as session:
            planned = plan_run(printer.work(session), RunPlan(writer, layout), ready)
        if planned is None:
            return checked
        return _finish(writer, planned, press, back, checked, progress)


def _check(writer: Writer) -> Preflight:
    """Clear away what killed builds left, and choose the recipients of a new run."""
    with writer.printer.write() as session:
        refresh_statistics(session, Household, Entitlement)
    with writer.printer.read() as session:
        drop_unknown(writer.printer.base_folder, folders_of_runs(session))
        return writer.choose(session)


def _hold(printer: Printer, checked: Preflight) -> None:
    if checked.findings:
        with printer.write() as session:
            hold_unprintable(printer.work(session), checked.findings)


def _finish(
    writer: Writer,
    run: OpenRun,
    press: Press,
    back: bytes,
    checked: Preflight | None,
    progress: Progress | None,
) -> BuiltRun:
    """Draw and store the missing chunks of a planned run, and close it."""
    printer = writer.printer
    folder = _folder_here(printer, run)
    with locked_folder(folder):
        with printer.read() as session:
            fresh = open_run(session, writer.kind)
            files = run_files(session, run.id)
            now = printer.clock.now(session)
        if fresh is None or fresh.id != run.id:
            raise ConflictError(_s("この印刷は、別の処理が終わらせました。"), code="build_running")
        check_files(folder, files)
        clear_leftovers(folder, run.id, fresh.chunks)
        forms = draw_enclosures(printer.program, fresh.enclosed, now)
        inside = {enclosure_file(run.id, name): data for name, data in forms.items()}
        for name, data in {back_file(run.id): back, **inside}.items():
            put(write_part(folder / name, data))
        _draw_chunks(_Chunks(writer, fresh, folder), press, progress)
        for name, data in _large_print(writer, run, now).items():
            put(write_part(folder / name, data))
        with printer.write() as session:
            totals = finish_run(printer.work(session), run.id, folder)
    with printer.read() as session:
        files = run_files(session, run.id)
    return BuiltRun(run.id, folder, tuple(files), totals, checked)


def _large_print(writer: Writer, run: OpenRun, now: datetime) -> dict[str, bytes]:
    """Return what lies beside the run's letters in large print: their text, and the forms."""
    printer = writer.printer
    with printer.read() as session:
        languages = large_languages(session, run.id)
    if not languages:
        return {}
    texts = {
        large_text_file(run.id, locale): writer.large_text(run.notice_date, locale)
        for locale in languages
    }
    forms = draw_enclosures(printer.program, run.enclosed, now, large=True)
    return texts | {large_form_file(run.id, name): data for name, data in forms.items()}


def _folder_here(printer: Printer, run: OpenRun) -> Path:
    """Return the folder of a run that begins or goes on here.

    Raises:
        InputError: the run was begun on another machine, where the rest of it lies.
    """
    place = run_folder(printer.base_folder, run.folder)
    with printer.read() as session:
        begun = run_files(session, run.id)
        node = session.get_one(PrintRun, run.id).node
    if begun or place.is_dir():
        return existing_folder(place, node)
    with printer.write() as session:
        session.get_one(PrintRun, run.id).node = this_node()
    return make_folder(place)


def _draw_chunks(chunks: "_Chunks", press: Press, progress: Progress | None) -> None:
    with chunks.writer.printer.write() as session:
        refresh_statistics(session, chunks.writer.stored_as.table)
    done = 0
    for drawn in press.draw_all(chunks.jobs(), chunks.again):
        letters = chunks.letters(drawn.number)
        if chunks.store(drawn.number, drawn):
            done += letters
            if progress is not None:
                progress(done, chunks.run.planned)
        elif (job := chunks.read(drawn.number)) is not None:
            chunks.again.append(job)


class _Chunks:
    """Reads the chunks of a run for the press and stores what was drawn."""

    def __init__(self, writer: Writer, run: OpenRun, folder: Path) -> None:
        self.writer, self.run, self.folder = writer, run, folder
        self._building = RunBuilding(writer, run)
        self.open: dict[int, ReadyChunk] = {}
        self.again: deque[Job] = deque()

    def jobs(self) -> Iterator[Job]:
        """Yield the jobs of the run, each read when the press asks for it."""
        for number in self.run.chunks:
            if (job := self.read(number)) is not None:
                yield job

    def letters(self, number: int) -> int:
        """Return how many letters an open chunk has."""
        return len(self.open[number].letters)

    def read(self, number: int) -> Job | None:
        """Return a chunk's job; store a chunk without any letter left at once, and return None."""
        printer = self.writer.printer
        while True:
            with printer.read() as session:
                chunk = read_chunk(printer.work(session), self._building, number)
            self.open[number] = chunk
            if chunk.letters:
                return chunk.job
            if self.store(number, None):
                return None

    def store(self, number: int, drawn: Drawn | None) -> bool:
        """Store a chunk with its file; return False if it must be drawn again."""
        printer, chunk = self.writer.printer, self.open.pop(number)
        target = self.folder / chunk_file(self.run.id, number)
        with placing(target, drawn.pdf if drawn else None) as place, printer.write() as session:
            stored = store_chunk(printer.work(session), self._building, FinishedChunk(chunk, drawn))
            if stored:
                place()
            return stored
