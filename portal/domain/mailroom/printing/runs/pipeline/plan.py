"""Plan a print run with its chunks and letters in one transaction.

At most one run of a kind is unfinished.
"""

import socket
from collections.abc import Collection, Sequence
from datetime import date
from pathlib import Path

from msgspec import Struct
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.base import Values
from portal.domain.foundation.work import Work
from portal.domain.letters.letters.models import PrintChunk, PrintRun
from portal.domain.letters.letters.numbers import free_letter_numbers
from portal.domain.letters.letters.states import CREDENTIAL_LETTER, PRINT_CHUNK, PRINT_RUN
from portal.domain.mailroom.printing.runs.pipeline.files import being_built, is_here
from portal.domain.mailroom.printing.runs.pipeline.printer import MakeFolder
from portal.domain.mailroom.printing.runs.pipeline.writer import Place, Writer
from portal.domain.mailroom.printing.runs.recipients.recipient import Recipient

INSERT_AT_ONCE = 2_000
NODE_MAX = 100


class OpenRun(Struct, frozen=True):
    """A run that is being built; ``chunks`` are the numbers of the chunks not stored yet."""

    id: int
    folder: str
    notice_date: date
    chunks: tuple[int, ...]
    planned: int
    enclosed: tuple[str, ...] = ()


class Layout(Struct, frozen=True):
    """How a run is laid out: the date on its letters (JST), letters per chunk, and its folder.

    ``make_folder`` creates the folder of a run by its number; if that fails, nothing is planned.
    """

    notice_date: date
    chunk_size: int
    make_folder: MakeFolder


def this_node() -> str:
    """Return the name of this machine, as staff read it on the page of a run."""
    return socket.gethostname()[:NODE_MAX]


def folders_of_runs(session: Session) -> set[str]:
    """Return the names of the folders of all runs."""
    return set(session.scalars(select(PrintRun.folder)))


def printed_elsewhere(session: Session, run_ids: Collection[int], letters: Path) -> list[int]:
    """Return the runs whose plain files lie on another machine; ``letters`` is our letters folder.

    A run of version 0.1.0 does not say which machine printed it, and counts as ours.
    """
    runs = session.scalars(select(PrintRun).where(PrintRun.id.in_(run_ids)))
    return [
        run.id
        for run in runs
        if run.node not in {None, this_node()} and not is_here(letters, run.folder)
    ]


def open_run(session: Session, kind: str = CREDENTIAL_LETTER) -> OpenRun | None:
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
        run.id, run.folder, run.notice_date, tuple(chunks), run.planned, tuple(run.enclosed)
    )


class RunPlan(Struct, frozen=True):
    """The plan of a run: the writer of its letters, and its layout."""

    writer: Writer
    layout: Layout


def plan_run(work: Work, plan: RunPlan, ready: Sequence[Recipient]) -> OpenRun | None:
    """Plan a letter for each recipient that is still due; return None if none is.

    Raises:
        ConflictError: another run of the kind is unfinished.
    """
    writer = plan.writer
    places = writer.places(work.session, ready, plan.layout.chunk_size)
    if not places:
        return None
    run = _new_run(work, plan, places)
    stored = writer.stored_as
    numbers = free_letter_numbers(work.session, len(places))
    rows: list[Values] = [
        {
            "number": number,
            "kind": writer.kind,
            "state": stored.machine.initial,
            "print_run_id": run.id,
            "chunk_number": place.chunk,
            "children": place.recipient.children,
            "amount_yen": place.recipient.amount_yen,
            "created_at": work.now,
        }
        | writer.planned_columns(place.recipient)
        for number, place in zip(numbers, places, strict=True)
    ]
    for start in range(0, len(rows), INSERT_AT_ONCE):
        work.session.execute(insert(stored.table), rows[start : start + INSERT_AT_ONCE])
    writer.started(work.session, run.id, work.now)
    return run


def _new_run(work: Work, plan: RunPlan, places: Sequence[Place]) -> OpenRun:
    """Store a run with its chunks and its folder, but without letters yet."""
    writer, layout = plan.writer, plan.layout
    run = PrintRun(
        kind=writer.kind,
        planned=len(places),
        children=sum(place.recipient.children for place in places),
        total_yen=sum(place.recipient.amount_yen for place in places),
        folder="",
        node=this_node(),
        enclosed=list(writer.enclosed),
        notice_date=layout.notice_date,
        created_at=work.now,
        begun_by=work.actor.id,
    )
    work.session.add(run)
    try:
        work.session.flush()
    except IntegrityError:
        raise being_built() from None
    chunks = tuple(range(1, 1 + places[-1].chunk))
    work.session.execute(
        insert(PrintChunk), [{"print_run_id": run.id, "number": number} for number in chunks]
    )
    record(
        work,
        "print_run.planned",
        "print_run",
        run.id,
        letters=run.planned,
        children=run.children,
        yen=run.total_yen,
        kind=run.kind,
    )
    run.folder = layout.make_folder(run.id)
    work.session.flush()
    return OpenRun(run.id, run.folder, run.notice_date, chunks, run.planned, writer.enclosed)
