"""Questions passed to the ward, as a monthly call report lists them."""

from datetime import date

from msgspec import Struct
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from portal.domain.contacts.escalations.kinds import EscalationKind
from portal.domain.contacts.escalations.models import Escalation, EscalationAnswer
from portal.domain.contacts.escalations.states import OPEN, WITHDRAWN, EscalationState
from portal.domain.foundation.clock import day_end, day_start, jst_date


class EscalationLine(Struct, frozen=True):
    """One question passed to the ward.

    ``answered_on`` and ``instruction_no`` are those of its newest answer.
    """

    raised_on: date
    kind: EscalationKind
    due_on: date
    state: EscalationState
    answered_on: date | None
    instruction_no: str


def passed_on(first: date, last: date) -> tuple[ColumnElement[bool], ...]:
    """Return the condition for questions passed to the ward from ``first`` to ``last``.

    The sum and the table share it.
    """
    return (
        Escalation.raised_at >= day_start(first),
        Escalation.raised_at < day_end(last),
        Escalation.state != WITHDRAWN,
    )


def escalation_lines(session: Session, first: date, last: date) -> tuple[EscalationLine, ...]:
    """Return the questions passed to the ward from ``first`` to ``last``.

    Earlier ones are included if they were answered in the period or are still open.
    """
    begin, end = day_start(first), day_end(last)
    newest = select(func.max(EscalationAnswer.id)).group_by(EscalationAnswer.escalation_id)
    answered_here = and_(EscalationAnswer.answered_at >= begin, EscalationAnswer.answered_at < end)
    rows = session.execute(
        select(Escalation, EscalationAnswer)
        .outerjoin(
            EscalationAnswer,
            and_(EscalationAnswer.escalation_id == Escalation.id, EscalationAnswer.id.in_(newest)),
        )
        .where(
            or_(
                and_(*passed_on(first, last)),
                and_(
                    Escalation.raised_at < begin,
                    Escalation.state != WITHDRAWN,
                    or_(answered_here, Escalation.state == OPEN),
                ),
            )
        )
        .order_by(Escalation.raised_at, Escalation.id)
    )
    return tuple(_escalation(row, answer) for row, answer in rows)


def _escalation(row: Escalation, answer: EscalationAnswer | None) -> EscalationLine:
    return EscalationLine(
        raised_on=jst_date(row.raised_at),
        kind=EscalationKind(row.kind),
        due_on=row.due_on,
        state=EscalationState(row.state),
        answered_on=jst_date(answer.answered_at) if answer is not None else None,
        instruction_no=(answer.instruction_no or "") if answer is not None else "",
    )
