"""Building letters without an ID: as those with one, in chunks that are whole or not there, but with nothing secret.

Killed anywhere, the next build goes on with what is not stored yet.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.domain.actors import Actor
from portal.domain.audit.services import record, record_many
from portal.domain.base import refresh_statistics
from portal.domain.clock import jst_date
from portal.domain.entitlements.models import Entitlement
from portal.domain.errors import ConflictError
from portal.domain.households.models import Household
from portal.domain.letters.bare import SUBJECT
from portal.domain.letters.models import BareLetter, PrintChunk, PrintRun
from portal.domain.letters.numbers import free_letter_numbers
from portal.domain.letters.states import BARE_LETTER, PRINT_CHUNK
from portal.domain.printing.bare_writer import Chosen, Item, Writer
from portal.domain.printing.build import CHUNK_SIZE, Printer, Progress
from portal.domain.printing.files import (
    chunk_file,
    clear_leftovers,
    locked_folder,
    make_folder,
    put,
    write_part,
)
from portal.domain.printing.manifest import RunFile, RunTotals, finish_run, manifest_names, run_files
from portal.domain.printing.plan import INSERT_AT_ONCE, OpenRun, open_run
from portal.domain.printing.preflight import hold_unprintable
from portal.domain.texts import _s

ROUNDS = 5


@dataclass(frozen=True, slots=True)
class BuiltBare:
    """A finished run of letters without an ID. ``chosen`` is None where a run was resumed."""

    run_id: int
    folder: Path
    files: tuple[RunFile, ...]
    totals: RunTotals
    manifest: Path
    chosen: Chosen | None


def build_bare(
    printer: Printer,
    writer: Writer,
    *,
    folder: Path | None = None,
    limit: int | None = None,
    chunk_size: int = CHUNK_SIZE,
    notice_date: date | None = None,
    progress: Progress | None = None,
) -> BuiltBare | Chosen:
    """Build a letter for everybody whom the writer chooses, or go on with an unfinished run of its kind.

    When nobody is to get one, the answer is only who was left out.

    Raises:
        NotAllowedError, ConflictError: the writer refuses, or another build is at work.
        InputError: texts or layout cannot be printed.
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
                hold_unprintable(session, chosen.findings, printer.actor, printer.clock.now(session))
        if not chosen.items[:limit]:
            return chosen
        run = _plan(printer, writer, chosen.items[:limit], folder, chunk_size, notice_date or today)
    make_folder(run.folder)
    with locked_folder(run.folder):
        with printer.read() as session:
            fresh = open_run(session, writer.kind)
        if fresh is None or fresh.id != run.id:
            raise ConflictError(_s("この印刷は、別の処理が終わらせました。"), code="build_running")
        clear_leftovers(run.folder, run.id, fresh.chunks)
        for name, data in writer.shared(run.notice_date, run.id).items():
            put(write_part(run.folder / name, data))
        done = 0
        for number in fresh.chunks:
            done += _draw(printer, writer, fresh, number)
            if progress is not None:
                progress(done, run.planned)
        with printer.write() as session:
            totals = finish_run(session, run.id, printer.actor, printer.clock.now(session))
    with printer.read() as session:
        files = tuple(run_files(session, run.id))
    return BuiltBare(run.id, run.folder, files, totals, run.folder / manifest_names(run.id)[0], chosen)


