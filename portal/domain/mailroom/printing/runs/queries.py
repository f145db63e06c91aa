"""Read print runs: their progress, and letters that must be taken out before the hand-over."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from msgspec import Struct
from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import Session

from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.letters.letters.kinds import CREDENTIAL, KINDS, Kind, kind_of
from portal.domain.letters.letters.models import PrintChunk, PrintRun
from portal.domain.letters.letters.states import PRINT_CHUNK, LetterState
from portal.domain.people.households.models import Household
from portal.domain.people.households.queries import has_open_hold, withheld
from portal.domain.people.households.states import HouseholdState
from portal.domain.people.pauses.queries import is_paused


@dataclass(frozen=True, slots=True)
class RunStatus:
    """A print run with its planned totals, and how much of them is drawn."""

    id: int
    kind: str
    state: str
    folder: str
    node: str | None
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
    """A printed letter that must be taken out, by file and page, without its household."""

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
            PrintRun,
            func.coalesce(func.sum(PrintChunk.letters), 0),
            func.count(PrintChunk.id),
            func.coalesce(func.sum(built), 0),
        )
        .outerjoin(PrintChunk, PrintChunk.print_run_id == PrintRun.id)
        .group_by(PrintRun.id)
        .order_by(PrintRun.id.desc())
    )
    return [
        RunStatus(
            run.id,
            run.kind,
            run.state,
            run.folder,
            run.node,
            run.notice_date,
            run.created_at,
            run.finished_at,
            run.handed_over_at,
            run.planned,
            int(printed),
            run.children,
            run.total_yen,
            chunks,
            int(chunks_built),
        )
        for run, printed, chunks, chunks_built in rows
    ]


def stopped(kind: Kind = CREDENTIAL) -> ColumnElement[bool]:
    """Return the condition that a letter's household is protected, held, paused or removed.

    It is for statements that join letters and households.
    """
    return or_(
        withheld(),
        Household.state != HouseholdState.ACTIVE,
        has_open_hold(Household.id.expression),
        is_paused(Household.id.expression),
        Household.counter != kind.counter,
    )


def _must_stay(
    kind: Kind, run_id: int | None, *, include_protected: bool
) -> tuple[ColumnElement[bool], ...]:
    this_run = () if run_id is None else (kind.table.print_run_id == run_id,)
    known = (
        ()
        if include_protected
        else (Household.protected.is_(False), ~is_paused(Household.id.expression))
    )
    return (kind.table.state == LetterState.PRINTED, stopped(kind), *this_run, *known)


def count_to_withdraw(session: Session, run_id: int, *, include_protected: bool) -> int:
    """Return how many letters of a run must be taken out before it is handed over.

    Those of protected households, and of those whose sending is paused, are the ward's alone to
    take out.
    """
    kind = kind_of(session, run_id)
    found = select(func.count(kind.table.id)).join(
        Household, Household.id == kind.table.household_id
    )
    must_stay = _must_stay(kind, run_id, include_protected=include_protected)
    return session.scalar(found.where(*must_stay)) or 0


def letter_ids(
    session: Session, run_id: int, numbers: Collection[str], *, include_protected: bool
) -> list[int]:
    """Return the keys of letters of a run by the numbers printed on them.

    Raises:
        NotFoundError: one of them is not of this run, or of a protected household and not
            ``include_protected``; the message names it.
    """
    letters = kind_of(session, run_id).table
    rows = session.execute(
        select(letters.number, letters.id)
        .join(Household, Household.id == letters.household_id)
        .where(
            letters.print_run_id == run_id,
            letters.number.in_(numbers),
            Household.protected.in_([True, False] if include_protected else [False]),
        )
    )
    found = dict(rows.all())
    for number in numbers:
        if number not in found:
            raise NotFoundError(
                _s("手紙 %(number)s は、この印刷にありません。番号を確かめてください。")
                % {"number": number}
            )
    return list(found.values())


def to_withdraw(
    session: Session, run_id: int | None = None, *, include_protected: bool
) -> Iterator[Withdrawal]:
    """Yield the printed letters whose households were protected, held or removed since.

    These are letters that are not handed over yet, of all runs or of one. Beside the list of holds
    a number tells whose household that list leaves out, so that those of protected households are
    yielded with ``include_protected`` only.
    """
    for kind in KINDS if run_id is None else (kind_of(session, run_id),):
        letters = kind.table
        rows = session.execute(
            select(
                letters.id,
                letters.print_run_id,
                letters.number,
                PrintChunk.file_name,
                letters.position,
            )
            .join(Household, Household.id == letters.household_id)
            .join(
                PrintChunk,
                (PrintChunk.print_run_id == letters.print_run_id)
                & (PrintChunk.number == letters.chunk_number),
            )
            .where(*_must_stay(kind, run_id, include_protected=include_protected))
            .order_by(letters.print_run_id, letters.chunk_number, letters.position)
        )
        for letter_id, of_run, number, file, page in rows:
            yield Withdrawal(letter_id, of_run, number, file or "", page or 0)


class StateCount(Struct, frozen=True):
    """Letters of a run in one state, with their children and sheets."""

    state: str
    letters: int
    children: int
    sheets: int


def letters_by_state(session: Session, run_id: int) -> list[StateCount]:
    """Count a run's letters by state, without those cancelled before they were printed."""
    letters = kind_of(session, run_id).table
    rows = session.execute(
        select(
            letters.state,
            func.count(letters.id),
            func.sum(letters.children),
            func.sum(letters.enclosures),
        )
        .where(
            letters.print_run_id == run_id,
            or_(letters.printed_at.is_not(None), letters.state != LetterState.CANCELLED),
        )
        .group_by(letters.state)
        .order_by(letters.state)
    )
    return [
        StateCount(state, int(count), int(children), int(sheets))
        for state, count, children, sheets in rows
    ]


def chunks_of(session: Session, run_id: int) -> list[PrintChunk]:
    """Return a run's files in order."""
    query = select(PrintChunk).where(PrintChunk.print_run_id == run_id).order_by(PrintChunk.number)
    return list(session.scalars(query))
