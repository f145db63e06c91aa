"""Open questions with the ward (協議事項).

Pre-filled ones and our own, answered with the ward's instruction (16(3)).
"""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import ConflictError, NotFoundError
from portal.domain.foundation.program.calendar import CallCenterCalendar
from portal.domain.foundation.texts import _s
from portal.domain.foundation.vault import Vault
from portal.domain.foundation.work import Work
from portal.domain.oversight.management.models import OpenQuestion
from portal.domain.oversight.management.sealed import read, seal_into
from portal.domain.oversight.management.states import QUESTION
from portal.domain.oversight.management.typed_texts import (
    LONG,
    NUMBER_MAX,
    SHORT,
    clean,
    of_the_ward,
    past_day,
    writer,
)

ANSWER_DAYS = 5
"""Business days after which a question to the ward that has no answer is brought up again.

The specification gives no
number; this is as long as the ward has for the slowest kind of a caller's question.
"""
FILE = Path(__file__).with_name("questions.toml")


@dataclass(frozen=True, slots=True)
class Default:
    """A question that comes with the software: where the specification leaves something open."""

    number: int
    title: str
    clause: str
    question: str


@dataclass(frozen=True, slots=True)
class Question:
    """One line of the list as it stands."""

    number: int
    clause: str
    title: str
    question: str
    state: str
    asked_on: date | None
    answer: str
    instruction_no: str | None
    instruction_on: date | None


@cache
def defaults() -> dict[int, Default]:
    """Return the questions that come with the software, by number."""
    with FILE.open("rb") as file:
        entries = tomllib.load(file)["question"]
    return {entry["number"]: Default(**entry) for entry in entries}


def questions(work: Work) -> list[Question]:
    """Return the whole list by number; what nobody touched is as it came."""
    rows = {row.number: row for row in work.session.scalars(select(OpenQuestion))}
    return [_shown(work.vault, number, rows.get(number)) for number in sorted({*defaults(), *rows})]


def question(work: Work, number: int) -> Question:
    """Return one question. Raises NotFoundError."""
    row = work.session.get(OpenQuestion, number)
    if row is None and number not in defaults():
        raise _missing()
    return _shown(work.vault, number, row)


def due_day(calendar: CallCenterCalendar, asked_on: date) -> date:
    """Return the business day (JST) until which the answer to a question is expected."""
    return calendar.business_days_after(asked_on, ANSWER_DAYS)


def overdue(work: Work, calendar: CallCenterCalendar) -> list[Question]:
    """Return the questions that the ward was asked and has not answered in time, the longest asked first."""
    rows = work.session.scalars(
        select(OpenQuestion)
        .where(OpenQuestion.state == QUESTION.initial, OpenQuestion.asked_on < jst_date(work.now))
        .order_by(OpenQuestion.asked_on, OpenQuestion.number)
    )
    return [
        _shown(work.vault, row.number, row)
        for row in rows
        if row.asked_on is not None and due_day(calendar, row.asked_on) < jst_date(work.now)
    ]


def _shown(vault: Vault, number: int, row: OpenQuestion | None) -> Question:
    known = defaults().get(number)
    texts = read(vault, row.wrapped_key, row.sealed, _place(number)) if row is not None else {}
    return Question(
        number,
        row.clause if row is not None and row.clause else known.clause if known else "",
        texts.get("title") or (known.title if known else ""),
        texts.get("question") or (known.question if known else ""),
        row.state if row is not None else QUESTION.initial,
        row.asked_on if row is not None else None,
        texts.get("answer", ""),
        row.instruction_no if row is not None else None,
        row.instruction_on if row is not None else None,
    )