def _plan(
    printer: Printer, writer: Writer, items: Sequence[Item], folder: Path | None, chunk_size: int, day: date
) -> OpenRun:
    try:
        with printer.write() as session:
            now = printer.clock.now(session)
            run = PrintRun(
                kind=writer.kind, planned=len(items), children=sum(one.children for one in items),
                total_yen=sum(one.amount_yen for one in items), folder="", enclosed=list(writer.enclosed),
                notice_date=day, created_at=now, begun_by=printer.actor.id,
            )  # fmt: skip
            session.add(run)
            session.flush()
            chunks = tuple(range(1, -(-len(items) // chunk_size) + 1))
            session.execute(
                insert(PrintChunk), [{"print_run_id": run.id, "number": number} for number in chunks]
            )
            rows = [
                {
                    "number": number, "kind": writer.kind, "state": BARE_LETTER.initial, "print_run_id": run.id,
                    "household_id": one.key if writer.to_households else None,
                    "test_address_id": None if writer.to_households else one.key,
                    "chunk_number": 1 + at // chunk_size, "children": one.children, "amount_yen": one.amount_yen,
                    "enclosures": 1 + len(writer.enclosed), "created_at": now,
                }
                for at, (one, number) in enumerate(zip(items, free_letter_numbers(session, len(items)), strict=True))
            ]  # fmt: skip
            for start in range(0, len(rows), INSERT_AT_ONCE):
                session.execute(insert(BareLetter), rows[start : start + INSERT_AT_ONCE])
            record(
                session, printer.actor, now, "print_run.planned", "print_run", run.id, letters=run.planned,
                children=run.children, yen=run.total_yen, kind=writer.kind,
            )  # fmt: skip
            writer.begun(session, run.id, now)
            place = make_folder((folder or printer.base_folder / f"run-{run.id:03}").resolve())
            run.folder = str(place)
            session.flush()
            return OpenRun(run.id, place, day, chunks, run.planned)
    except IntegrityError:
        raise ConflictError(
            _s("手紙は、いま別の処理が作っています。終わるのを待ってください。"), code="build_running"
        ) from None


def _draw(printer: Printer, writer: Writer, run: OpenRun, number: int) -> int:
    """Draw and store one chunk; what changes meanwhile is drawn again. Returns its letters."""
    target = run.folder / chunk_file(run.id, number)
    for _round in range(ROUNDS):
        with printer.read() as session:
            rows = _prepared(session, run.id, number)
            numbers = {_key(row): row.number for row in rows}
            drawn = writer.standing(session, list(numbers), lock=False)
            contents = writer.contents(
                session, {key: number for key, number in numbers.items() if key in drawn}
            )
        pdf = writer.draw(contents, run.notice_date) if contents else b""
        part = write_part(target, pdf) if pdf else None
        try:
            with printer.write() as session:
                now = printer.clock.now(session)
                if _store(session, writer, run.id, number, drawn, pdf, printer.actor, now):
                    if part is not None:
                        put(part)
                    return len(drawn)
        except BaseException:
            target.unlink(missing_ok=True)
            raise
        finally:
            if part is not None:
                part.unlink(missing_ok=True)
    raise ConflictError(_s("印刷の間に世帯のデータが変わり続けました。もう一度実行してください。"))


def _store(
    session: Session, writer: Writer, run_id: int, number: int, drawn: Mapping[int, Item], pdf: bytes, actor: Actor,
    now: datetime,
) -> bool:  # fmt: skip
    """Store a chunk; False when somebody changed or may get none any more: that letter is cancelled, the rest drawn again."""
    chunk = session.scalar(
        select(PrintChunk)
        .where(PrintChunk.print_run_id == run_id, PrintChunk.number == number)
        .with_for_update()
    )
    if chunk is None or chunk.state != PRINT_CHUNK.initial:
        raise ConflictError(
            _s("手紙は、いま別の処理が作っています。終わるのを待ってください。"), code="build_running"
        )
    rows = _prepared(session, run_id, number, lock=True)
    standing = writer.standing(session, [_key(row) for row in rows], lock=True)
    gone = [row for row in rows if _key(row) not in standing]
    if gone:
        _cancel(session, run_id, gone, actor, now)
    if dict(standing) != dict(drawn):
        return False
    chunk.state = PRINT_CHUNK.next(chunk.state, "build")
    chunk.built_at, chunk.letters = now, len(standing)
    kept = [row for row in rows if _key(row) in standing]
    for position, row in enumerate(kept, 1):
        item = standing[_key(row)]
        row.state, row.position, row.printed_at = BARE_LETTER.next(row.state, "print"), position, now
        row.children, row.amount_yen = item.children, item.amount_yen
    if kept:
        chunk.file_name, chunk.sha256 = chunk_file(run_id, number), hashlib.sha256(pdf).hexdigest()
    record_many(
        session, actor, now, f"{SUBJECT}.printed", SUBJECT, [(row.id, row.household_id) for row in kept],
        kind=writer.kind,
    )  # fmt: skip
    session.flush()
    return True


def _prepared(session: Session, run_id: int, number: int, *, lock: bool = False) -> Sequence[BareLetter]:
    statement = select(BareLetter).where(
        BareLetter.print_run_id == run_id, BareLetter.chunk_number == number,
        BareLetter.state == BARE_LETTER.initial,
    ).order_by(BareLetter.id)  # fmt: skip
    return session.scalars(statement.with_for_update() if lock else statement).all()


def _key(row: BareLetter) -> int:
    return row.household_id or row.test_address_id or 0


def _cancel(session: Session, run_id: int, rows: Sequence[BareLetter], actor: Actor, now: datetime) -> None:
    """Cancel letters that were planned but never drawn, and take them out of what the run will print."""
    run = session.get_one(PrintRun, run_id, with_for_update=True)
    for row in rows:
        row.state = BARE_LETTER.next(row.state, "cancel")
        run.planned -= 1
        run.children -= row.children
        run.total_yen -= row.amount_yen
        record(
            session, actor, now, f"{SUBJECT}.cancel", SUBJECT, row.id, household_id=row.household_id,
            reason="changed_before_printing",
        )  # fmt: skip
    session.flush()
