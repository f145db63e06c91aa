"""The list of open questions with the ward (協議事項).

Some come with the software, others are added; the ward answers by instruction (16(3)).
"""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from msgspec import Struct
from sqlalchemy import select

from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.program.calendar import CallCenterCalendar
from portal.domain.foundation.program.deadlines import WindowKind
from portal.domain.foundation.program.eligibility import ADULT_SCHOOL_AGE, reaches_age_on
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _s
from portal.domain.foundation.wareki import format_wareki
from portal.domain.foundation.work import Work
from portal.domain.oversight.management.models import OpenQuestion
from portal.domain.oversight.management.sealed import opened_values
from portal.domain.oversight.management.states import QUESTION, QuestionState

ANSWER_DAYS = 5
"""Business days after which an unanswered question to the ward is brought up again.

The specification gives no number; this is as long as the ward has for the slowest kind of a
caller's question.
"""
FILE = Path(__file__).with_name("questions.toml")


class Default(Struct, frozen=True):
    """A question that comes with the software, because the specification leaves something open.

    ``adults`` marks one that only concerns a program in which somebody may turn 18.
    """

    number: int
    title: str
    clause: str
    question: str
    adults: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """One question of the list in its current state."""

    number: int
    clause: str
    title: str
    question: str
    state: QuestionState
    asked_on: date | None
    answer: str
    instruction_no: str | None
    instruction_on: date | None

    @property
    def is_open(self) -> bool:
        """Whether the ward has not answered yet."""
        return self.state is QuestionState.OPEN

    @property
    def is_answered(self) -> bool:
        """Whether the ward answered, and the question is not closed yet."""
        return self.state is QuestionState.ANSWERED

    @property
    def is_closed(self) -> bool:
        """Whether nothing is left to do."""
        return self.state is QuestionState.CLOSED


@cache
def defaults() -> dict[int, Default]:
    """Return the questions that come with the software, by number."""
    with FILE.open("rb") as file:
        entries = tomllib.load(file)["question"]
    return {entry["number"]: Default(**entry) for entry in entries}


def questions(work: Work) -> list[Question]:
    """Return all questions by number; one that nobody has edited is returned as it came."""
    rows = {row.number: row for row in work.session.scalars(select(OpenQuestion))}
    own = {number for number, one in defaults().items() if _concerns(one, work.program)}
    return [_shown(work, number, rows.get(number)) for number in sorted({*own, *rows})]


def question(work: Work, number: int) -> Question:
    """Return one question. Raises NotFoundError."""
    row = work.session.get(OpenQuestion, number)
    if row is None and number not in defaults():
        raise question_missing()
    return _shown(work, number, row)


def _concerns(known: Default, program: Program) -> bool:
    eldest = reaches_age_on(program.birth_from, ADULT_SCHOOL_AGE)
    return not known.adults or eldest <= program.contract.last_day


def due_day(calendar: CallCenterCalendar, asked_on: date) -> date:
    """Return the last business day (JST) for the answer to a question, as the contract counts."""
    return calendar.filed.business_days_after(asked_on, ANSWER_DAYS)


def overdue(work: Work, calendar: CallCenterCalendar) -> list[Question]:
    """Return the questions that the ward has not answered in time, the longest asked first."""
    rows = work.session.scalars(
        select(OpenQuestion)
        .where(OpenQuestion.state == QUESTION.initial, OpenQuestion.asked_on < jst_date(work.now))
        .order_by(OpenQuestion.asked_on, OpenQuestion.number)
    )
    return [
        _shown(work, row.number, row)
        for row in rows
        if row.asked_on is not None and due_day(calendar, row.asked_on) < jst_date(work.now)
    ]


def _shown(work: Work, number: int, row: OpenQuestion | None) -> Question:
    known = defaults().get(number)
    texts = opened_values(work.vault, question_place(number), row) if row is not None else {}
    return Question(
        number,
        row.clause if row is not None and row.clause else known.clause if known else "",
        texts.get("title") or (known.title if known else ""),
        texts.get("question") or (known.question % _values(work.program) if known else ""),
        QuestionState(row.state) if row is not None else QuestionState.OPEN,
        row.asked_on if row is not None else None,
        texts.get("answer", ""),
        row.instruction_no if row is not None else None,
        row.instruction_on if row is not None else None,
    )


def _values(program: Program) -> dict[str, str]:
    """Return what the program's settings say, for the texts of the questions."""
    windows, calendar = program.windows, program.calendar
    redelivery = next(rule for rule in program.request_rules if rule.kind is WindowKind.REDELIVERY)
    days = {
        "base": program.base_date,
        "first": program.birth_from,
        "last": program.birth_to,
        "call_center_to": windows.call_center.last_day,
        "delivery_to": windows.delivery.last_day,
        "telephone_to": calendar.last_staffed_day() or windows.call_center.last_day,
        "posting_to": redelivery.last_posting_day(calendar),
        "contract_to": program.contract.last_day,
    }
    return {name: format_wareki(day) for name, day in days.items()} | {
        "post_days": str(redelivery.post_days),
        "storage_days": str(redelivery.storage_days),
        "report_due": str(program.calls.report_due_day),
    }


def question_missing() -> NotFoundError:
    """Return the error for a question that does not exist."""
    return NotFoundError(_s("この協議事項は見つかりませんでした。"))


def question_place(number: int) -> str:
    """Return the context to which a question's sealed texts are bound."""
    return f"open_question:{number}"
