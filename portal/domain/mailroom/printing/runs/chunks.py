"""One chunk: what goes into it, and storing it whole with its letters and credentials in one transaction."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.services import record, record_many
from portal.domain.foundation.work import Work
from portal.domain.letters.letters.kinds import kind_of
from portal.domain.letters.letters.models import Letter, LetterWithoutId, PrintChunk, PrintRun
from portal.domain.letters.letters.orders import lock_orders, replace_letters
from portal.domain.letters.letters.states import FIRST, LETTER, PRINT_CHUNK
from portal.domain.mailroom.printing.runs.addressees import read_addressees
from portal.domain.mailroom.printing.runs.enclosures import printed_names
from portal.domain.mailroom.printing.runs.files import being_built, chunk_file
from portal.domain.mailroom.printing.runs.plan import pieces
from portal.domain.mailroom.printing.runs.preflight import draft
from portal.domain.mailroom.printing.runs.selection import Due, lock_households, still_due
from portal.domain.mailroom.printing.runs.worker_pool import Drawn, Job
from portal.domain.people.credentials.services import NewCredential, free_login_ids, issue_many
from portal.domain.requests.redeliveries.fulfilling import letters_printed, lock_approved


@dataclass(frozen=True, slots=True)
class Entry:
    """One letter of a chunk with the household as it stood when the letter was drawn."""

    letter_id: int
    due: Due


@dataclass(frozen=True, slots=True)
class ReadyChunk:
    """A chunk to draw and what must still be true when it is stored."""

    job: Job
    entries: tuple[Entry, ...]
    enclosed: tuple[str, ...] = ()


def read_chunk(
    work: Work, ward: str, public_url: str, run_id: int, number: int, taken: set[str]
) -> ReadyChunk:
    """Read the letters of a chunk whose households may be printed now, each with a fresh ID."""
    letters = work.session.execute(
        select(Letter.id, Letter.number, Letter.household_id)
        .where(
            Letter.print_run_id == run_id,
            Letter.chunk_number == number,
            Letter.state == LETTER.initial,
        )
        .order_by(Letter.id)
    ).all()
    still_due_items = still_due(
        work.session, [household_id for _id, _number, household_id in letters]
    )
    addressees = read_addressees(work, ward, still_due_items.keys())
    login_ids = free_login_ids(work, len(still_due_items), taken)
    enclosed = tuple(work.session.get_one(PrintRun, run_id).enclosed)
    beside = printed_names(enclosed)
    drafts, entries = [], []
    for letter_id, letter_number, household_id in letters:
        if (due := still_due_items.get(household_id)) is None:
            continue
        login_id = login_ids.pop()
        drafts.append(
            draft(
                letter_number,
                addressees[household_id],
                children=due.children,
                amount_yen=due.amount_yen,
                login_id=login_id,
                url=f"{public_url}/signin?id={login_id}",
                enclosures=beside if due.reason == FIRST else (),
            )
        )
        entries.append(Entry(letter_id, due))
    return ReadyChunk(Job(number, tuple(drafts)), tuple(entries), enclosed)


def store_chunk(
    work: Work, run_id: int, chunk: ReadyChunk, drawn: Drawn | None, *, place: Callable[[], object]
) -> bool:
    """Store a drawn chunk; ``place`` puts its file in its place, last of all.

    False when a household changed or may no longer be printed: its letter is cancelled, the rest of
    the chunk must be drawn again. ``drawn`` is None for a chunk that nothing is left of.

    Raises:
        ConflictError: another build stored this chunk first.
    """
    row = chunk_to_store(work.session, run_id, chunk.job.number)
    planned = work.session.scalars(
        select(Letter)
        .where(
            Letter.print_run_id == run_id,
            Letter.chunk_number == row.number,
            Letter.state == LETTER.initial,
        )
        .order_by(Letter.id)
        .with_for_update()
    ).all()
    households = [letter.household_id for letter in planned]
    lock_households(work.session, households)
    lock_approved(work.session, households)
    lock_orders(work.session, households)
    still_due_items = still_due(work.session, households)
    cancel_planned(
        work, run_id, [letter for letter in planned if letter.household_id not in still_due_items]
    )
    if [entry.due for entry in chunk.entries] != [
        still_due_items[letter.household_id]
        for letter in planned
        if letter.household_id in still_due_items
    ]:
        return False
    row.state = PRINT_CHUNK.next(row.state, "build")
    row.built_at, row.letters = work.now, len(chunk.entries)
    if drawn is None:
        work.session.flush()
        return True
    row.file_name, row.sha256 = (
        chunk_file(run_id, row.number),
        hashlib.sha256(drawn.pdf).hexdigest(),
    )
    _store_letters(work, chunk, drawn)
    work.session.flush()
    place()
    return True


def _store_letters(work: Work, chunk: ReadyChunk, drawn: Drawn) -> None:
    new = [
        NewCredential(entry.due.household_id, letter.login_id, hashed)
        for entry, letter, hashed in zip(chunk.entries, chunk.job.drafts, drawn.hashes, strict=True)
    ]
    credentials = issue_many(work, new)
    again = {
        entry.due.household_id: entry for entry in chunk.entries if entry.due.order_id is not None
    }
    if again:
        printed = {household_id: entry.letter_id for household_id, entry in again.items()}
        replace_letters(work, printed, [e.due.order_id or 0 for e in again.values()])
    work.session.execute(
        update(Letter),
        [
            {
                "id": entry.letter_id,
                "state": LETTER.next(LETTER.initial, "print"),
                "position": place,
                "credential_id": credentials[entry.due.household_id],
                "printed_at": work.now,
                "children": entry.due.children,
                "amount_yen": entry.due.amount_yen,
                "reason": entry.due.reason,
                "enclosures": pieces(chunk.enclosed, entry.due.reason),
            }
            for place, entry in enumerate(chunk.entries, 1)
        ],
    )
    events = [(entry.letter_id, entry.due.household_id) for entry in chunk.entries]
    record_many(work, "letter.printed", "letter", events)
    if again:
        letters_printed(work, again.keys())


def chunk_to_store(session: Session, run_id: int, number: int) -> PrintChunk:
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


def cancel_planned(work: Work, run_id: int, letters: Sequence[Letter | LetterWithoutId]) -> None:
    """Cancel letters that were planned but never drawn, and take them out of what the run will print."""
    if not letters:
        return
    run, kind = (
        work.session.get_one(PrintRun, run_id, with_for_update=True),
        kind_of(work.session, run_id),
    )
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
