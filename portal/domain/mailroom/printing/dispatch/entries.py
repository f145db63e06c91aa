"""Sort a list of letters and their labels out: what can be posted, and what refuses itself.

Nothing is guessed: of two rows about one letter, or with one label, neither is posted.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from msgspec import Struct
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from portal.domain.foundation.errors import DomainError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.typed import without_separators
from portal.domain.letters.letters.models import Letter, LetterWithoutId
from portal.domain.letters.letters.numbers import is_letter_number
from portal.domain.letters.letters.states import LetterState
from portal.domain.letters.letters.without_id import by_numbers
from portal.domain.letters.shipments.mail import tracking_number
from portal.domain.letters.shipments.models import Shipment
from portal.domain.letters.shipments.states import ShipmentState
from portal.domain.mailroom.printing.runs.columns import read_columns

AT_ONCE = 500
NUMBER, TRACKING = "手紙番号", "お問い合わせ番号"
Item = Letter | LetterWithoutId
One = TypeVar("One")


@dataclass(frozen=True, slots=True)
class Entry:
    """One letter and the label on it, as typed or scanned; ``line`` is 0 for a single one."""

    letter_number: str
    tracking_no: str
    line: int = 0


class Posting(Struct, frozen=True):
    """The day (JST) of a posting, and the class of mail (a key of ``MAIL``)."""

    day: date
    mail_class: str


@dataclass(frozen=True, slots=True)
class RefusedEntry:
    """A row that was not posted: the number of its line, and why; nothing of what it says."""

    line: int
    reason: str

    @property
    def sentence(self) -> str:
        """Line and reason as people read them."""
        if not self.line:
            return self.reason
        return _s("%(line)d行目: %(sentence)s") % {"line": self.line, "sentence": self.reason}


class SortedOut(Struct, frozen=True):
    """A list as it was found.

    Attributes:
        good: The letters that can be posted, locked, each with its label.
        recorded: Rows that were posted before, on this day and with this label.
        refused: The others.
    """

    good: Sequence[tuple[Item, str]]
    recorded: Collection[Entry]
    refused: Sequence[RefusedEntry]


def read_entries(data: bytes) -> list[Entry]:
    """Read a CSV with the columns 手紙番号 and お問い合わせ番号 (UTF-8 or Shift_JIS).

    Raises:
        InputError: the file is no such CSV, or lacks a column.
    """
    return [
        Entry(number, tracking, line)
        for line, (number, tracking) in read_columns(data, (NUMBER, TRACKING), code="posting")
    ]


def posted_letters() -> Select[int | None]:
    """Select the keys of letters that are posted."""
    return select(Shipment.letter_id).where(
        Shipment.letter_id.is_not(None), Shipment.state != ShipmentState.CANCELLED
    )


def sort_out(session: Session, entries: Sequence[Entry], posting: Posting) -> SortedOut:
    """Sort rows out for a posting, and lock the letters that they name."""
    faults: dict[Entry, list[str]] = {}
    labels = _labels(entries, posting.mail_class, faults)
    numbers = {entry: without_separators(entry.letter_number).upper() for entry in entries}
    letters = _letters(session, numbers.values())
    shipped = _shipped(session, letters.values())
    recorded = {
        entry
        for entry in labels
        if (labels[entry], posting.day) in _postings(letters.get(numbers[entry]), shipped)
    }
    left = [entry for entry in entries if entry not in recorded]
    used = _used_labels(session, {labels[one] for one in left if one in labels}, posting.day)
    times = Counter(numbers.values()), Counter(labels.values())
    for entry in left:
        found = faults.setdefault(entry, [])
        found += _faults_of_label(labels.get(entry), times[1], used)
        found += _faults_of_letter(numbers[entry], letters, times[0], shipped)
    return SortedOut(
        [(letters[numbers[one]], labels[one]) for one in left if not faults[one]],
        recorded,
        [RefusedEntry(one.line, "".join(faults[one])) for one in left if faults[one]],
    )


def _labels(
    entries: Sequence[Entry], mail_class: str, faults: dict[Entry, list[str]]
) -> Mapping[Entry, str]:
    found: dict[Entry, str] = {}
    for entry in entries:
        try:
            found[entry] = tracking_number(entry.tracking_no, mail_class) or ""
        except DomainError as error:
            faults[entry] = [error.message]
    return found


def _letters(session: Session, numbers: Collection[str]) -> Mapping[str, Item]:
    found: dict[str, Item] = {}
    for part in parts(sorted(set(numbers))):
        rows = session.scalars(
            select(Letter).where(Letter.number.in_(part)).order_by(Letter.id).with_for_update()
        ).all()
        found |= {row.number: row for row in rows}
        found |= by_numbers(session, part)
    return found


Shipped = Mapping[int | None, Sequence[tuple[str | None, date | None]]]


def _shipped(session: Session, letters: Collection[Item]) -> Shipped:
    """Return the labels and days of the postings of letters that have an ID, by their keys."""
    found: dict[int | None, list[tuple[str | None, date | None]]] = {}
    keys = sorted(row.id for row in letters if isinstance(row, Letter))
    for part in parts(keys):
        rows = session.execute(
            posted_letters()
            .with_only_columns(Shipment.letter_id, Shipment.tracking_no, Shipment.posted_on)
            .where(Shipment.letter_id.in_(part))
        )
        for key, label, day in rows:
            found.setdefault(key, []).append((label, day))
    return found


def _postings(letter: Item | None, shipped: Shipped) -> Sequence[tuple[str | None, date | None]]:
    if letter is None:
        return ()
    if isinstance(letter, Letter):
        return shipped.get(letter.id, ())
    return [(letter.tracking_no, letter.posted_on)] if letter.posted_on is not None else ()


def _used_labels(session: Session, numbers: Collection[str], day: date) -> set[str | None]:
    """Return the tracking numbers that other mail of the day has already."""
    used: set[str | None] = set()
    for part in parts(sorted(numbers)):
        for table in (Shipment, LetterWithoutId):
            used |= set(
                session.scalars(
                    select(table.tracking_no).where(
                        table.tracking_no.in_(part), table.posted_on == day
                    )
                )
            )
    return used


def _faults_of_label(
    label: str | None, times: Mapping[str, int], used: Collection[str | None]
) -> Iterator[str]:
    if label is not None and times[label] > 1:
        yield _s("このお問い合わせ番号は、ほかの行にもあります。")
    elif label is not None and label in used:
        yield _s("このお問い合わせ番号は、同じ日の別の郵便で使われています。")


def _faults_of_letter(
    number: str, letters: Mapping[str, Item], times: Mapping[str, int], shipped: Shipped
) -> Iterator[str]:
    letter = letters.get(number)
    if letter is None:
        yield _unknown_number(number)
    elif times[number] > 1:
        yield _s("この手紙は、ほかの行にもあります。")
    elif _postings(letter, shipped):
        yield _s("この手紙は、もう差し出してあります。")
    elif letter.state != LetterState.HANDED_OVER:
        yield _s("この手紙は差し出せません。引き渡す前か、取りやめになっています。")


def _unknown_number(number: str) -> str:
    if is_letter_number(number):
        return _s("この番号の手紙はありません。")
    return _s("手紙番号に、まちがいがあります。もう一度読み取ってください。")


def parts(rows: Sequence[One]) -> Iterator[Sequence[One]]:
    """Return rows in parts of which one statement can hold the keys."""
    return (rows[start : start + AT_ONCE] for start in range(0, len(rows), AT_ONCE))
