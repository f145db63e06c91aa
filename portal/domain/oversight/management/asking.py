"""Changes to the open questions: add, ask, answer, close and reopen."""

from datetime import date

from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.domain.foundation.approvals.services import Instruction
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import ConflictError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.typed_texts import (
    LONG,
    NUMBER_MAX,
    SHORT,
    of_the_ward,
    optional,
    past_day,
    required,
    writer,
)
from portal.domain.foundation.work import Work
from portal.domain.oversight.management.models import OpenQuestion
from portal.domain.oversight.management.questions import defaults, question_missing, question_place
from portal.domain.oversight.management.sealed import opened_values, sealed_values
from portal.domain.oversight.management.states import CLOSED, QUESTION


class NewQuestion(Struct, frozen=True):
    """A question of our own as typed, and the clause that it is about or ""."""

    title: str
    clause: str
    text: str


class Answer(Struct, frozen=True):
    """The ward's answer as typed, given by a written instruction."""

    text: str
    instruction: Instruction


def add(work: Work, new: NewQuestion) -> OpenQuestion:
    """Add a question of our own under the next number.

    Raises:
        InputError: a text is missing or too long; the code names it.
        ConflictError: another question was added at the same time.
        NotAllowedError: the actor has no account.
    """
    writer(work.actor)
    values = {
        "title": required(new.title, "title", SHORT),
        "question": required(new.text, "question", LONG),
    }
    row = OpenQuestion(
        number=_next_number(work.session),
        clause=optional(new.clause, "clause", NUMBER_MAX),
        state=QUESTION.initial,
    )
    place = question_place(row.number)
    row.wrapped_key, row.sealed = sealed_values(work.vault, place, values)
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
    """Record the day (JST) on which the ward was asked.

    Raises:
        NotFoundError: there is no such question.
        InputError: the day is in the future.
        WrongStateError: the question is answered or closed.
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


def answer(work: Work, number: int, given: Answer) -> OpenQuestion:
    """Record the ward's answer, with the number and day of its instruction.

    An answer can be corrected until the question is closed.

    Raises:
        NotFoundError: there is no such question.
        InputError: the answer or the number is missing, or the day is in the future; the code names
            the field.
        NotAllowedError: the actor is not of the ward.
        WrongStateError: the question is closed.
    """
    by = of_the_ward(work.actor)
    text = required(given.text, "answer", LONG)
    instruction_no = required(given.instruction.number, "instruction_no", NUMBER_MAX)
    day = past_day(given.instruction.day, "instruction_on", work.now)
    row, place = _locked(work.session, number), question_place(number)
    values = opened_values(work.vault, place, row) | {"answer": text}
    row.state = QUESTION.next(row.state, "answer")
    row.instruction_no, row.instruction_on = instruction_no, day
    row.answered_by, row.answered_at = by, work.now
    row.wrapped_key, row.sealed = sealed_values(work.vault, place, values)
    record(
        work,
        "question.answered",
        "open_question",
        number,
        instruction=instruction_no,
        day=day.isoformat(),
    )
    work.session.flush()
    return row


def close(work: Work, number: int) -> OpenQuestion:
    """Close an answered question.

    Raises NotFoundError, WrongStateError, NotAllowedError (no account).
    """
    return _move(work, number, "close")


def reopen(work: Work, number: int) -> OpenQuestion:
    """Reopen a question; its former answer stays readable. Raises as ``close``."""
    return _move(work, number, "reopen")


def _move(work: Work, number: int, action: str) -> OpenQuestion:
    writer(work.actor)
    row = _locked(work.session, number)
    row.state = QUESTION.next(row.state, action)
    row.closed_at = work.now if row.state == CLOSED else None
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
        raise question_missing()
    return row