def add(work: Work, title: str, clause: str, text: str) -> OpenQuestion:
    """Add a question of our own, under the next number.

    Raises:
        InputError: a text is missing or too long (the code names it).
        ConflictError: another question came at the same moment.
        NotAllowedError: the actor has no account.
    """
    writer(work.actor)
    values = {
        "title": clean(title, "title", most=SHORT),
        "question": clean(text, "question", most=LONG),
    }
    row = OpenQuestion(
        number=_next_number(work.session),
        clause=clean(clause, "clause", most=NUMBER_MAX, needed=False),
        state=QUESTION.initial,
    )
    seal_into(work.vault, row, _place(row.number), values)
    try:
        with work.session.begin_nested():
            work.session.add(row)
    except IntegrityError:
        raise ConflictError(
            _s("同じ時に、ほかの協議事項が登録されました。もう一度押してください。"),
            code="same_number",
        ) from None
    record(work, "question.added", "open_question", row.number)
    work.session.flush()
    return row


def ask(work: Work, number: int, day: date) -> OpenQuestion:
    """Note the day on which the ward was asked.

    Raises:
        NotFoundError: there is no such question.
        InputError: a day to come.
        WrongStateError: it is answered or closed.
        NotAllowedError: the actor has no account.
    """
    past_day(day, "day", work.now)
    by = writer(work.actor)
    row = _locked(work.session, number)
    row.state = QUESTION.next(row.state, "ask")
    row.asked_on, row.asked_by = day, by
    record(work, "question.asked", "open_question", number, day=day.isoformat())
    work.session.flush()
    return row


def answer(work: Work, number: int, text: str, instruction_no: str, day: date) -> OpenQuestion:
    """Answer as the ward, with the number and day of its instruction.

    An answer can be corrected until it is closed.

    Raises:
        NotFoundError: there is no such question.
        InputError: no answer, no number, or a day to come (the code names the field).
        NotAllowedError: the actor is not of the ward.
        WrongStateError: it is closed.
    """
    by = of_the_ward(work.actor)
    said = clean(text, "answer", most=LONG)
    found = clean(instruction_no, "instruction_no", most=NUMBER_MAX)
    past_day(day, "instruction_on", work.now)
    row = _locked(work.session, number)
    values = read(work.vault, row.wrapped_key, row.sealed, _place(number)) | {"answer": said}
    row.state = QUESTION.next(row.state, "answer")
    row.instruction_no, row.instruction_on, row.answered_by, row.answered_at = (
        found,
        day,
        by,
        work.now,
    )
    seal_into(work.vault, row, _place(number), values)
    record(
        work, "question.answered", "open_question", number, instruction=found, day=day.isoformat()
    )
    work.session.flush()
    return row


def close(work: Work, number: int) -> OpenQuestion:
    """Close an answered question.

    Raises NotFoundError, WrongStateError, NotAllowedError (no account).
    """
    return _move(work, number, "close")


def reopen(work: Work, number: int) -> OpenQuestion:
    """Open a question again; the former answer stays to be read. Raises as ``close``."""
    return _move(work, number, "reopen")


def _move(work: Work, number: int, action: str) -> OpenQuestion:
    writer(work.actor)
    row = _locked(work.session, number)
    row.state = QUESTION.next(row.state, action)
    row.closed_at = work.now if row.state == "closed" else None
    if action == "reopen":
        row.asked_on = row.asked_by = None  # nobody has asked the ward again yet
    record(work, f"question.{action}", "open_question", number)
    work.session.flush()
    return row


def _next_number(session: Session) -> int:
    highest = session.scalar(select(func.max(OpenQuestion.number))) or 0
    return max(highest, *defaults()) + 1


def _locked(session: Session, number: int) -> OpenQuestion:
    if number in defaults():
        insert = pg_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
        new = insert(OpenQuestion).values(number=number, clause="", state=QUESTION.initial)
        session.execute(new.on_conflict_do_nothing())
    row = session.scalar(
        select(OpenQuestion)
        .where(OpenQuestion.number == number)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise _missing()
    return row


def _missing() -> NotFoundError:
    return NotFoundError(_s("この協議事項は見つかりませんでした。"))


def _place(number: int) -> str:
    return f"open_question:{number}"
