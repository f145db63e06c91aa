"""Read the letters of a chunk of a run, and store the drawn chunk in one transaction."""

import hashlib
from collections.abc import Sequence
from typing import Protocol, cast

from msgspec import Struct
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.services import record, record_many
from portal.domain.foundation.base import Values
from portal.domain.foundation.work import Work
from portal.domain.letters.letters.kinds import Kind, kind_of
from portal.domain.letters.letters.models import Letter, LetterWithoutId, PrintChunk, PrintRun
from portal.domain.letters.letters.states import PRINT_CHUNK
from portal.domain.mailroom.printing.runs.pipeline.files import being_built, chunk_file
from portal.domain.mailroom.printing.runs.pipeline.plan import OpenRun
from portal.domain.mailroom.printing.runs.pipeline.worker_pool import Drawn, Job
from portal.domain.mailroom.printing.runs.pipeline.writer import ChunkLetter, ReadyChunk, Writer


class RunBuilding(Struct, frozen=True):
    """A run that is being built, and the writer of its letters."""

    writer: Writer
    run: OpenRun


class FinishedChunk(Struct, frozen=True):
    """A chunk as drawn; ``drawn`` is None for a chunk without any letter left."""

    chunk: ReadyChunk
    drawn: Drawn | None


class _PlannedChunk(Struct, frozen=True):
    """A chunk of a run, with the table and states of its letters."""

    stored: Kind
    run_id: int
    number: int


def read_chunk(work: Work, building: RunBuilding, number: int) -> ReadyChunk:
    """Return a chunk with the letters that may be printed now."""
    writer, run = building.writer, building.run
    planned = _planned(work.session, _PlannedChunk(writer.stored_as, run.id, number))
    still = writer.still_due(work.session, [_key(letter) for letter in planned], lock=False)
    letters = [
        ChunkLetter(letter.id, letter.number, letter.household_id, still[_key(letter)])
        for letter in planned
        if _key(letter) in still
    ]
    contents = writer.contents(work, letters, run.enclosed)
    return ReadyChunk(Job(number, tuple(contents)), tuple(letters), run.enclosed)


def store_chunk(work: Work, building: RunBuilding, finished: FinishedChunk) -> bool:
    """Store a drawn chunk; after that, the caller gives its file the final name.

    Returns False if a recipient changed or may no longer get a letter: that letter is cancelled,
    and the rest of the chunk must be drawn again.

    Raises:
        ConflictError: another build stored this chunk first.
    """
    writer, run_id = building.writer, building.run.id
    chunk, drawn = finished.chunk, finished.drawn
    row = _chunk_to_store(work.session, run_id, chunk.job.number)
    wanted = _PlannedChunk(writer.stored_as, run_id, row.number)
    planned = _planned(work.session, wanted, lock=True)
    still = writer.still_due(work.session, [_key(letter) for letter in planned], lock=True)
    _cancel(work, run_id, [letter for letter in planned if _key(letter) not in still])
    due = [still[_key(letter)] for letter in planned if _key(letter) in still]
    if [letter.recipient for letter in chunk.letters] != due:
        return False
    row.state = PRINT_CHUNK.next(row.state, "build")
    row.built_at, row.letters = work.now, len(chunk.letters)
    if drawn is not None:
        row.file_name = chunk_file(run_id, row.number)
        row.sha256 = hashlib.sha256(drawn.pdf).hexdigest()
        writer.store(work, chunk, drawn)
    work.session.flush()
    return True


class _Stored(Protocol):
    @property
    def stored_as(self) -> Kind: ...


def mark_printed(
    work: Work, writer: _Stored, chunk: ReadyChunk, columns: Sequence[Values], **detail: object
) -> None:
    """Mark the letters of a chunk as printed, and record it with ``detail`` in the audit log.

    ``columns`` are the further columns of each letter, in order.
    """
    stored = writer.stored_as
    printed = stored.machine.next(stored.machine.initial, "print")
    work.session.execute(
        update(stored.table),
        [
            {
                "id": letter.id,
                "state": printed,
                "position": position,
                "printed_at": work.now,
                "children": letter.recipient.children,
                "amount_yen": letter.recipient.amount_yen,
            }
            | more
            for position, (letter, more) in enumerate(
                zip(chunk.letters, columns, strict=True), start=1
            )
        ],
    )
    events = [(letter.id, letter.household_id) for letter in chunk.letters]
    record_many(work, f"{stored.subject}.printed", stored.subject, events, **detail)


def _planned(
    session: Session, chunk: _PlannedChunk, *, lock: bool = False
) -> Sequence[Letter | LetterWithoutId]:
    """Return the letters of a chunk that are not drawn yet, in the order of their pages."""
    table = chunk.stored.table
    statement = (
        select(table)
        .where(
            table.print_run_id == chunk.run_id,
            table.chunk_number == chunk.number,
            table.state == chunk.stored.machine.initial,
        )
        .order_by(table.id)
    )
    rows = session.scalars(statement.with_for_update() if lock else statement).all()
    return cast("Sequence[Letter | LetterWithoutId]", rows)


def _key(letter: Letter | LetterWithoutId) -> int:
    """Return the key of the recipient: a household's, or a staff address's."""
    if isinstance(letter, Letter):
        return letter.household_id
    return letter.household_id or letter.test_address_id or 0


def _chunk_to_store(session: Session, run_id: int, number: int) -> PrintChunk:
    """Return a chunk that is not stored yet, locked.

    Raises:
        ConflictError: another build stored it first.
    """
    row = session.scalar(
        select(PrintChunk)
        .where(PrintChunk.print_run_id == run_id, PrintChunk.number == number)
        .with_for_update()
    )
    if row is None or row.state != PRINT_CHUNK.initial:
        raise being_built()
    return row


def _cancel(work: Work, run_id: int, letters: Sequence[Letter | LetterWithoutId]) -> None:
    """Cancel letters that were planned but not printed, and subtract them from the run."""
    if not letters:
        return
    run = work.session.get_one(PrintRun, run_id, with_for_update=True)
    kind = kind_of(work.session, run_id)
    for letter in letters:
        letter.state = kind.machine.next(letter.state, "cancel")
        run.planned -= 1
        run.children -= letter.children
        run.total_yen -= letter.amount_yen
        record(
            work,
            f"{kind.subject}.cancel",
            kind.subject,
            letter.id,
            household_id=letter.household_id,
            reason="changed_before_printing",
        )
    work.session.flush()
