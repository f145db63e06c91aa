"""The daily print of cards for people without a channel.

Each card printed once, none to who is silenced.

What was decided on a request goes as a decision letter, in files of its own: it says how it ended,
why, and what is next.

The file gets its name only after the database has noted its cards as printed: killed anywhere, a
PDF is either complete and noted, or finished by the next print, or was never there.
"""

import hashlib
import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.services import record, record_many
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import ConflictError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.letters.announcements.models import Announcement, CardPrint
from portal.domain.letters.announcements.reach import CARD
from portal.domain.letters.announcements.silence import silenced
from portal.domain.letters.announcements.states import ANNOUNCEMENT
from portal.domain.letters.announcements.stopping import HELD, LATE, stop
from portal.domain.letters.letters.card import CardContent, Decision, render_cards
from portal.domain.letters.letters.numbers import new_letter_number
from portal.domain.mailroom.printing.cards.decision_letters import EVENTS, decisions, versions
from portal.domain.mailroom.printing.runs.addressees import Addressee, read_addressees
from portal.domain.mailroom.printing.runs.approved_texts import CARDS, approved_texts, note_texts
from portal.domain.mailroom.printing.runs.files import (
    PART,
    digest_of,
    locked_folder,
    make_folder,
    put,
    write_part,
)
from portal.domain.mailroom.printing.runs.preflight import draft, findings_of, require_protection
from portal.domain.mailroom.printing.runs.printer import Printer
from portal.domain.mailroom.printing.runs.selection import lock_households
from portal.domain.people.households.models import Household, PrintText

CARDS_PER_FILE = 500
NUMBER_PREFIX = "C"
PLAIN, DECISION = KINDS = ("card", "decision")
"""Kinds of prints; the second is for the events of ``decisions.EVENTS``."""
ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Ready:
    """A card that may be printed, and how its household stood when it was drawn."""

    id: int
    household_id: int
    content: CardContent
    changed_at: datetime
    approved_at: datetime | None
    request_version: int | None = None


@dataclass(frozen=True, slots=True)
class CardCheck:
    """How many cards may be printed now and one file of them.

    The keys of the cards that may not go out.

    ``unprintable`` are the keys of households whose name or address cannot be printed: their cards
    wait on.
    """

    printable: int
    ready: tuple[Ready, ...]
    stopped: tuple[int, ...]
    unprintable: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class BuiltCards:
    """What a print did.

    Files with their cards, how many cards were stopped, which households cannot be printed.
    """

    files: tuple[Path, ...]
    cards: int
    stopped: int
    unprintable: tuple[int, ...]
    finished: tuple[Path, ...]
    """Files of an interrupted print, noted before and now in their place."""


def check_cards(work: Work, printer: Printer, kind: str | None = None) -> CardCheck:
    """Look at the waiting cards of a kind, or of both, oldest first; changes nothing."""
    ready: list[Ready] = []
    stopped: list[int] = []
    unprintable: list[int] = []
    printable = 0
    for rows in _pages(work.session, kind):
        barred = _barred(work.session, rows, work.now)
        stopped += barred
        left = [row for row in rows if row.id not in barred]
        keys = [row.household_id for row in left]
        standing = _standing(work.session, keys)
        addressees = read_addressees(work, printer.program.names.ward.ja, keys)
        said = decisions(work, left, printer.program.languages)
        seen = versions(work.session, left)
        for row in left:
            addressee = addressees[row.household_id]
            if findings_of(row.household_id, addressee, printer.program, printer.fonts):
                unprintable.append(row.household_id)
                continue
            printable += 1
            if len(ready) < CARDS_PER_FILE:
                content = _content(row, addressee, said.get(row.id, {}))
                ready.append(
                    Ready(
                        row.id,
                        row.household_id,
                        content,
                        *standing[row.household_id],
                        seen.get(row.id),
                    )
                )
    return CardCheck(printable, tuple(ready), tuple(stopped), tuple(unprintable))


def print_cards(printer: Printer, folder: Path | None = None) -> BuiltCards:
    """Print all waiting cards and stop those of households that get nothing automatic now.

    Raises:
        NotAllowedError: protection is not loaded, or the ward did not approve the texts of letters
            and cards.
        ConflictError: another print is at work.
        InputError: texts or layout cannot be printed.
        OSError: a file cannot be written; its cards wait on.
    """
    with printer.read() as session:
        require_protection(session)
    place = make_folder((folder or printer.base_folder / "cards").resolve())
    with locked_folder(place):
        with printer.read() as session:
            finished = _finish_interrupted(session, place)
        files: list[Path] = []
        waiting: list[int] = []
        cards = stopped = 0
        for kind in KINDS:
            while True:
                made, count, barred, unprintable = _print_file(printer, place, kind)
                cards, stopped = cards + count, stopped + barred
                if made is None:
                    waiting += unprintable
                    break
                files.append(made)
    return BuiltCards(tuple(files), cards, stopped, tuple(waiting), finished)


