"""Telephone numbers that households left on forms, for calling them about what they asked for."""

from sqlalchemy import or_, select

from portal.domain.foundation.work import Work
from portal.domain.requests.requests.kinds import OF_RESIDENTS, REFUSED, WITHDRAWN
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.services import telephone_in


def number_left(work: Work, household_id: int) -> str | None:
    """Return the number of a household's newest form that staff entered and a person accepted.

    None where there is none.

    What nobody looked at, or came without a person in between, may carry anybody's number.
    """
    accepted = or_(
        Request.state == "in_progress",
        (Request.state == "closed") & Request.result.not_in((REFUSED, WITHDRAWN)),
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
