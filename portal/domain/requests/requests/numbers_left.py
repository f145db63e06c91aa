"""Finds the telephone number that a household left on a form, for calls about its request."""

from sqlalchemy import or_, select

from portal.domain.foundation.work import Work
from portal.domain.requests.requests.kinds import OF_RESIDENTS, Result
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.services import telephone_in
from portal.domain.requests.requests.states import RequestState


def number_left(work: Work, household_id: int) -> str | None:
    """Return the number of a household's newest form that staff entered and a person accepted.

    None where there is none. A form that nobody reviewed, or that no person entered, may carry
    anybody's number.
    """
    accepted = or_(
        Request.state == RequestState.IN_PROGRESS,
        (Request.state == RequestState.CLOSED)
        & Request.result.not_in((Result.REFUSED, Result.WITHDRAWN)),
    )
    rows = work.session.scalars(
        select(Request)
        .where(
            Request.household_id == household_id,
            Request.kind.in_(OF_RESIDENTS),
            Request.entered_by.is_not(None),
            Request.sealed.is_not(None),
            accepted,
        )
        .order_by(Request.id.desc())
    )
    return next(
        (number for row in rows if (number := telephone_in(work.vault, row))),
        None,
    )
