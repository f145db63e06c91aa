"""Record what happens to printed letters without an ID: taken out, posted, arrived, returned."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import ConflictError, InputError, NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.letters.letters.models import LetterWithoutId
from portal.domain.letters.letters.states import LETTER_WITHOUT_ID, TEST_POSTING

SUBJECT = LETTER_WITHOUT_ID.name


def locked(session: Session, letter_id: int) -> LetterWithoutId:
    """Return the row, read anew and locked to the end of the transaction.

    Raises:
        NotFoundError: no letter has this key.
    """
    row = session.get(LetterWithoutId, letter_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFoundError(_s("この手紙は見つかりませんでした。"))
    return row


def by_numbers(session: Session, numbers: Sequence[str]) -> dict[str, LetterWithoutId]:
    """Return the letters with these numbers, by number, locked."""
    rows = session.scalars(
        select(LetterWithoutId)
        .where(LetterWithoutId.number.in_(numbers))
        .order_by(LetterWithoutId.id)
        .with_for_update()
    )
    return {row.number: row for row in rows}


def run_without_id(session: Session, number: str) -> int | None:
    """Return the print run of a letter without an ID; None if no such letter has the number."""
    return session.scalar(
        select(LetterWithoutId.print_run_id).where(LetterWithoutId.number == number)
    )


def of_run(session: Session, run_id: int, limit: int) -> list[LetterWithoutId]:
    """Return a run's letters in the order of files and pages, without those never printed."""
    return list(
        session.scalars(
            select(LetterWithoutId)
            .where(LetterWithoutId.print_run_id == run_id, LetterWithoutId.printed_at.is_not(None))
            .order_by(LetterWithoutId.chunk_number, LetterWithoutId.position)
            .limit(limit)
        )
    )


def take_out(work: Work, letter_id: int, *, reason: str) -> None:
    """Cancel a letter before it goes out; ``reason`` is a code word.

    Raises:
        NotFoundError: no letter has this key.
        WrongStateError: it was posted already.
    """
    _step(work, locked(work.session, letter_id), "cancel", reason=reason)
    work.session.flush()


def post(
    work: Work, row: LetterWithoutId, day: date, mail_class: str, tracking_no: str | None
) -> None:
    """Record that a locked letter went to the post on ``day`` (JST); the caller flushes.

    Raises:
        WrongStateError: not possible from its state.
    """
    row.posted_on, row.mail_class, row.tracking_no = day, mail_class, tracking_no
    _step(work, row, "post", mail_class=mail_class, day=day.isoformat())


def end(work: Work, letter_id: int, action: str, day: date) -> LetterWithoutId:
    """Record that a letter arrived (``arrive``) or came back (``come_back``) on ``day`` (JST).

    Raises:
        NotFoundError: no letter has this key.
        InputError: a day in the future, or before it was posted.
        ConflictError: nobody can know that a letter to a household arrived.
        WrongStateError: it is not on its way.
    """
    row = locked(work.session, letter_id)
    LETTER_WITHOUT_ID.next(row.state, action)
    if action == "arrive" and row.kind != TEST_POSTING:
        raise ConflictError(_s("到着を記録するのは、試し送りの手紙だけです。"))
    if day > jst_date(work.now) or (row.posted_on is not None and day < row.posted_on):
        raise InputError(_s("差し出した日から今日までの日付を入力してください。"), code="day")
    row.ended_on = day
    _step(work, row, action, day=day.isoformat())
    work.session.flush()
    return row


def _step(work: Work, row: LetterWithoutId, action: str, **detail: Any) -> None:
    row.state = LETTER_WITHOUT_ID.next(row.state, action)
    record(work, f"{SUBJECT}.{action}", SUBJECT, row.id, household_id=row.household_id, **detail)
