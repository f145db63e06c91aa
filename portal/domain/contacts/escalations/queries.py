"""Queries of questions to the ward: by due day, one of them, and answers as evidence."""

from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from portal.domain.contacts.escalations.answering import read_instruction_no
from portal.domain.contacts.escalations.kinds import EscalationKind
from portal.domain.contacts.escalations.models import Escalation, EscalationAnswer
from portal.domain.contacts.escalations.services import WARD_ONLY_KINDS
from portal.domain.contacts.escalations.states import ESCALATION, WITHDRAWN
from portal.domain.people.households.models import Household
from portal.domain.people.pauses.queries import paused_questions

PAGE = 20


class Reader(Struct, frozen=True):
    """What a person may read: with ``knows_protected``, everything.

    ``own`` is the key of a person who may read only what this person raised.
    """

    knows_protected: bool
    own: int | None = None

    def may_read(self, row: Escalation) -> bool:
        """Return whether question and answer may be shown, not only that they exist."""
        return self.knows_protected or row.kind not in WARD_ONLY_KINDS


class Evidence(Struct, frozen=True):
    """An answer of the ward with an instruction, as shown to people who approve something."""

    escalation_id: int
    receipt_no: str
    kind: str
    household_id: int | None
    instruction_no: str
    instruction_date: date | None
    source: str
    answered_at: datetime
    scan_id: int | None


class KindCount(Struct, frozen=True):
    """Questions of one kind in a period: raised in it, answered in it, still open at its end."""

    kind: str
    raised: int
    answered: int
    open: int


def _visible(reader: Reader) -> ColumnElement[bool]:
    seen = or_(
        Escalation.household_id.is_(None),
        Household.protected.in_([True, False] if reader.knows_protected else [False]),
    )
    return seen if reader.own is None else and_(seen, Escalation.raised_by == reader.own)


def _rows(reader: Reader) -> Select[Escalation]:
    return (
        select(Escalation)
        .outerjoin(Household, Household.id == Escalation.household_id)
        .where(_visible(reader))
    )


class ListedQuestions(Struct, frozen=True):
    """Which questions are listed: of a state and kind (all if empty), and the page, from 1.

    ``due_before``: only those due before this day (JST). ``paused``: only those for which nothing
    goes out to the household now, whatever their state.
    """

    state: str = ""
    kind: str = ""
    page: int = 1
    due_before: date | None = None
    paused: bool = False


def escalations(session: Session, reader: Reader, listed: ListedQuestions) -> list[Escalation]:
    """Return a page of questions and one more, the first due first."""
    statement = _rows(reader)
    if listed.state:
        statement = statement.where(Escalation.state == listed.state)
    if listed.kind:
        statement = statement.where(Escalation.kind == listed.kind)
    if listed.due_before is not None:
        statement = statement.where(Escalation.due_on < listed.due_before)
    if listed.paused:
        statement = statement.where(Escalation.id.in_(paused_questions()))
    ordered = statement.order_by(Escalation.due_on, Escalation.id)
    start = (max(1, listed.page) - 1) * PAGE
    return list(session.scalars(ordered.offset(start).limit(PAGE + 1)))


def open_rows(session: Session, reader: Reader, *, limit: int) -> list[Escalation]:
    """Return the open questions for a sheet, the first due first, locked in this transaction."""
    statement = _rows(reader).where(Escalation.state == ESCALATION.initial)
    ordered = statement.order_by(Escalation.due_on, Escalation.id).limit(limit)
    return list(session.scalars(ordered.with_for_update(of=Escalation)))


def state_counts(session: Session, reader: Reader) -> dict[str, int]:
    """Return the number of questions in each state."""
    inner = _rows(reader).subquery()
    rows = session.execute(select(inner.c.state, func.count()).group_by(inner.c.state))
    return {state: int(count) for state, count in rows}


