"""Print the waiting cards for households without another channel, daily.

Each card is printed once, and none to a silenced household. Decisions on requests are printed as
decision letters, in files of their own.

Cards need no print run: a waiting announcement is a card to print. A file gets its final name only
after the database has recorded its cards as printed. If the print is killed, the next one finishes
the file if it was recorded, and removes it otherwise.
"""

import hashlib
import secrets
from collections.abc import Collection, Sequence
from datetime import date
from itertools import product
from pathlib import Path

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.services import record, record_many
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.disk import digest_of
from portal.domain.foundation.errors import ConflictError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.letters.announcements.models import Announcement, CardPrint
from portal.domain.letters.announcements.states import ANNOUNCEMENT
from portal.domain.letters.announcements.stopping import HELD, LATE, stop
from portal.domain.letters.letters.drawing.card import render_cards
from portal.domain.mailroom.printing.cards.checking import (
    CardKind,
    Ready,
    barred_cards,
    check_cards,
    household_states,
    is_late,
    told_of,
)
from portal.domain.mailroom.printing.cards.decision_letters import versions
from portal.domain.mailroom.printing.runs.pipeline.files import (
    PART,
    locked_folder,
    make_folder,
    put,
    write_part,
)
from portal.domain.mailroom.printing.runs.pipeline.printer import Printer
from portal.domain.mailroom.printing.runs.recipients.preflight import require_protection
from portal.domain.mailroom.printing.runs.recipients.selection import lock_households
from portal.domain.mailroom.printing.runs.writers.approved_texts import (
    CARDS,
    approved_texts,
    record_texts,
)
from portal.domain.people.pauses.queries import paused_among

ROUNDS = 5


class BuiltCards(Struct, frozen=True):
    """The result of a print: files, number of cards, cards stopped, and households not printable.

    ``stopped`` leaves out cards of families in danger, as ``CardCheck.told`` does.
    ``unprintable`` are the keys of households whose name or address cannot be printed.
    """

    files: tuple[Path, ...]
    cards: int
    stopped: int
    unprintable: tuple[int, ...]
    finished: tuple[Path, ...]
    """Files of an interrupted print that was recorded; this print gave them their final names."""


class _CardFile(Struct, frozen=True):
    """A drawn file of cards: its kind, path, date (JST) and digest.

    ``texts`` is the approved version that it was drawn from, None in a demo.
    """

    kind: CardKind
    path: Path
    day: date
    sha256: str
    texts: int | None


