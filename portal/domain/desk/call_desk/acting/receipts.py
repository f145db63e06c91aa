"""Queries of acts: of a call, of a person, of a household, about a task."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.contacts.calls.models import Call
from portal.domain.desk.call_desk.models import DeskAct
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.people.households.models import Household
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.states import RequestState

MOST = 100


def acts_in_call(session: Session, call_id: int, household_id: int) -> Sequence[DeskAct]:
    """Return the acts for a household in a call, oldest first."""
    statement = select(DeskAct).where(
        DeskAct.call_id == call_id, DeskAct.household_id == household_id
    )
    return session.scalars(statement.order_by(DeskAct.id).limit(MOST)).all()


def acts_of_call(session: Session, call_id: int) -> Sequence[DeskAct]:
    """Return the acts of a call, oldest first, without households that are protected now."""
    statement = (
        select(DeskAct)
        .join(Household, Household.id == DeskAct.household_id)
        .where(DeskAct.call_id == call_id, Household.protected.is_(False))
    )
    return session.scalars(statement.order_by(DeskAct.id).limit(MOST)).all()


def own_act(work: Work, act_id: int, household_id: int) -> tuple[DeskAct, Call]:
    """Return an act of the actor for a household, with its call.

    Raises:
        NotFoundError: there is no such act, or another person did it.
    """
    row = work.session.get(DeskAct, act_id)
    if row is None or row.household_id != household_id or row.done_by != work.actor.id:
        raise NotFoundError(_s("この受付は見つかりませんでした。"))
    return row, work.session.get_one(Call, row.call_id)


def is_asked_back(session: Session, act: DeskAct) -> bool:
    """Return whether an act's request waits for the account owner's confirmation."""
    if act.subject != "request":
        return False
    state = session.scalar(select(Request.state).where(Request.id == act.subject_id))
    return state == RequestState.WITH_RESIDENT


def acts_of_household(session: Session, household_id: int) -> Sequence[DeskAct]:
    """Return the acts for a household, newest first; each receipt number once."""
    rows = session.scalars(
        select(DeskAct)
        .where(DeskAct.household_id == household_id)
        .order_by(DeskAct.id.desc())
        .limit(MOST)
    )
    return list({(row.act, row.receipt_no): row for row in reversed(rows.all())}.values())[::-1]


def act_about(session: Session, subject: str, subject_id: int) -> DeskAct | None:
    """Return the act that made a request or task; None if it did not come from the call desk."""
    return session.scalar(
        select(DeskAct)
        .where(DeskAct.subject == subject, DeskAct.subject_id == subject_id)
        .order_by(DeskAct.id)
        .limit(1)
    )