def overdue(session: Session, reader: Reader, today: date) -> int:
    """Return the number of open questions that were due before today (JST)."""
    late = _rows(reader).where(Escalation.state == ESCALATION.initial, Escalation.due_on < today)
    return session.scalar(select(func.count()).select_from(late.subquery())) or 0


def visible_escalation(session: Session, escalation_id: int, reader: Reader) -> Escalation | None:
    """Return a question; None if there is none that the reader may know of."""
    return session.scalar(_rows(reader).where(Escalation.id == escalation_id))


def by_receipt(session: Session, receipt_no: str, reader: Reader) -> Escalation | None:
    """Return the question with a receipt number; None if there is none the reader may know of."""
    return session.scalar(_rows(reader).where(Escalation.receipt_no == receipt_no))


def answers_of(session: Session, escalation_id: int) -> list[EscalationAnswer]:
    """Return the answers to a question, newest first."""
    statement = select(EscalationAnswer).where(EscalationAnswer.escalation_id == escalation_id)
    return list(session.scalars(statement.order_by(EscalationAnswer.id.desc())))


def of_call(session: Session, call_id: int) -> list[Escalation]:
    """Return the questions passed to the ward from a call."""
    return list(
        session.scalars(
            select(Escalation).where(Escalation.call_id == call_id).order_by(Escalation.id)
        )
    )


def by_instruction(session: Session, number: str, reader: Reader) -> list[Evidence]:
    """Return the ward's answers with an instruction's number, newest first.

    Nothing for an empty number.
    """
    wanted = read_instruction_no(number)
    return _evidence(session, EscalationAnswer.instruction_no == wanted, reader) if wanted else []


def instructions_for(session: Session, household_id: int, reader: Reader) -> list[Evidence]:
    """Return the ward's answers about a household that carry an instruction, newest first."""
    return _evidence(session, Escalation.household_id == household_id, reader)


def _evidence(session: Session, condition: ColumnElement[bool], reader: Reader) -> list[Evidence]:
    rows = session.execute(
        select(Escalation, EscalationAnswer)
        .join(EscalationAnswer, EscalationAnswer.escalation_id == Escalation.id)
        .outerjoin(Household, Household.id == Escalation.household_id)
        .where(condition, EscalationAnswer.instruction_no.is_not(None), _visible(reader))
        .order_by(EscalationAnswer.id.desc())
        .limit(PAGE)
    )
    return [
        Evidence(
            row.id,
            row.receipt_no,
            row.kind,
            row.household_id,
            found.instruction_no or "",
            found.instruction_date,
            found.source,
            found.answered_at,
            found.scan_id,
        )
        for row, found in rows
    ]


def counts_by_kind(session: Session, start: datetime, end: datetime) -> Sequence[KindCount]:
    """Return the questions of every kind in a period (``end`` exclusive), for monthly reports."""
    raised = _per_kind(session, Escalation.raised_at >= start, Escalation.raised_at < end)
    given = _first_answers(start, end)
    answered = _per_kind(session, Escalation.id.in_(given))
    before = _first_answers(None, end)
    taken_back = and_(Escalation.state == WITHDRAWN, Escalation.ended_at < end)
    still = _per_kind(
        session, Escalation.raised_at < end, Escalation.id.not_in(before), ~taken_back
    )
    return [
        KindCount(kind, raised.get(kind, 0), answered.get(kind, 0), still.get(kind, 0))
        for kind in EscalationKind
    ]


def _first_answers(start: datetime | None, end: datetime) -> Select[int]:
    first = func.min(EscalationAnswer.answered_at)
    statement = (
        select(EscalationAnswer.escalation_id)
        .group_by(EscalationAnswer.escalation_id)
        .having(first < end)
    )
    return statement.having(first >= start) if start is not None else statement


def _per_kind(session: Session, *conditions: ColumnElement[bool]) -> dict[str, int]:
    rows = session.execute(
        select(Escalation.kind, func.count()).where(*conditions).group_by(Escalation.kind)
    )
    return {kind: int(count) for kind, count in rows}
