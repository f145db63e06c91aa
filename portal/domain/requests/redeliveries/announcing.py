"""Telling a household of its redelivery; never an address or number that a requester typed."""

from portal.domain.foundation.work import Work
from portal.domain.letters.announcements.reach import Reach, reach
from portal.domain.letters.announcements.services import announce
from portal.domain.requests.redeliveries.models import Redelivery
from portal.domain.requests.redeliveries.queries import STAFF
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.services import telephone_in


def tell(
    work: Work,
    request: Request,
    row: Redelivery,
    event: str,
    *,
    card: bool,
    way: Reach | None = None,
) -> None:
    """Tell the household of a step, once.

    By its own channel, or by a call to the number that a person checked.

    Where there is neither, ``card`` says whether one is printed: none follows a letter that does
    not arrive, and the new letter speaks for itself. ``way`` is the household's channel, where the
    caller knows it.
    """
    household_id = request.household_id
    if household_id is None:
        return
    contact = telephone_in(work.vault, request) if row.proof == STAFF else ""
    way = reach(work.session, household_id) if way is None else way
    if not card and not contact and way.row is None:
        return
    key = f"redelivery:{request.id}:{event}"
    announce(
        work,
        household_id,
        event,
        key,
        contact=contact or None,
        receipt_no=request.receipt_no,
        way=way,
    )
