"""Reads requests: a household's own, and the paper forms of them."""

from sqlalchemy import ColumnElement, SQLColumnExpression, select
from sqlalchemy.orm import Session

from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.texts import _
from portal.domain.foundation.work import Work
from portal.domain.requests.requests.kinds import OF_RESIDENTS
from portal.domain.requests.requests.models import PaperForm, Request
from portal.domain.requests.requests.states import RequestState


def requests_of(session: Session, household_id: int, *, limit: int = 100) -> list[Request]:
    """Return a household's requests, newest first."""
    statement = select(Request).where(Request.household_id == household_id)
    return list(session.scalars(statement.order_by(Request.id.desc()).limit(limit)))


def has_request(household_id: SQLColumnExpression[int]) -> ColumnElement[bool]:
    """Return the SQL condition that a household ever had a request, for another slice's select."""
    return select(Request.id).where(Request.household_id == household_id).exists()


def waiting_for_resident(session: Session, household_id: int) -> list[Request]:
    """Return a household's requests that wait for its own answer, oldest first."""
    statement = select(Request).where(
        Request.household_id == household_id,
        Request.state == RequestState.WITH_RESIDENT,
        Request.kind.in_(OF_RESIDENTS),
    )
    return list(session.scalars(statement.order_by(Request.id)))


def own_request(session: Session, household_id: int, receipt_no: str) -> Request:
    """Return a household's own request by its receipt number.

    Another household's, or one of the ward only, is not found.

    Raises:
        NotFoundError: the household has no such request.
    """
    row = session.scalar(
        select(Request).where(
            Request.receipt_no == receipt_no,
            Request.household_id == household_id,
            Request.kind.in_(OF_RESIDENTS),
        )
    )
    if row is None:
        raise NotFoundError(_("この申請は見つかりませんでした。"))
    return row


def requests_with_form(work: Work, household_id: int) -> list[Request]:
    """Return the requests of a household to which this actor adds a form in this transaction."""
    statement = (
        select(Request)
        .join(PaperForm, PaperForm.request_id == Request.id)
        .where(
            Request.household_id == household_id,
            PaperForm.entered_by == work.actor.id,
            PaperForm.entered_at == work.now,
        )
        .order_by(Request.id)
    )
    return list(work.session.scalars(statement).unique())


def paper_forms_of(session: Session, request_id: int) -> list[PaperForm]:
    """Return the paper forms of a request, oldest first."""
    return list(
        session.scalars(
            select(PaperForm).where(PaperForm.request_id == request_id).order_by(PaperForm.id)
        )
    )
