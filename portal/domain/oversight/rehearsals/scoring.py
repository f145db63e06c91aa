"""Score a rehearsal by what stands in the records of its calls; words are not judged."""

from collections.abc import Callable, Mapping

from msgspec import Struct
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from portal.domain.contacts.calls.models import Call, CallHousehold, VerificationAttempt
from portal.domain.contacts.calls.states import ENDED
from portal.domain.contacts.escalations.kinds import EscalationKind
from portal.domain.contacts.escalations.models import CallBack, Escalation
from portal.domain.contacts.escalations.sealed import question_of
from portal.domain.desk.call_desk.models import DeskAct
from portal.domain.foundation.work import Work
from portal.domain.oversight.rehearsals.models import Rehearsal
from portal.domain.oversight.rehearsals.scenarios import Point, Scenario

TRIES = 2
"""How often a caller may say the items again in good faith."""


class Played(Struct, frozen=True):
    """What the records say of the calls of a rehearsal.

    Attributes:
        languages: The languages of the calls.
        ended: Whether there is a call and all of them were written up.
        opened: How many households were opened.
        tries: How many tries to verify failed.
        passed: Whether one succeeded.
        acts: How many acts were carried out.
        kinds: Of which kinds questions were passed to the ward.
        numbers: How many call-backs were promised, or numbers given to the ward.
    """

    languages: frozenset[str]
    ended: bool
    opened: int
    tries: int
    passed: bool
    acts: int
    kinds: frozenset[str]
    numbers: int


def played(work: Work, row: Rehearsal) -> Played:
    """Read the calls that the person began since the rehearsal was begun."""
    session = work.session
    calls = session.scalars(
        select(Call).where(Call.agent_id == row.staff_id, Call.started_at >= row.begun_at)
    ).all()
    keys = [call.id for call in calls]
    tries = session.scalars(
        select(VerificationAttempt.passed).where(VerificationAttempt.call_id.in_(keys))
    ).all()
    asked = session.scalars(select(Escalation).where(Escalation.call_id.in_(keys))).all()
    promised = _count(session, CallBack.call_id.in_(keys))
    promised += _count(
        session, CallHousehold.call_id.in_(keys), CallHousehold.call_back_asked_at.is_not(None)
    )
    return Played(
        frozenset(call.language for call in calls),
        bool(calls) and all(call.state == ENDED and call.category for call in calls),
        _count(session, CallHousehold.call_id.in_(keys)),
        tries.count(False),
        any(tries),
        _count(session, DeskAct.call_id.in_(keys)),
        frozenset(one.kind for one in asked),
        promised + sum(bool(question_of(work.vault, one).telephone) for one in asked),
    )


def _count(session: Session, *conditions: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).where(*conditions)) or 0


_MET: Mapping[Point, Callable[[Played], bool]] = {
    Point.WRITTEN_UP: lambda seen: seen.ended,
    Point.NOT_OPENED: lambda seen: seen.opened == 0,
    Point.PROTECTION: lambda seen: EscalationKind.PROTECTION in seen.kinds,
    Point.ACCIDENT: lambda seen: EscalationKind.ACCIDENT in seen.kinds,
    Point.NO_NUMBER: lambda seen: seen.numbers == 0,
    Point.CHECKED: lambda seen: seen.tries > 0,
    Point.FEW_TRIES: lambda seen: seen.tries <= TRIES and not seen.passed,
    Point.NO_ACT: lambda seen: seen.acts == 0,
}


def points_met(scenario: Scenario, seen: Played) -> list[Point]:
    """Return the points of a scenario that the records show, in the scenario's order.

    Without any call nothing is met: who does nothing does nothing wrong either.
    """
    if not seen.languages:
        return []
    return [
        point
        for point in scenario.points
        if (seen.languages == {scenario.language} if point is Point.LANGUAGE else _MET[point](seen))
    ]