def print_cards(printer: Printer, folder: Path | None = None) -> BuiltCards:
    """Print all waiting cards, and stop those of silenced households.

    Raises:
        NotAllowedError: protection is not loaded, or the ward did not approve the texts of letters
            and cards.
        ConflictError: another print is running.
        InputError: texts or layout cannot be printed.
        OSError: a file cannot be written; its cards wait.
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
        for kind, large in product(CardKind, (False, True)):
            while True:
                made, count, barred, unprintable = _print_file(printer, place, kind, large=large)
                cards, stopped = cards + count, stopped + barred
                if made is None:
                    waiting += [key for key in unprintable if key not in waiting]
                    break
                files.append(made)
    return BuiltCards(tuple(files), cards, stopped, tuple(waiting), finished)


def _print_file(
    printer: Printer, folder: Path, kind: CardKind, *, large: bool
) -> tuple[Path | None, int, int, tuple[int, ...]]:
    """Print one file; if a household changes meanwhile, draw it again.

    Returns the file, its number of cards, the number of stopped cards, and unprintable households.
    """
    barred = 0
    for _round in range(ROUNDS):
        with printer.read() as session:
            now = printer.clock.now(session)
            found = check_cards(printer.work(session), printer, kind, large=large)
            texts = approved_texts(printer.work(session)) if found.ready else None
        if not found.ready:
            with printer.write() as session:
                barred += _stop(printer.work(session), found.stopped)
            return None, 0, barred, found.unprintable
        day = jst_date(now)
        pdf = render_cards([one.content for one in found.ready], printer.frame(day))
        size = "large-" if large else ""
        name = f"{kind}s-{size}{day:%Y%m%d}-{secrets.token_hex(4)}.pdf"
        part = write_part(folder / name, pdf)
        # from here on, the next print can see in the database whether this file was recorded
        with printer.write() as session:
            now = printer.clock.now(session)
            barred += _stop(printer.work(session), found.stopped)
            file = _CardFile(kind, folder / name, day, hashlib.sha256(pdf).hexdigest(), texts)
            stored = _store_printed(printer.work(session), file, found.ready)
        if stored:
            return put(part), len(found.ready), barred, found.unprintable
        part.unlink()
    raise ConflictError(_s("印刷の間に世帯のデータが変わり続けました。もう一度実行してください。"))


def _locked(session: Session, ids: Collection[int]) -> Sequence[Announcement]:
    """Return the cards that still wait, locked."""
    return session.scalars(
        select(Announcement)
        .where(Announcement.id.in_(ids), Announcement.state == ANNOUNCEMENT.initial)
        .order_by(Announcement.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def _stop(work: Work, ids: Collection[int]) -> int:
    rows = _locked(work.session, ids)
    barred = set(barred_cards(work.session, rows, work.now))
    for row in rows:
        if row.id in barred:
            stop(work, row, LATE if is_late(row, jst_date(work.now)) else HELD)
    work.session.flush()
    return told_of(work.session, [row.household_id for row in rows if row.id in barred])


def _store_printed(work: Work, file: _CardFile, drawn: Sequence[Ready]) -> bool:
    """Record the cards as printed.

    Returns False if one of them was changed, stopped or printed meanwhile.
    """
    rows = _locked(work.session, [one.id for one in drawn])
    lock_households(work.session, {one.household_id for one in drawn})
    if not _is_unchanged(work, rows, drawn):
        return False
    made = CardPrint(
        kind=file.kind,
        cards=len(drawn),
        folder=file.path.parent.name,
        file_name=file.path.name,
        notice_date=file.day,
        printed_at=work.now,
        sha256=file.sha256,
    )
    work.session.add(made)
    work.session.flush()
    _mark_printed(rows, drawn, made)
    events = [(one.id, one.household_id) for one in drawn]
    record_many(work, "notice.printed", "announcement", events)
    record_texts(work.session, file.texts, made.id, work.now, CARDS)
    record(work, "card_print.printed", "card_print", made.id, cards=made.cards)
    work.session.flush()
    return True


def _mark_printed(rows: Sequence[Announcement], drawn: Sequence[Ready], made: CardPrint) -> None:
    by_key = {row.id: row for row in rows}
    for position, one in enumerate(drawn, 1):
        row = by_key[one.id]
        row.state = ANNOUNCEMENT.next(row.state, "print")
        row.changed_at = row.sent_at = made.printed_at
        row.card_print_id, row.position = made.id, position
        row.card_number = one.content.letter.letter_number


def _is_unchanged(work: Work, rows: Sequence[Announcement], drawn: Sequence[Ready]) -> bool:
    """Return whether every card still waits, unchanged since it was drawn, with a free number."""
    states = household_states(work.session, {one.household_id for one in drawn})
    seen = versions(work.session, rows)
    same = all(
        states.get(one.household_id) == (one.changed_at, one.approved_at, one.large)
        and seen.get(one.id) == one.request_version
        for one in drawn
    )
    numbers = [one.content.letter.letter_number for one in drawn]
    taken = select(Announcement.id).where(Announcement.card_number.in_(numbers))
    return (
        len(rows) == len(drawn)
        and same
        and not barred_cards(work.session, rows, work.now)
        and not paused_among(work.session, {one.household_id for one in drawn})
        and work.session.scalar(taken) is None
    )


def _finish_interrupted(session: Session, folder: Path) -> tuple[Path, ...]:
    """Finish files whose cards were recorded as printed, and remove those never recorded."""
    finished = []
    for part in (part for kind in CardKind for part in sorted(folder.glob(f"{kind}s-*.pdf{PART}"))):
        known = session.scalar(
            select(CardPrint.sha256).where(CardPrint.file_name == part.name.removesuffix(PART))
        )
        if known is not None and digest_of(part) == known:
            finished.append(put(part))
        else:
            part.unlink()
    return tuple(finished)
