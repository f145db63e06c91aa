"""Tells a household about its redelivery; never by an address or number that a requester typed."""

from enum import Enum

from portal.domain.foundation.work import Work
from portal.domain.letters.announcements.events import Event
from portal.domain.letters.announcements.reach import Reach, reach, reach_of_replaced
from portal.domain.letters.announcements.services import announce
from portal.domain.requests.redeliveries.queries import RedeliveryCase
from portal.domain.requests.redeliveries.states import Proof
from portal.domain.requests.requests.services import telephone_in


class News(Enum):
    """What a household is told: the event of the announcement, and whether a card may be printed.

    A card follows only a refusal: after a letter that did not arrive none would arrive either, and
    a new letter speaks for itself.
    """

    RECEIVED = ("received", False)
    APPROVED = ("decided", False)
    REFUSED = ("decided", True)
    POSTED = ("posted", False)


DECISIONS = (News.APPROVED, News.REFUSED)


def tell(work: Work, case: RedeliveryCase, news: News) -> None:
    """Tell the household of a step, once.

    By its own channel, or by a call to the number that a person of the staff checked; where there
    is neither, by a card if the news allows one.
    """
    household_id = case.request.household_id
    if household_id is None:
        return
    event, card = news.value
    contact = telephone_in(work.vault, case.request) if case.row.proof == Proof.STAFF else ""
    way = _reach(work, case, household_id, news)
    if not card and not contact and way.row is None:
        return
    key = f"redelivery:{case.request.id}:{event}"
    if news in DECISIONS:
        key += f":{case.request.version}"  # a reopened request is decided once more
    announce(
        work,
        Event(
            household_id, event, key, contact=contact or None, receipt_no=case.request.receipt_no
        ),
        way,
    )


def _reach(work: Work, case: RedeliveryCase, household_id: int, news: News) -> Reach:
    """Return the household's channel; after a new letter, that of the account it replaced."""
    way = reach(work.session, household_id)
    owner = case.row.proof == Proof.SESSION or case.row.confirmed_at is not None
    if news is News.POSTED and way.row is None and owner:
        return reach_of_replaced(work.session, household_id)
    return way
