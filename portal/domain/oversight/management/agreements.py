"""Days and numbers that the specification leaves to an agreement with the ward.

When the telephone, the declines and the letters begin (6(2), 8(1), 7(4)1) and how long returned
mail is kept (7(4)3) stand in the program; here each stands beside the ward's answer that agreed it.
Whoever opens without that answer, or changes the program afterwards, is told.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from msgspec import Struct
from sqlalchemy import select

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import Labeled, _s
from portal.domain.foundation.typed_texts import of_the_ward
from portal.domain.foundation.work import Work
from portal.domain.oversight.management.models import Agreement, OpenQuestion
from portal.domain.oversight.management.states import QuestionState

SOON = timedelta(days=30)
"""How long before it opens an agreement is asked for: letters take four weeks to make."""


class AgreedKey(Labeled):
    """What is to be agreed, as staff and the ward read it."""

    CALL_CENTER = "call_center", lambda: _s("コールセンターを開く日")
    DECLINE = "decline", lambda: _s("辞退の受付を始める日")
    DELIVERY = "delivery", lambda: _s("配送を始める日")
    KEEP_DAYS = "keep_days", lambda: _s("戻った手紙を保管する日数")


class Standing(Labeled):
    """Whether what the program says is agreed."""

    AGREED = "agreed", lambda: _s("合意ずみ")
    CHANGED = "changed", lambda: _s("合意の後に変わった")
    MISSING = "missing", lambda: _s("合意がない")


class _Subject(Struct, frozen=True):
    """Where it is asked for, what the program says now, and from which day it counts."""

    clause: str
    value: Callable[[Program], str]
    opens: Callable[[Program], date]


SUBJECTS: Mapping[AgreedKey, _Subject] = {
    AgreedKey.CALL_CENTER: _Subject(
        "6(2)",
        lambda program: program.windows.call_center.first_day.isoformat(),
        lambda program: program.windows.call_center.first_day,
    ),
    AgreedKey.DECLINE: _Subject(
        "8(1)",
        lambda program: program.windows.decline.first_day.isoformat(),
        lambda program: program.windows.decline.first_day,
    ),
    AgreedKey.DELIVERY: _Subject(
        "7(4)①",
        lambda program: program.windows.delivery.first_day.isoformat(),
        lambda program: program.windows.delivery.first_day,
    ),
    AgreedKey.KEEP_DAYS: _Subject(
        "7(4)③",
        lambda program: str(program.requests.returned_keep_days),
        lambda program: program.windows.delivery.first_day,
    ),
}


class Agreed(Struct, frozen=True):
    """One of them: what the program says, what was agreed, and by which answer.

    ``is_open`` tells whether its day has come.
    """

    key: AgreedKey
    clause: str
    value: str
    opens: date
    agreed: str
    question: int | None
    instruction_no: str
    instruction_on: date | None
    standing: Standing
    is_open: bool
    is_near: bool

    @property
    def is_late(self) -> bool:
        """Whether it is open, or counts, without the ward's answer."""
        return self.is_open and self.standing is not Standing.AGREED

    @property
    def is_due(self) -> bool:
        """Whether the ward should be asked now."""
        return self.is_near and self.standing is not Standing.AGREED


def agreements(work: Work) -> list[Agreed]:
    """Return how all of them stand."""
    rows = {
        row.key: (row, question)
        for row, question in work.session.execute(
            select(Agreement, OpenQuestion).join(
                OpenQuestion, OpenQuestion.number == Agreement.question
            )
        )
    }
    return [_shown(work, key, rows.get(key)) for key in AgreedKey]


def late(work: Work) -> list[Agreed]:
    """Return what is open, or counts, without the ward's answer."""
    return [one for one in agreements(work) if one.is_late]


def _shown(work: Work, key: AgreedKey, found: tuple[Agreement, OpenQuestion] | None) -> Agreed:
    subject, today = SUBJECTS[key], jst_date(work.now)
    value, opens = subject.value(work.program), subject.opens(work.program)
    row, question = found if found is not None else (None, None)
    answered = question is not None and question.state != QuestionState.OPEN
    standing = Standing.MISSING
    if row is not None and answered:
        standing = Standing.AGREED if row.value == value else Standing.CHANGED
    return Agreed(
        key=key,
        clause=subject.clause,
        value=value,
        opens=opens,
        agreed=row.value if row is not None else "",
        question=row.question if row is not None else None,
        instruction_no=(question.instruction_no or "") if question is not None else "",
        instruction_on=question.instruction_on if question is not None else None,
        standing=standing,
        is_open=today >= opens,
        is_near=today >= opens - SOON,
    )


def answered(work: Work) -> list[int]:
    """Return the numbers of the questions that the ward answered, the newest answer first."""
    return list(
        work.session.scalars(
            select(OpenQuestion.number)
            .where(OpenQuestion.state != QuestionState.OPEN)
            .order_by(OpenQuestion.answered_at.desc(), OpenQuestion.number)
        )
    )


def agree(work: Work, key: str, number: int, seen: str) -> Agreement:
    """Record that an answer of the ward agreed what the program says now.

    Args:
        work: What it is done with; the actor is of the ward.
        key: What is agreed (``AgreedKey``).
        number: The question whose answer agreed it.
        seen: What the page showed, which must be what the program says.

    Raises:
        NotAllowedError: the actor is not of the ward.
        InputError: there is no such subject, the question is not answered, or the program says
            something else by now; the code names the field.
    """
    by, found = of_the_ward(work.actor), AgreedKey.known(key)
    if found is None:
        raise InputError(_s("決めることを選んでください。"), code="key")
    question = work.session.get(OpenQuestion, number, with_for_update=True, populate_existing=True)
    if question is None:
        raise InputError(_s("回答のある協議事項の番号を選んでください。"), code="question")
    if question.state == QuestionState.OPEN:
        raise InputError(_s("この協議事項には、まだ区の回答がありません。"), code="question")
    value = SUBJECTS[found].value(work.program)
    if value != seen:
        raise InputError(
            _s("事業の設定が変わりました。いまの値を見て、もう一度押してください。"),
            code="question",
        )
    row = work.session.get(Agreement, found.value, with_for_update=True, populate_existing=True)
    if row is None:
        row = Agreement(key=found.value)
        work.session.add(row)
    row.value, row.question = value, number
    row.agreed_by, row.agreed_at = by, work.now
    record(work, "agreement.agreed", "agreement", key=found.value, value=value, question=number)
    work.session.flush()
    return row
