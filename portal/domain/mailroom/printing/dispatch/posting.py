"""Record the posting of letters, each with its tracking number by scan or from a file.

A file is recorded as a whole or not at all.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from sqlalchemy import Select, func, insert, select
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.services import record, record_many
from portal.domain.foundation.base import Values
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import ConflictError, DomainError, InputError, NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.typed import without_separators
from portal.domain.foundation.work import Work
from portal.domain.letters.letters.kinds import WITHOUT_ID, kind_of
from portal.domain.letters.letters.models import Letter, LetterWithoutId, PrintRun
from portal.domain.letters.letters.numbers import is_letter_number
from portal.domain.letters.letters.states import REDELIVERY, LetterState
from portal.domain.letters.letters.without_id import by_numbers, post
from portal.domain.letters.shipments.mail import MAIL, ItemKind, tracking_number
from portal.domain.letters.shipments.models import Shipment
from portal.domain.letters.shipments.states import SHIPMENT, ShipmentState
from portal.domain.mailroom.printing.recalls.recall_list import found_posted
from portal.domain.mailroom.printing.runs.columns import read_columns
from portal.domain.requests.redeliveries.fulfilling import letters_posted

AT_ONCE = 500
One = TypeVar("One")
SHOWN_FAULTS = 20
NUMBER, TRACKING = "手紙番号", "お問い合わせ番号"


@dataclass(frozen=True, slots=True)
class Entry:
    """One letter and the label on it, as typed or scanned; ``line`` is 0 for a single one."""

    letter_number: str
    tracking_no: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Posting:
    """The day (JST) of a posting, and the class of mail (a key of ``MAIL``)."""

    day: date
    mail_class: str


@dataclass(frozen=True, slots=True)
class Posted:
    """How many letters were posted."""

    letters: int


class _Faults:
    """The faults found in a list of entries, each with its line."""

    def __init__(self) -> None:
        self._found: list[tuple[int, str]] = []

    def add(self, line: int, sentence: str) -> None:
        """Add a fault of a line."""
        self._found.append((line, sentence))

    def refuse(self) -> None:
        """Refuse the list if a fault was found. Raises InputError."""
        if not self._found:
            return
        sentences = [
            _s("%(line)d行目: %(sentence)s") % {"line": line, "sentence": sentence}
            if line
            else sentence
            for line, sentence in sorted(self._found, key=lambda one: one[0])
        ]
        if len(sentences) == 1:
            raise InputError(sentences[0], code="posting")
        shown = "".join(f"\n- {sentence}" for sentence in sentences[:SHOWN_FAULTS])
        raise InputError(
            _s(
                "差し出しを記録しませんでした(%(n)d件)。直してから、"
                "もう一度読み込んでください。%(lines)s"
            )
            % {"n": len(sentences), "lines": shown},
            code="posting",
        )


def read_entries(data: bytes) -> list[Entry]:
    """Read a CSV with the columns 手紙番号 and お問い合わせ番号 (UTF-8 or Shift_JIS).

    Raises:
        InputError: the file is no such CSV, or lacks a column.
    """
    return [
        Entry(number, tracking, line)
        for line, (number, tracking) in read_columns(data, (NUMBER, TRACKING), code="posting")
    ]


def post_letters(work: Work, entries: Sequence[Entry], posting: Posting) -> Posted:
    """Record that letters were posted with these labels, all of them or none.

    Raises:
        InputError: a future day, a class without tracking numbers, or a letter or label that cannot
            be posted; the message names every faulty line.
    """
    _refuse_future(work, posting)
    if posting.mail_class not in MAIL or not MAIL[posting.mail_class].digits:
        raise InputError(_s("お問い合わせ番号のある郵便の種類を選んでください。"), code="posting")
    faults = _Faults()
    labels = _labels(entries, posting.mail_class, faults)
    used = _used_labels(work.session, labels.values(), posting.day)
    for entry, number in labels.items():
        if number in used:
            faults.add(entry.line, _s("このお問い合わせ番号は、同じ日の別の郵便で使われています。"))
    letters = _letters(work.session, entries, faults)
    faults.refuse()
    _store(work, [(letters[entry], labels[entry]) for entry in entries], posting)
    return Posted(len(entries))


def post_run(work: Work, run_id: int, posting: Posting) -> Posted:
    """Record that all unposted letters of a run were posted, without labels.

    Raises:
        NotFoundError: there is no such run.
        InputError: a future day, or a class that needs a label on each letter.
        ConflictError: it was not handed over, or has no unposted letter.
    """
    run = work.session.scalar(select(PrintRun).where(PrintRun.id == run_id).with_for_update())
    if run is None:
        raise NotFoundError(_s("この印刷は見つかりませんでした。"))
    _refuse_future(work, posting)
    if posting.mail_class not in MAIL or MAIL[posting.mail_class].digits:
        raise InputError(
            _s("この郵便の種類では、手紙1通ごとにお問い合わせ番号がいります。"), code="posting"
        )
    letters = _locked_unposted(work.session, run)
    if not letters:
        raise ConflictError(
            _s("この印刷に、差し出していない手紙はありません。"), code="nothing_to_post"
        )
    _store(work, [(letter, None) for letter in letters], posting)
    return Posted(len(letters))


def _refuse_future(work: Work, posting: Posting) -> None:
    if posting.day > jst_date(work.now):
        raise InputError(_s("差し出した日が未来です。日付を確かめてください。"), code="posting")


def _locked_unposted(session: Session, run: PrintRun) -> Sequence[Letter | LetterWithoutId]:
    """Return the letters of a run that are handed over and not posted yet, locked."""
    if run.is_without_id:
        return session.scalars(
            select(LetterWithoutId)
            .where(
                LetterWithoutId.print_run_id == run.id,
                LetterWithoutId.state == LetterState.HANDED_OVER,
            )
            .order_by(LetterWithoutId.id)
            .with_for_update()
        ).all()
    return session.scalars(
        select(Letter)
        .where(
            Letter.print_run_id == run.id,
            Letter.state == LetterState.HANDED_OVER,
            Letter.id.not_in(_posted()),
        )
        .order_by(Letter.id)
        .with_for_update()
    ).all()


def waiting(session: Session, run_id: int) -> int:
    """Return how many letters of a run are handed over and not yet posted."""
    letters = kind_of(session, run_id).table
    mine = [letters.print_run_id == run_id, letters.state == LetterState.HANDED_OVER]
    if letters is Letter:
        mine.append(Letter.id.not_in(_posted()))
    return session.scalar(select(func.count(letters.id)).where(*mine)) or 0


def _posted() -> Select[int | None]:
    return select(Shipment.letter_id).where(
        Shipment.letter_id.is_not(None), Shipment.state != ShipmentState.CANCELLED
    )


def _labels(entries: Sequence[Entry], mail_class: str, faults: _Faults) -> Mapping[Entry, str]:
    """Return the tracking number of each entry; those that are invalid or repeated are faults."""
    found: dict[Entry, str] = {}
    seen: set[str] = set()
    for entry in entries:
        try:
            number = tracking_number(entry.tracking_no, mail_class) or ""
        except DomainError as error:
            faults.add(entry.line, error.message)
            continue
        if number in seen:
            faults.add(entry.line, _s("このお問い合わせ番号は、前の行にもあります。"))
        seen.add(number)
        found[entry] = number
    return found


def _used_labels(session: Session, numbers: Collection[str], day: date) -> set[str | None]:
    """Return the tracking numbers that other mail of the day has already."""
    used: set[str | None] = set()
    for part in _parts(sorted(numbers)):
        for table in (Shipment, LetterWithoutId):
            used |= set(
                session.scalars(
                    select(table.tracking_no).where(
                        table.tracking_no.in_(part), table.posted_on == day
                    )
                )
            )
    return used


def _letters(
    session: Session, entries: Sequence[Entry], faults: _Faults
) -> Mapping[Entry, Letter | LetterWithoutId]:
    numbers = {entry: without_separators(entry.letter_number).upper() for entry in entries}
    letters: dict[str, Letter | LetterWithoutId] = {}
    posted: set[int | None] = set()
    for part in _parts(sorted(set(numbers.values()))):
        rows = session.scalars(
            select(Letter).where(Letter.number.in_(part)).order_by(Letter.id).with_for_update()
        ).all()
        letters |= {row.number: row for row in rows}
        letters |= by_numbers(session, part)
        posted |= set(
            session.scalars(_posted().where(Shipment.letter_id.in_([row.id for row in rows])))
        )
    seen: set[str] = set()
    found: dict[Entry, Letter | LetterWithoutId] = {}
    for entry, number in numbers.items():
        letter = letters.get(number)
        if letter is None:
            faults.add(entry.line, _unknown_number(number))
        elif number in seen:
            faults.add(entry.line, _s("この手紙は、前の行にもあります。"))
        elif _is_posted(letter, posted):
            faults.add(entry.line, _s("この手紙は、もう差し出してあります。"))
        elif letter.state != LetterState.HANDED_OVER:
            faults.add(
                entry.line, _s("この手紙は差し出せません。引き渡す前か、取りやめになっています。")
            )
        else:
            found[entry] = letter
        seen.add(number)
    return found


def _unknown_number(number: str) -> str:
    if is_letter_number(number):
        return _s("この番号の手紙はありません。")
    return _s("手紙番号に、まちがいがあります。もう一度読み取ってください。")


def _is_posted(letter: Letter | LetterWithoutId, posted: Collection[int | None]) -> bool:
    if isinstance(letter, LetterWithoutId):
        return letter.posted_on is not None
    return letter.id in posted


def _store(
    work: Work, pairs: Sequence[tuple[Letter | LetterWithoutId, str | None]], posting: Posting
) -> None:
    followed = [(letter, label) for letter, label in pairs if isinstance(letter, Letter)]
    day, mail_class = posting.day, posting.mail_class
    _ship(work, followed, posting)
    for letter, label in pairs:
        if isinstance(letter, LetterWithoutId):
            post(work, letter, day, mail_class, label)
    record(
        work,
        "posting.entered",
        "shipment",
        count=len(pairs),
        mail_class=mail_class,
        day=day.isoformat(),
    )
    work.session.flush()
    for part in _parts(followed):
        found_posted(work, [letter.id for letter, _label in part])
    for keys in _parts(
        [letter.id for letter, _label in pairs if isinstance(letter, LetterWithoutId)]
    ):
        found_posted(work, keys, WITHOUT_ID)


def _ship(work: Work, pairs: Sequence[tuple[Letter, str | None]], posting: Posting) -> None:
    """Create a shipment for each letter with an ID; letters without an ID have none.

    Households that asked for their letter again hear now that it is on its way.
    """
    state = SHIPMENT.next(SHIPMENT.initial, "post")
    for part in _parts(pairs):
        earlier = _earlier(work.session, [letter.household_id for letter, _label in part])
        work.session.execute(
            insert(Shipment),
            [
                {
                    "kind": ItemKind.LETTER,
                    "household_id": letter.household_id,
                    "letter_id": letter.id,
                    "state": state,
                    "value_yen": 0,
                    "mail_class": posting.mail_class,
                    "tracking_no": label,
                    "posted_on": posting.day,
                    "created_at": work.now,
                    "changed_at": work.now,
                }
                | _repeated(letter, earlier)
                for letter, label in part
            ],
        )
    asked = [letter.household_id for letter, _label in pairs if letter.reason == REDELIVERY]
    for household_ids in _parts(asked):
        letters_posted(work, household_ids)
    events = [(letter.id, letter.household_id) for letter, _label in pairs]
    record_many(
        work,
        "letter.posted",
        "letter",
        events,
        mail_class=posting.mail_class,
        day=posting.day.isoformat(),
    )


def _repeated(letter: Letter, earlier: Mapping[int, tuple[int | None, int]]) -> Values:
    """Return the columns for the posting that a letter repeats, and its attempt (0: the first)."""
    if letter.reason != REDELIVERY:
        return {"attempt": 0, "previous_id": None}
    previous_id, attempt = earlier.get(letter.household_id, (None, -1))
    return {"attempt": attempt + 1, "previous_id": previous_id}


def _earlier(
    session: Session, household_ids: Sequence[int]
) -> Mapping[int, tuple[int | None, int]]:
    """Return the key and attempt of each household's last letter posting that none repeats."""
    repeated = select(Shipment.previous_id).where(Shipment.previous_id.is_not(None))
    rows = session.execute(
        select(Shipment.household_id, Shipment.id, Shipment.attempt)
        .where(
            Shipment.household_id.in_(household_ids),
            Shipment.kind == ItemKind.LETTER,
            Shipment.id.not_in(repeated),
        )
        .order_by(Shipment.id)
    )
    return {household_id: (key, attempt) for household_id, key, attempt in rows}


def _parts(rows: Sequence[One]) -> Iterator[Sequence[One]]:
    return (rows[start : start + AT_ONCE] for start in range(0, len(rows), AT_ONCE))
