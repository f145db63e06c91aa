"""Building letters without an ID.

As those with one, in chunks that are whole or not there, but with nothing secret.

Killed anywhere, the next build goes on with what is not stored yet.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.services import record_many
from portal.domain.foundation.base import refresh_statistics
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import ConflictError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.letters.letters.models import LetterWithoutId
from portal.domain.letters.letters.numbers import free_letter_numbers
from portal.domain.letters.letters.states import LETTER_WITHOUT_ID, PRINT_CHUNK
from portal.domain.letters.letters.without_id import SUBJECT
from portal.domain.mailroom.printing.runs.build import CHUNK_SIZE, Printer, Progress, folder_maker
from portal.domain.mailroom.printing.runs.chunks import cancel_planned, chunk_to_store
from portal.domain.mailroom.printing.runs.files import (
    chunk_file,
    clear_leftovers,
    locked_folder,
    make_folder,
    placing,
    put,
    write_part,
)
from portal.domain.mailroom.printing.runs.letters_without_id import Chosen, Item, Writer
from portal.domain.mailroom.printing.runs.manifest import (
    RunFile,
    RunTotals,
    check_files,
    finish_run,
    manifest_names,
    run_files,
)
from portal.domain.mailroom.printing.runs.plan import OpenRun, insert_letters, new_run, open_run
from portal.domain.mailroom.printing.runs.preflight import hold_unprintable
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.households.models import Household

ROUNDS = 5


@dataclass(frozen=True, slots=True)
class BuiltWithoutId:
    """A finished run of letters without an ID. ``chosen`` is None where a run was resumed."""

    run_id: int
    folder: Path
    files: tuple[RunFile, ...]
    totals: RunTotals
    manifest: Path
    chosen: Chosen | None


def build_without_id(
    printer: Printer,
    writer: Writer,
    *,
    folder: Path | None = None,
    limit: int | None = None,
    chunk_size: int = CHUNK_SIZE,
    notice_date: date | None = None,
    progress: Progress | None = None,
) -> BuiltWithoutId | Chosen:
    """Build a letter for everybody whom the writer chooses, or go on with an unfinished run of its kind.

    When nobody is to get one, the answer is only who was left out.

    Raises:
        NotAllowedError, ConflictError: the writer refuses, or another build is at work.
        InputError: texts or layout cannot be printed, or a file of the run is gone.
        OSError: a file cannot be written; what is stored so far stays whole.
    """
    with printer.write() as session:
        refresh_statistics(session, Household, Entitlement)
    with printer.read() as session:
        run = open_run(session, writer.kind)
        writer.require(session, run.id if run is not None else None)
        chosen = writer.choose(session) if run is None else None
        today = jst_date(printer.clock.now(session))
    if run is None:
        chosen = chosen or Chosen(())
        if chosen.findings:
            with printer.write() as session:
                hold_unprintable(printer.work(session), chosen.findings)
        if not chosen.items[:limit]:
            return chosen
        run = _plan(printer, writer, chosen.items[:limit], folder, chunk_size, notice_date or today)
    make_folder(run.folder)
    with locked_folder(run.folder):
        with printer.read() as session:
            fresh = open_run(session, writer.kind)
            built = run_files(session, run.id)
        if fresh is None or fresh.id != run.id:
            raise ConflictError(_s("この印刷は、別の処理が終わらせました。"), code="build_running")
        check_files(run.folder, built)
        clear_leftovers(run.folder, run.id, fresh.chunks)
        for name, data in writer.shared(run.notice_date, run.id).items():
            put(write_part(run.folder / name, data))
        done = 0
        for number in fresh.chunks:
            done += _draw(printer, writer, fresh, number)
            if progress is not None:
                progress(done, run.planned)
        with printer.write() as session:
            totals = finish_run(printer.work(session), run.id)
    with printer.read() as session:
        files = tuple(run_files(session, run.id))
    return BuiltWithoutId(
        run.id, run.folder, files, totals, run.folder / manifest_names(run.id)[0], chosen
    )


def _plan(
    printer: Printer,
    writer: Writer,
    items: Sequence[Item],
    folder: Path | None,
    chunk_size: int,
    day: date,
) -> OpenRun:
    with printer.write() as session:
        now = printer.clock.now(session)
        run = new_run(
            printer.work(session),
            writer.kind,
            [(one.children, one.amount_yen) for one in items],
            -(-len(items) // chunk_size),
            notice_date=day,
            make_folder=folder_maker(printer, folder),
            enclosed=writer.enclosed,
        )
        rows = [
            {
                "number": number,
                "kind": writer.kind,
                "state": LETTER_WITHOUT_ID.initial,
                "print_run_id": run.id,
                "household_id": one.key if writer.to_households else None,
                "test_address_id": None if writer.to_households else one.key,
                "chunk_number": 1 + at // chunk_size,
                "children": one.children,
                "amount_yen": one.amount_yen,
                "enclosures": 1 + len(writer.enclosed),
                "created_at": now,
            }
            for at, (one, number) in enumerate(
                zip(items, free_letter_numbers(session, len(items)), strict=True)
            )
        ]
        insert_letters(session, LetterWithoutId, rows)
        writer.started(session, run.id, now)
        return run


def _draw(printer: Printer, writer: Writer, run: OpenRun, number: int) -> int:
    """Draw and store one chunk; what changes meanwhile is drawn again. Returns its letters."""
    target = run.folder / chunk_file(run.id, number)
    for _round in range(ROUNDS):
        with printer.read() as session:
            rows = _prepared(session, run.id, number)
            numbers = {_key(row): row.number for row in rows}
            drawn = writer.still_due_items(session, list(numbers), lock=False)
            contents = writer.contents(
                session, {key: number for key, number in numbers.items() if key in drawn}
            )
        pdf = writer.draw(contents, run.notice_date) if contents else b""
        with placing(target, pdf) as place, printer.write() as session:
            if _store(printer.work(session), writer, run.id, number, drawn, pdf):
                place()
                return len(drawn)
    raise ConflictError(_s("印刷の間に世帯のデータが変わり続けました。もう一度実行してください。"))


def _store(
    work: Work, writer: Writer, run_id: int, number: int, drawn: Mapping[int, Item], pdf: bytes
) -> bool:
    """Store a chunk.

    False when somebody changed or may get none any more: that letter is cancelled, the rest drawn
    again.
    """
    chunk = chunk_to_store(work.session, run_id, number)
    rows = _prepared(work.session, run_id, number, lock=True)
    still_due_items = writer.still_due_items(work.session, [_key(row) for row in rows], lock=True)
    cancel_planned(work, run_id, [row for row in rows if _key(row) not in still_due_items])
    if dict(still_due_items) != dict(drawn):
        return False
    chunk.state = PRINT_CHUNK.next(chunk.state, "build")
    chunk.built_at, chunk.letters = work.now, len(still_due_items)
    kept = [row for row in rows if _key(row) in still_due_items]
    for position, row in enumerate(kept, 1):
        item = still_due_items[_key(row)]
        row.state, row.position, row.printed_at = (
            LETTER_WITHOUT_ID.next(row.state, "print"),
            position,
            work.now,
        )
        row.children, row.amount_yen = item.children, item.amount_yen
    if kept:
        chunk.file_name, chunk.sha256 = chunk_file(run_id, number), hashlib.sha256(pdf).hexdigest()
    record_many(
        work,
        f"{SUBJECT}.printed",
        SUBJECT,
        [(row.id, row.household_id) for row in kept],
        kind=writer.kind,
    )
    work.session.flush()
    return True


def _prepared(
    session: Session, run_id: int, number: int, *, lock: bool = False
) -> Sequence[LetterWithoutId]:
    statement = (
        select(LetterWithoutId)
        .where(
            LetterWithoutId.print_run_id == run_id,
            LetterWithoutId.chunk_number == number,
            LetterWithoutId.state == LETTER_WITHOUT_ID.initial,
        )
        .order_by(LetterWithoutId.id)
    )
    return session.scalars(statement.with_for_update() if lock else statement).all()


def _key(row: LetterWithoutId) -> int:
    return row.household_id or row.test_address_id or 0
