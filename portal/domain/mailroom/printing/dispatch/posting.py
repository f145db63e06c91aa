"""Record the posting of letters, each with its tracking number by scan or from a file.

A row of a file that cannot be posted refuses itself; the others are recorded.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.services import record, record_many
from portal.domain.foundation.base import Values
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import ConflictError, InputError, NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.letters.letters.kinds import WITHOUT_ID, kind_of
from portal.domain.letters.letters.models import Letter, LetterWithoutId, PrintRun
from portal.domain.letters.letters.states import REDELIVERY, LetterState
from portal.domain.letters.letters.without_id import post
from portal.domain.letters.shipments.mail import MAIL, ItemKind
from portal.domain.letters.shipments.models import Shipment
from portal.domain.letters.shipments.states import SHIPMENT
from portal.domain.mailroom.printing.dispatch.entries import (
    Entry,
    Item,
    Posting,
    RefusedEntry,
    parts,
    posted_letters,
    read_entries,
    sort_out,
)
from portal.domain.mailroom.printing.recalls.recall_list import found_posted
from portal.domain.requests.redeliveries.fulfilling import letters_posted

SHOWN_FAULTS = 20


@dataclass(frozen=True, slots=True)
class Posted:
    """What became of a posting: how many letters were posted.

    Of a file also how many rows were recorded before, and the rows that refused themselves.
    """

    letters: int
    recorded: int = 0
    refused: tuple[RefusedEntry, ...] = ()


def post_letters(work: Work, entries: Sequence[Entry], posting: Posting) -> Posted:
    """Record that letters were posted with these labels, all of them or none.

    Raises:
        InputError: a future day, a class without tracking numbers, or a letter or label that cannot
            be posted; the message names every faulty line.
    """
    _refuse_posting(work, posting)
    found = sort_out(work.session, entries, posting)
    again = _s("この手紙は、もう差し出してあります。")
    refused = [*found.refused, *(RefusedEntry(one.line, again) for one in found.recorded)]
    if refused:
        raise _refusal(refused)
    _store(work, found.good, posting)
    return Posted(len(found.good))


def post_file(work: Work, data: bytes, posting: Posting) -> Posted:
    """Record the posting of a file's letters; a row that cannot be posted refuses itself.

    The same file again, or one with the corrected rows, posts nothing twice.

    Raises:
        InputError: a future day, a class without tracking numbers, no such CSV, a file that ends
            within a row, or one with more rows that cannot be posted than others; the message
            names every faulty line, and nothing is recorded.
    """
    _refuse_posting(work, posting)
    entries = read_entries(data)
    found = sort_out(work.session, entries, posting)
    lines = {one.line for one in found.refused}
    was_cut = entries[-1].line in lines and not data.endswith(b"\n")
    if was_cut or len(lines) > len(found.good) + len(found.recorded):
        raise _refusal(found.refused)
    if found.good:
        _store(work, found.good, posting, refused=len(found.refused))
    return Posted(len(found.good), len(found.recorded), tuple(found.refused))


def _refusal(refused: Sequence[RefusedEntry]) -> InputError:
    ordered = sorted(refused, key=lambda one: one.line)
    if len(ordered) == 1:
        return InputError(ordered[0].sentence, code="posting")
    shown = "".join(f"\n- {one.sentence}" for one in ordered[:SHOWN_FAULTS])
    return InputError(
        _s(
            "差し出しを記録しませんでした(%(n)d件)。直してから、もう一度読み込んでください。%(lines)s"
        )
        % {"n": len(ordered), "lines": shown},
        code="posting",
    )


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


def _refuse_posting(work: Work, posting: Posting) -> None:
    _refuse_future(work, posting)
    if posting.mail_class not in MAIL or not MAIL[posting.mail_class].digits:
        raise InputError(_s("お問い合わせ番号のある郵便の種類を選んでください。"), code="posting")


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
            Letter.id.not_in(posted_letters()),
        )
        .order_by(Letter.id)
        .with_for_update()
    ).all()


def waiting(session: Session, run_id: int) -> int:
    """Return how many letters of a run are handed over and not yet posted."""
    letters = kind_of(session, run_id).table
    mine = [letters.print_run_id == run_id, letters.state == LetterState.HANDED_OVER]
    if letters is Letter:
        mine.append(Letter.id.not_in(posted_letters()))
    return session.scalar(select(func.count(letters.id)).where(*mine)) or 0


def _store(
    work: Work,
    pairs: Sequence[tuple[Item, str | None]],
    posting: Posting,
    *,
    refused: int = 0,
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
        refused=refused,
    )
    work.session.flush()
    for part in parts(followed):
        found_posted(work, [letter.id for letter, _label in part])
    for keys in parts(
        [letter.id for letter, _label in pairs if isinstance(letter, LetterWithoutId)]
    ):
        found_posted(work, keys, WITHOUT_ID)


def _ship(work: Work, pairs: Sequence[tuple[Letter, str | None]], posting: Posting) -> None:
    """Create a shipment for each letter with an ID; letters without an ID have none.

    Households that asked for their letter again hear now that it is on its way.
    """
    state = SHIPMENT.next(SHIPMENT.initial, "post")
    for part in parts(pairs):
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
    for household_ids in parts(asked):
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
