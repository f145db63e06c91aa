"""Planning a print run: the run, its chunks and its letters in one transaction.

At most one run is open.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.base import Values
from portal.domain.foundation.work import Work
from portal.domain.letters.letters.models import Letter, LetterWithoutId, PrintChunk, PrintRun
from portal.domain.letters.letters.numbers import free_letter_numbers
from portal.domain.letters.letters.states import FIRST, LETTER, PRINT_CHUNK, PRINT_RUN
from portal.domain.mailroom.printing.runs.files import being_built
from portal.domain.mailroom.printing.runs.selection import CREDENTIAL, Due, due

INSERT_AT_ONCE = 2_000
MakeFolder = Callable[[int], Path]


@dataclass(frozen=True, slots=True)
class OpenRun:
    """The run that is being built."""

    id: int
    folder: Path
    notice_date: date
    chunks: tuple[int, ...]
    planned: int
    enclosed: tuple[str, ...] = ()


def open_run(session: Session, kind: str = CREDENTIAL) -> OpenRun | None:
    """Return the unfinished run of a kind with the numbers of its unfinished chunks."""
    run = session.scalar(
        select(PrintRun).where(PrintRun.kind == kind, PrintRun.state == PRINT_RUN.initial)
    )
    if run is None:
        return None
    chunks = session.scalars(
        select(PrintChunk.number)
        .where(PrintChunk.print_run_id == run.id, PrintChunk.state == PRINT_CHUNK.initial)
        .order_by(PrintChunk.number)
    )
    return OpenRun(
        run.id, Path(run.folder), run.notice_date, tuple(chunks), run.planned, tuple(run.enclosed)
    )


def new_run(
    work: Work,
    kind: str,
    amounts: Sequence[tuple[int, int]],
    chunks: int,
    *,
    notice_date: date,
    make_folder: MakeFolder,
    enclosed: Sequence[str] = (),
) -> OpenRun:
    """Begin a run with its chunks; the caller adds the letters.

    ``amounts``: children and yen of each letter.

    ``make_folder`` makes the folder of a run by its number; when it fails, nothing is planned.

    Raises:
        ConflictError: another run of the kind is open.
    """
    run = PrintRun(
        kind=kind,
        planned=len(amounts),
        children=sum(children for children, _yen in amounts),
        total_yen=sum(yen for _children, yen in amounts),
        folder="",
        enclosed=list(enclosed),
        notice_date=notice_date,
        created_at=work.now,
        begun_by=work.actor.id,
    )
    work.session.add(run)
    try:
        work.session.flush()
    except IntegrityError:
        raise being_built() from None
    numbers = tuple(range(1, chunks + 1))
    work.session.execute(
        insert(PrintChunk), [{"print_run_id": run.id, "number": number} for number in numbers]
    )
    record(
        work,
        "print_run.planned",
        "print_run",
        run.id,
        letters=run.planned,
        children=run.children,
        yen=run.total_yen,
        kind=kind,
    )
    folder = make_folder(run.id)
    run.folder = str(folder)
    work.session.flush()
    return OpenRun(run.id, folder, notice_date, numbers, run.planned, tuple(enclosed))


def insert_letters(
    session: Session, table: type[Letter] | type[LetterWithoutId], rows: Sequence[Values]
) -> None:
    """Insert the planned letters of a run."""
    for start in range(0, len(rows), INSERT_AT_ONCE):
        session.execute(insert(table), rows[start : start + INSERT_AT_ONCE])


def plan_run(
    work: Work,
    ready: Sequence[Due],
    *,
    chunk_size: int,
    notice_date: date,
    make_folder: MakeFolder,
    enclosed: tuple[str, ...] = (),
) -> OpenRun | None:
    """Plan a letter for each of the ready households that is still as it was.

    None when there is none.

    Raises as ``new_run``.
    """
    unchanged = {one.household_id for one in due(work.session)}
    chosen = [one for one in ready if one.household_id in unchanged]
    if not chosen:
        return None
    # what the ward hands over itself lies in files of its own: nothing of it may get among the post
    groups = [[one for one in chosen if one.counter is counter] for counter in (False, True)]
    places = [
        (one, 1 + at // chunk_size + -(-len(groups[0]) // chunk_size) * one.counter)
        for group in groups
        for at, one in enumerate(group)
    ]
    run = new_run(
        work,
        CREDENTIAL,
        [(one.children, one.amount_yen) for one in chosen],
        places[-1][1],
        notice_date=notice_date,
        make_folder=make_folder,
        enclosed=enclosed,
    )
    rows = [
        {
            "number": number,
            "household_id": one.household_id,
            "kind": CREDENTIAL,
            "state": LETTER.initial,
            "print_run_id": run.id,
            "chunk_number": chunk,
            "position": None,
            "counter": one.counter,
            "children": one.children,
            "amount_yen": one.amount_yen,
            "created_at": work.now,
            "reason": one.reason,
            "enclosures": pieces(enclosed, one.reason),
        }
        for number, (one, chunk) in zip(
            free_letter_numbers(work.session, len(chosen)), places, strict=True
        )
    ]
    insert_letters(work.session, Letter, rows)
    return run


def pieces(enclosed: Collection[str], reason: str) -> int:
    """Return how many things lie in an envelope.

    The letter, and beside a first one what the program encloses.
    """
    return 1 + len(enclosed) if reason == FIRST else 1
