"""Telling a household of its redelivery; never an address or number that a requester typed."""

from datetime import datetime

from sqlalchemy.orm import Session

from portal.domain.announcements.services import announce, reach
from portal.domain.requests.models import Request
from portal.domain.vault import Vault


def tell(
    session: Session, vault: Vault, request: Request, event: str, now: datetime, *, contact: str | None = None
) -> None:
    """Tell the household of a step, once. ``contact`` is a number left on a form that a person checked.

    Without a channel of its own or such a number nothing goes out at the start: a card would only follow the letter
    that does not arrive. Its decision does go out as a card.
    """
    household_id = request.household_id
    if household_id is None:
        return
    if event == "received" and contact is None and reach(session, household_id).row is None:
        return
    key = f"redelivery:{request.id}:{event}"
    announce(session, vault, household_id, event, key, now, contact=contact, receipt_no=request.receipt_no)
