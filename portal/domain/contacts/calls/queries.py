"""Queries of calls: one of them, a day's, and the households opened in a call."""

from datetime import date, datetime

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, bindparam, select
from sqlalchemy.orm import Session

from portal.domain.contacts.calls.finishing import LATER_DAYS, may_correct
from portal.domain.contacts.calls.models import Call, CallHousehold
from portal.domain.foundation.base import BigId
from portal.domain.foundation.clock import jst_date
from portal.domain.people.households.models import Household

PAGE = 20


def last_of(call_id: ColumnElement[int]) -> Select[int]:
    """Return the statement for the household opened last in a call, unless it is protected now."""
    return (
        select(CallHousehold.household_id)
        .join(Household, Household.id == CallHousehold.household_id)
        .where(CallHousehold.call_id == call_id, Household.protected.is_(False))
        .order_by(CallHousehold.id.desc())
        .limit(1)
    )


_LAST = last_of(bindparam("call_id", type_=BigId))


def opened_last(session: Session, call_id: int) -> int | None:
    """Return the household opened last in a call; None if it is protected now."""
    return session.scalar(_LAST, {"call_id": call_id})


def households_of(session: Session, call_id: int) -> list[CallHousehold]:
    """Return the records of the households opened in a call, in order, without protected ones."""
    return list(
        session.scalars(
            select(CallHousehold)
            .join(Household, Household.id == CallHousehold.household_id)
            .where(CallHousehold.call_id == call_id, Household.protected.is_(False))
            .order_by(CallHousehold.id)
            .limit(PAGE)
        )
    )


def household_ids_of(session: Session, call_id: int) -> set[int]:
    """Return the keys of all households opened in a call, protected ones included."""
    statement = select(CallHousehold.household_id).where(CallHousehold.call_id == call_id)
    return set(session.scalars(statement))


class DayOfCalls(Struct, frozen=True):
    """Whose calls of which JST day are listed; ``agent_id`` is None for everybody's."""

    day: date
    agent_id: int | None


def calls_of_day(session: Session, wanted: DayOfCalls, *, before: int = 0) -> list[Call]:
    """Return a page of calls and one more, newest first; ``before``: only smaller keys."""
    statement = select(Call).where(Call.day == wanted.day).order_by(Call.id.desc()).limit(PAGE + 1)
    if wanted.agent_id is not None:
        statement = statement.where(Call.agent_id == wanted.agent_id)
    if before:
        statement = statement.where(Call.id < before)
    return list(session.scalars(statement))


def undescribed(session: Session, agent_id: int, now: datetime) -> list[Call]:
    """Return a person's calls closed by rule that may still be described, oldest first."""
    statement = (
        select(Call)
        .where(
            Call.day >= jst_date(now - LATER_DAYS),
            Call.agent_id == agent_id,
            Call.closed_by_rule.is_(True),
            Call.category.is_(None),
        )
        .order_by(Call.id)
    )
    return [call for call in session.scalars(statement) if may_correct(call, now)][:PAGE]


def find_call(session: Session, call_id: int, *, agent_id: int | None) -> Call | None:
    """Return a call if it is this person's, or for ``agent_id`` None (who may see all) any call."""
    call = session.get(Call, call_id)
    return call if call is not None and agent_id in {None, call.agent_id} else None
