"""Reading print runs: how far they are, and which letters must be taken out before they are handed over."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import Session

from portal.domain.errors import NotFoundError
from portal.domain.households.models import Household
from portal.domain.households.queries import has_open_hold, withheld
from portal.domain.letters.models import Letter, PrintChunk, PrintRun
from portal.domain.letters.states import PRINT_CHUNK
from portal.domain.texts import _s

LETTER_DROPPED = "cancelled"


@dataclass(frozen=True, slots=True)
class RunStatus:
    """A print run with what it planned and how much of that is in files."""

    id: int
    kind: str
    state: str
    folder: str
    notice_date: date
    created_at: datetime
    finished_at: datetime | None
    handed_over_at: datetime | None
    planned: int
    printed: int
    children: int
    amount_yen: int
    chunks: int
    chunks_built: int


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A printed letter that must not go out any more: where it lies, and nothing about whose it is."""

    letter_id: int
    run_id: int
    letter_number: str
    file: str
    page: int


def run_statuses(session: Session) -> list[RunStatus]:
    """Return all print runs, newest first."""
    built = case((PrintChunk.state != PRINT_CHUNK.initial, 1), else_=0)
    rows = session.execute(
        select(
            PrintRun, func.coalesce(func.sum(PrintChunk.letters), 0), func.count(PrintChunk.id),
            func.coalesce(func.sum(built), 0),
        )
        .outerjoin(PrintChunk, PrintChunk.print_run_id == PrintRun.id)
        .group_by(PrintRun.id)
        .order_by(PrintRun.id.desc())
    )  # fmt: skip
    return [
        RunStatus(
            run.id, run.kind, run.state, run.folder, run.notice_date, run.created_at, run.finished_at,
            run.handed_over_at, run.planned, int(printed), run.children, run.total_yen, chunks, int(chunks_built),
        )
        for run, printed, chunks, chunks_built in rows
    ]  # fmt: skip


def _must_stay(run_id: int | None) -> tuple[ColumnElement[bool], ...]:
    stopped = or_(
        withheld(), Household.state != "active", has_open_hold(Household.id.expression),
        Household.counter != Letter.counter,
    )  # fmt: skip
    this_run = () if run_id is None else (Letter.print_run_id == run_id,)
    return (Letter.state == "printed", stopped, *this_run)


def count_to_withdraw(session: Session, run_id: int) -> int:
    """Return how many letters of a run must be taken out before it is handed over."""
    found = select(func.count(Letter.id)).join(Household, Household.id == Letter.household_id)
    return session.scalar(found.where(*_must_stay(run_id))) or 0


def letter_ids(session: Session, run_id: int, numbers: Collection[str]) -> list[int]:
    """Return the keys of letters of a run by the numbers printed on them.

    Raises:
        NotFoundError: one of them is not of this run; the message names it.
    """
    rows = session.execute(
        select(Letter.number, Letter.id).where(Letter.print_run_id == run_id, Letter.number.in_(numbers))
    )
    found = {number: letter_id for number, letter_id in rows}  # noqa: C416  (dict() of rows does not type)
    for number in numbers:
        if number not in found:
            raise NotFoundError(
                _s("手紙 %(number)s は、この印刷にありません。番号を確かめてください。") % {"number": number}
            )
    return list(found.values())


def to_withdraw(session: Session, run_id: int | None = None) -> Iterator[Withdrawal]:
    """Yield printed letters, not handed over yet, whose households were protected, held or removed since.

    All of them, or those of one run.
    """
    rows = session.execute(
        select(Letter.id, Letter.print_run_id, Letter.number, PrintChunk.file_name, Letter.position)
        .join(Household, Household.id == Letter.household_id)
        .join(
            PrintChunk,
            (PrintChunk.print_run_id == Letter.print_run_id) & (PrintChunk.number == Letter.chunk_number),
        )
        .where(*_must_stay(run_id))
        .order_by(Letter.print_run_id, Letter.chunk_number, Letter.position)
    )
    for letter_id, of_run, number, file, page in rows:
        yield Withdrawal(letter_id, of_run, number, file or "", page or 0)


@dataclass(frozen=True, slots=True)
class StateCount:
    """Letters of a run in one state, with their children and sheets."""

    state: str
    letters: int
    children: int
    sheets: int


def letters_by_state(session: Session, run_id: int) -> list[StateCount]:
    """Count a run's letters per state; those dropped before they were printed belong to no count."""
    rows = session.execute(
        select(Letter.state, func.count(Letter.id), func.sum(Letter.children), func.sum(Letter.enclosures))
        .where(
            Letter.print_run_id == run_id,
            or_(Letter.printed_at.is_not(None), Letter.state != LETTER_DROPPED),
        )
        .group_by(Letter.state)
        .order_by(Letter.state)
    )
    return [
        StateCount(state, int(count), int(children), int(sheets)) for state, count, children, sheets in rows
    ]


def chunks_of(session: Session, run_id: int) -> list[PrintChunk]:
    """Return a run's files in order."""
    query = select(PrintChunk).where(PrintChunk.print_run_id == run_id).order_by(PrintChunk.number)
    return list(session.scalars(query))