def _print_file(
    printer: Printer, folder: Path, kind: str
) -> tuple[Path | None, int, int, tuple[int, ...]]:
    """Print one file; what changes meanwhile is drawn again.

    Returns file, cards, stopped, unprintable.
    """
    barred = 0
    for _round in range(ROUNDS):
        with printer.read() as session:
            now = printer.clock.now(session)
            found = check_cards(printer.work(session), printer, kind)
            texts = approved_texts(printer.work(session)) if found.ready else None
        if not found.ready:
            with printer.write() as session:
                barred += _stop(printer.work(session), found.stopped)
            return None, 0, barred, found.unprintable
        day = jst_date(now)
        pdf = render_cards([one.content for one in found.ready], printer.frame(day))
        name = f"{kind}s-{day:%Y%m%d}-{secrets.token_hex(4)}.pdf"
        part = write_part(folder / name, pdf)
        # Whatever happens from here, the next print knows from the database whether this file
        # counts.
        with printer.write() as session:
            now = printer.clock.now(session)
            barred += _stop(printer.work(session), found.stopped)
            noted = _note_printed(
                printer.work(session), found.ready, kind, folder / name, pdf, day, texts
            )
        if noted:
            return put(part), len(found.ready), barred, found.unprintable
        part.unlink()
    raise ConflictError(_s("印刷の間に世帯のデータが変わり続けました。もう一度実行してください。"))


def _pages(session: Session, kind: str | None) -> Iterator[Sequence[Announcement]]:
    of_kind = {
        DECISION: [Announcement.event.in_(EVENTS)],
        PLAIN: [Announcement.event.not_in(EVENTS)],
    }
    wanted, last = of_kind.get(kind or "", []), 0
    while True:
        rows = session.scalars(
            select(Announcement)
            .where(
                Announcement.medium == CARD,
                Announcement.state == ANNOUNCEMENT.initial,
                Announcement.id > last,
                *wanted,
            )
            .order_by(Announcement.id)
            .limit(CARDS_PER_FILE)
        ).all()
        if not rows:
            return
        yield rows
        last = rows[-1].id


def _barred(session: Session, rows: Collection[Announcement], now: datetime) -> list[int]:
    quiet = silenced(session, [row.household_id for row in rows])
    today = jst_date(now)
    return [row.id for row in rows if row.household_id in quiet or _is_late(row, today)]


def _is_late(row: Announcement, today: date) -> bool:
    return row.due_on is not None and row.due_on < today


def _standing(
    session: Session, ids: Collection[int]
) -> dict[int, tuple[datetime, datetime | None]]:
    rows = session.execute(
        select(Household.id, Household.changed_at, PrintText.approved_at)
        .outerjoin(PrintText, PrintText.household_id == Household.id)
        .where(Household.id.in_(ids))
    )
    return {key: (changed, approved) for key, changed, approved in rows}


def _content(row: Announcement, addressee: Addressee, said: Mapping[str, Decision]) -> CardContent:
    number = NUMBER_PREFIX + new_letter_number()[1:]
    letter = draft(number, addressee, children=0, amount_yen=0)
    return CardContent(letter, row.event, row.receipt_no, row.due_on, said)


def _locked(session: Session, ids: Collection[int]) -> Sequence[Announcement]:
    """Lock those of the cards that still wait."""
    return session.scalars(
        select(Announcement)
        .where(Announcement.id.in_(ids), Announcement.state == ANNOUNCEMENT.initial)
        .order_by(Announcement.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def _stop(work: Work, ids: Collection[int]) -> int:
    rows = _locked(work.session, ids)
    barred = set(_barred(work.session, rows, work.now))
    for row in rows:
        if row.id in barred:
            stop(work, row, LATE if _is_late(row, jst_date(work.now)) else HELD)
    work.session.flush()
    return len(barred)


def _note_printed(
    work: Work,
    drawn: Sequence[Ready],
    kind: str,
    target: Path,
    pdf: bytes,
    day: date,
    texts: int | None,
) -> bool:
    """Note the cards as printed.

    False when one of them changed, was stopped or was printed by somebody else.
    """
    rows = _locked(work.session, [one.id for one in drawn])
    keys = {one.household_id for one in drawn}
    lock_households(work.session, keys)
    standing = _standing(work.session, keys)
    seen = versions(work.session, rows)
    same = all(
        standing.get(one.household_id) == (one.changed_at, one.approved_at)
        and seen.get(one.id) == one.request_version
        for one in drawn
    )
    numbers = [one.content.letter.letter_number for one in drawn]
    taken = select(Announcement.id).where(Announcement.card_number.in_(numbers))
    if (
        len(rows) != len(drawn)
        or not same
        or _barred(work.session, rows, work.now)
        or work.session.scalar(taken)
    ):
        return False
    made = CardPrint(
        kind=kind,
        cards=len(drawn),
        folder=str(target.parent),
        file_name=target.name,
        notice_date=day,
        printed_at=work.now,
        sha256=hashlib.sha256(pdf).hexdigest(),
    )
    work.session.add(made)
    work.session.flush()
    by_key = {row.id: row for row in rows}
    for position, one in enumerate(drawn, 1):
        row = by_key[one.id]
        row.state, row.changed_at, row.sent_at = (
            ANNOUNCEMENT.next(row.state, "print"),
            work.now,
            work.now,
        )
        row.card_print_id, row.position, row.card_number = made.id, position, numbers[position - 1]
    events = [(one.id, one.household_id) for one in drawn]
    record_many(work, "notice.printed", "announcement", events)
    note_texts(work.session, texts, made.id, work.now, CARDS)
    record(work, "card_print.printed", "card_print", made.id, cards=made.cards)
    work.session.flush()
    return True


def _finish_interrupted(session: Session, folder: Path) -> tuple[Path, ...]:
    """Put files in their place whose cards were noted as printed, and remove what was never noted."""
    finished = []
    for part in (part for kind in KINDS for part in sorted(folder.glob(f"{kind}s-*.pdf{PART}"))):
        known = session.scalar(
            select(CardPrint.sha256).where(CardPrint.file_name == part.name.removesuffix(PART))
        )
        if known is not None and digest_of(part) == known:
            finished.append(put(part))
        else:
            part.unlink()
    return tuple(finished)
