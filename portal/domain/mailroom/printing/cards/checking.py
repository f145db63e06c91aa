"""Check which of the waiting cards may be printed now, and which must be stopped."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.texts import Labeled, _s
from portal.domain.foundation.work import Work
from portal.domain.letters.announcements import account_cards
from portal.domain.letters.announcements.models import Announcement
from portal.domain.letters.announcements.reach import CARD
from portal.domain.letters.announcements.silence import silenced
from portal.domain.letters.announcements.states import ANNOUNCEMENT
from portal.domain.letters.letters.drawing.card import CardContent, Decision
from portal.domain.letters.letters.numbers import new_letter_number
from portal.domain.mailroom.printing.cards.decision_letters import EVENTS, decisions, versions
from portal.domain.mailroom.printing.runs.pipeline.printer import Printer
from portal.domain.mailroom.printing.runs.recipients.addressees import Addressee, read_addressees
from portal.domain.mailroom.printing.runs.recipients.preflight import AddresseeChecks, draft
from portal.domain.people.households.models import Household, PrintText
from portal.domain.people.pauses.queries import is_paused

CARDS_PER_FILE = 500
NUMBER_PREFIX = "C"


class CardKind(Labeled):
    """Kinds of prints; a decision letter is for the events of ``decision_letters.EVENTS``."""

    CARD = "card", lambda: _s("カード")
    DECISION = "decision", lambda: _s("決定のお知らせ")


class Ready(Struct, frozen=True):
    """A card that may be printed, and the facts about its household when it was drawn."""

    id: int
    household_id: int
    content: CardContent
    changed_at: datetime
    approved_at: datetime | None
    large: str | None
    request_version: int | None = None


class CardCheck(Struct, frozen=True):
    """The number of printable cards, those for the next file, and the cards to be stopped.

    ``stopped`` are keys of cards, ``told`` how many of them whoever prints is told of: none of a
    family in danger, whose card would tell that there is one. ``unprintable`` are the keys of
    households whose name or address cannot be printed; their cards wait.
    """

    printable: int
    ready: tuple[Ready, ...]
    stopped: tuple[int, ...]
    told: int
    unprintable: tuple[int, ...]


def check_cards(
    work: Work, printer: Printer, kind: CardKind | None = None, *, large: bool | None = None
) -> CardCheck:
    """Check the waiting cards of one kind or of both, oldest first, without changing anything.

    ``large``: only those in large print, or only the others; they have files of their own.
    """
    ready: list[Ready] = []
    stopped: list[int] = []
    unprintable: list[int] = []
    printable = told = 0
    checks = AddresseeChecks(printer.program, printer.fonts)
    for rows in _pages(work.session, kind):
        barred = barred_cards(work.session, rows, work.now)
        stopped += barred
        told += told_of(work.session, [row.household_id for row in rows if row.id in barred])
        left = [row for row in rows if row.id not in barred]
        keys = [row.household_id for row in left]
        states = household_states(work.session, keys)
        addressees = read_addressees(work, keys)
        decided = decisions(work, left, printer.program.languages)
        seen = versions(work.session, left)
        for row in left:
            if large not in {None, states[row.household_id][2] is not None}:
                continue
            addressee = addressees[row.household_id]
            if checks.findings(row.household_id, addressee):
                unprintable.append(row.household_id)
                continue
            printable += 1
            if len(ready) < CARDS_PER_FILE:
                state = states[row.household_id]
                content = _content(row, addressee, decided.get(row.id, {}), state[2])
                ready.append(Ready(row.id, row.household_id, content, *state, seen.get(row.id)))
    return CardCheck(printable, tuple(ready), tuple(stopped), told, tuple(unprintable))


def _pages(session: Session, kind: CardKind | None) -> Iterator[Sequence[Announcement]]:
    of_kind = {
        None: [],
        CardKind.DECISION: [Announcement.event.in_(EVENTS)],
        CardKind.CARD: [Announcement.event.not_in(EVENTS)],
    }
    wanted, last = of_kind[kind], 0
    while True:
        rows = session.scalars(
            select(Announcement)
            .where(
                Announcement.medium == CARD,
                Announcement.state == ANNOUNCEMENT.initial,
                Announcement.id > last,
                ~is_paused(Announcement.household_id.expression),
                *wanted,
            )
            .order_by(Announcement.id)
            .limit(CARDS_PER_FILE)
        ).all()
        if not rows:
            return
        yield rows
        last = rows[-1].id


def barred_cards(session: Session, rows: Collection[Announcement], now: datetime) -> list[int]:
    """Return the keys of the cards to be stopped: of silenced households, or too late."""
    quiet = silenced(session, [row.household_id for row in rows])
    about_account = {row.household_id for row in rows if row.event == account_cards.EVENT}
    silent = account_cards.silent_homes(session, about_account)
    today = jst_date(now)
    return [
        row.id
        for row in rows
        if row.household_id in quiet
        or (row.event == account_cards.EVENT and row.household_id in silent)
        or is_late(row, today)
    ]


def told_of(session: Session, household_ids: Collection[int]) -> int:
    """Return how many of these households' stopped cards whoever prints is told of.

    None of a protected household, and none of one for which the ward's counter set a channel in
    silence. A household is named once for each card.
    """
    protected = select(Household.id).where(Household.id.in_(household_ids), Household.protected)
    in_danger = set(session.scalars(protected)) | account_cards.quiet_homes(session, household_ids)
    return sum(key not in in_danger for key in household_ids)


def is_late(row: Announcement, today: date) -> bool:
    """Return whether the day (JST) by which the household had to act is over."""
    return row.due_on is not None and row.due_on < today


def household_states(
    session: Session, ids: Collection[int]
) -> dict[int, tuple[datetime, datetime | None, str | None]]:
    """Return when each household and its approved print text were changed last (UTC).

    The third is the language in which it wants large print, if it does.
    """
    rows = session.execute(
        select(Household.id, Household.changed_at, PrintText.approved_at, Household.large_print)
        .outerjoin(PrintText, PrintText.household_id == Household.id)
        .where(Household.id.in_(ids))
    )
    return {key: (changed, approved, large) for key, changed, approved, large in rows}


def _content(
    row: Announcement, addressee: Addressee, decision: Mapping[str, Decision], large: str | None
) -> CardContent:
    number = NUMBER_PREFIX + new_letter_number()[1:]
    letter = replace(draft(number, addressee), large=large or "")
    return CardContent(letter, row.event, row.receipt_no, row.due_on, decision)
