"""Reads redeliveries: that of a request, open ones of a household, and how many count."""

from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.texts import _
from portal.domain.requests.redeliveries.models import Redelivery
from portal.domain.requests.redeliveries.states import COUNTED, OPEN, MissingItem
from portal.domain.requests.requests.models import Request


class RedeliveryCase(Struct, frozen=True):
    """A request and the redelivery that it asks for."""

    request: Request
    row: Redelivery


def case_of(session: Session, request: Request) -> RedeliveryCase:
    """Return a locked request with its redelivery, locked too.

    Raises:
        NotFoundError: the request is of another kind.
    """
    return RedeliveryCase(request, redelivery_of(session, request.id, lock=True))


def redelivery_of(session: Session, request_id: int, *, lock: bool = False) -> Redelivery:
    """Return the redelivery of a request; lock the request first.

    Raises:
        NotFoundError: the request is of another kind.
    """
    statement = select(Redelivery).where(Redelivery.request_id == request_id)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    row = session.scalar(statement)
    if row is None:
        raise NotFoundError(_("この申請は見つかりませんでした。"))
    return row


def open_request(
    session: Session, household_id: int, shipment_id: int | None, *, but_for: int | None = None
) -> Request | None:
    """Return the open request of a household for its letter (``shipment_id`` None) or for a parcel.

    ``but_for`` is the key of a request to leave out.
    """
    statement = (
        select(Request)
        .join(Redelivery, Redelivery.request_id == Request.id)
        .where(Request.household_id == household_id, Redelivery.state.in_(OPEN))
        .order_by(Request.id)
        .limit(1)
    )
    if but_for is not None:
        statement = statement.where(Request.id != but_for)
    if shipment_id is None:
        return session.scalar(statement.where(Redelivery.item == MissingItem.LETTER))
    return session.scalar(statement.where(Redelivery.shipment_id == shipment_id))


def letters_sent_again(session: Session, household_id: int) -> int:
    """Return how many redeliveries of letters count; a reissue after a loss does not."""
    statement = (
        select(func.count(Redelivery.id))
        .join(Request, Request.id == Redelivery.request_id)
        .where(
            Request.household_id == household_id,
            Redelivery.item == MissingItem.LETTER,
            Redelivery.state.in_(COUNTED),
        )
    )
    return session.scalar(statement) or 0
