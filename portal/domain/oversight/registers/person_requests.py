"""Requests of persons (disclosure, correction, stop): what is asked, decided, done, and when.

The ward answers the person (個人情報保護法 76, 90, 98); the contractor helps the ward, and answers
to it (specification 12②). The clock is the entry of the register (``kinds.ANSWER_AT_MOST``).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from msgspec import Struct
from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.texts import Labeled, _s, label_of
from portal.domain.oversight.registers.kinds import RegisterKind
from portal.domain.oversight.registers.models import PersonRequest, RegisterEntry
from portal.domain.oversight.registers.states import EntryState, PersonRequestState


class Wanted(Labeled):
    """What the person asks for."""

    DISCLOSURE = "disclosure", lambda: _s("開示（法76条）")
    CORRECTION = "correction", lambda: _s("訂正（法90条）")
    STOP = "stop", lambda: _s("利用停止・消去・提供の停止（法98条）")


class Outcome(Labeled):
    """What the ward decided."""

    TELL = "tell", lambda: _s("開示する（抄本を作る）")
    CORRECT = "correct", lambda: _s("訂正する")
    STOP = "stop", lambda: _s("利用を止める、または消去する")
    REFUSE = "refuse", lambda: _s("応じない（理由を書く。保有していない場合も）")


class Measure(Labeled):
    """What was done, each with a record that shows it."""

    EXTRACT = "extract", lambda: _s("抄本を作り、区に渡した")
    IMPORT = "import", lambda: _s("名簿の取り込みで、世帯の登録を直した")
    PRINT_TEXT = "print_text", lambda: _s("印字する文字を直した")
    HOLD = "hold", lambda: _s("世帯を保留にした（手紙もクーポンも止まる）")
    DISPOSED = "disposed", lambda: _s("世帯を廃棄した")


OUTCOMES: Mapping[Wanted, Sequence[Outcome]] = {
    Wanted.DISCLOSURE: (Outcome.TELL, Outcome.REFUSE),
    Wanted.CORRECTION: (Outcome.CORRECT, Outcome.REFUSE),
    Wanted.STOP: (Outcome.STOP, Outcome.REFUSE),
}
MEASURES: Mapping[Outcome, Sequence[Measure]] = {
    Outcome.TELL: (Measure.EXTRACT,),
    Outcome.CORRECT: (Measure.IMPORT, Measure.PRINT_TEXT),
    Outcome.STOP: (Measure.HOLD, Measure.DISPOSED),
    Outcome.REFUSE: (),
}
SEARCH_WITHIN = CARRY_OUT_WITHIN = TELL_WITHIN = timedelta(days=7)
"""After the day before. The law names the answer alone; these keep a week for each step."""
CLOSE_WITHIN = DECIDE_BEFORE = timedelta(days=14)
"""After the day on which the ward was told; before the last day of the answer."""


class Reminder(Struct, frozen=True):
    """What is to be done about a request; ``late`` if it should be done already."""

    late: bool
    sentence: str


def reminders(session: Session, today: date) -> Iterator[Reminder]:
    """Yield what the requests wait for, by their steps."""
    rows = session.execute(
        select(RegisterEntry, PersonRequest)
        .outerjoin(PersonRequest, PersonRequest.entry_id == RegisterEntry.id)
        .where(_waits())
        .order_by(RegisterEntry.day, RegisterEntry.id)
    )
    for entry, row in rows:
        found = _reminder(entry, row, today)
        if found is not None:
            yield found


def _waits() -> ColumnElement[bool]:
    return and_(
        RegisterEntry.kind == RegisterKind.DISCLOSURE, RegisterEntry.state == EntryState.WAITING
    )


def _reminder(entry: RegisterEntry, row: PersonRequest | None, today: date) -> Reminder | None:
    said = {"number": entry.number or "", "day": entry.until.isoformat() if entry.until else ""}
    state = row.state if row is not None else PersonRequestState.RECEIVED
    if state in (PersonRequestState.RECEIVED, PersonRequestState.SEARCH_ASKED):
        late = today > entry.day + SEARCH_WITHIN
        return Reminder(late, _s("請求 %(number)s の世帯を、ふたりでさがしてください。") % said)
    if row is None or state in (PersonRequestState.SEARCHED, PersonRequestState.DECISION_ASKED):
        near = entry.until is not None and today >= entry.until - DECIDE_BEFORE
        text = _s("請求 %(number)s を、%(day)s までに区が決めて、本人に答えます。") % said
        return Reminder(near, text)
    if state == PersonRequestState.DECIDED:
        late = today > (row.decision_on or today) + CARRY_OUT_WITHIN
        return Reminder(late, _s("請求 %(number)s の区の決定を、実施してください。") % said)
    if state == PersonRequestState.CARRIED_OUT:
        done = jst_date(row.done_at) if row.done_at is not None else today
        late = today > done + TELL_WITHIN
        return Reminder(late, _s("請求 %(number)s で実施したことを、区に伝えてください。") % said)
    if state == PersonRequestState.TOLD:
        late = today > (row.told_on or today) + CLOSE_WITHIN
        return Reminder(late, _s("請求 %(number)s を、区が確認して終わらせてください。") % said)
    return None


def in_the_way_of(session: Session, household_id: int) -> int:
    """Count the open requests that a household's disposal would take something from.

    One about another family is not; one that has not been searched for may be about this one. What
    the ward decided to stop is carried out by the disposal itself.
    """
    stopped = and_(
        PersonRequest.household_id == household_id,
        PersonRequest.outcome == Outcome.STOP,
        PersonRequest.state.in_(
            (PersonRequestState.DECIDED, PersonRequestState.CARRIED_OUT, PersonRequestState.TOLD)
        ),
    )
    searched = PersonRequest.searched_at.is_not(None)
    elsewhere = and_(
        searched,
        or_(PersonRequest.household_id.is_(None), PersonRequest.household_id != household_id),
    )
    harmless = exists().where(PersonRequest.entry_id == RegisterEntry.id, or_(stopped, elsewhere))
    statement = select(func.count(RegisterEntry.id)).where(_waits(), ~harmless)
    return session.scalar(statement) or 0


class Line(Struct, frozen=True):
    """A request in the list and in the report; without whom it is about.

    ``request`` is None for an entry of the register whose steps have not begun.
    """

    entry: int
    request: int | None
    number: str
    day: date
    until: date | None
    kind: Wanted | None
    state: str
    state_name: str
    outcome: Outcome | None
    open: bool


def lines(session: Session) -> Sequence[Line]:
    """Return all requests, those that wait first, then by the last day for the answer."""
    rows = session.execute(
        select(RegisterEntry, PersonRequest)
        .outerjoin(PersonRequest, PersonRequest.entry_id == RegisterEntry.id)
        .where(RegisterEntry.kind == RegisterKind.DISCLOSURE)
        .order_by(RegisterEntry.until, RegisterEntry.id)
    )
    found = [_line(entry, row) for entry, row in rows]
    return sorted(found, key=lambda one: not one.open)


def _line(entry: RegisterEntry, row: PersonRequest | None) -> Line:
    waits = entry.state == EntryState.WAITING
    if row is not None:
        state, name = row.state, label_of(PersonRequestState, row.state)
    elif waits:
        state = PersonRequestState.RECEIVED.value
        name = PersonRequestState.RECEIVED.label
    else:
        state, name = "", label_of(EntryState, entry.state)
    return Line(
        entry.id,
        row.id if row is not None else None,
        entry.number or "",
        entry.day,
        entry.until,
        Wanted(row.kind) if row is not None else None,
        state,
        name,
        # what is only proposed is no decision yet
        Outcome(row.outcome) if row is not None and row.outcome and row.decided_by else None,
        waits,
    )
