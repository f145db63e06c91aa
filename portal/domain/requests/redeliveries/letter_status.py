"""Where a household's letter and parcels stand, and whether they may be sent again now or why not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.program.deadlines import WindowKind
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.work import Work
from portal.domain.letters.letters.models import Letter
from portal.domain.letters.letters.orders import living_letter
from portal.domain.letters.shipments.mail import WARD_REASONS
from portal.domain.letters.shipments.models import Shipment
from portal.domain.letters.shipments.queries import latest_of_letter, shipments_of
from portal.domain.requests.redeliveries.queries import (
    LETTER,
    PARCEL,
    letters_sent_again,
    open_request,
)
from portal.domain.requests.requests.models import Request

DAY = timedelta(days=1)


class Bar(StrEnum):
    """Why something cannot be sent again now."""

    NOT_SENT = "not_sent"
    ASKED = "asked"
    LIMIT = "limit"
    AT_POST_OFFICE = "at_post_office"
    DELIVERED = "delivered"
    ON_THE_WAY = "on_the_way"


@dataclass(frozen=True, slots=True)
class LetterStatus:
    """A letter or a parcel.

    Days are JST; ``next_day`` is the first one on which it may be asked for again.
    """

    item: str
    letter: Letter | None
    shipment: Shipment | None
    sent_on: date | None
    kept_until: date | None
    used: int
    left: int
    next_day: date | None
    bar: Bar | None
    asked: Request | None

    @property
    def address_unknown(self) -> bool:
        """Tell whether it came back for a reason that only the ward can settle."""
        return self.shipment is not None and self.shipment.returned_reason in WARD_REASONS


def letter_status(work: Work, household_id: int, *, but_for: int | None = None) -> LetterStatus:
    """Return how the household's letter stands; ``but_for`` is the request that is being decided."""
    letter = living_letter(work.session, household_id)
    shipment = latest_of_letter(work.session, letter.id) if letter is not None else None
    sent = letter.handed_over_at if letter is not None else None
    sent_on = (shipment.posted_on if shipment is not None else None) or (
        jst_date(sent) if sent else None
    )
    used = letters_sent_again(work.session, household_id)
    asked = open_request(work.session, household_id, None, but_for=but_for)
    return _status(work.program, LETTER, letter, shipment, sent_on, used, asked, work.now)


def parcel_status(work: Work, shipment: Shipment, *, but_for: int | None = None) -> LetterStatus:
    """Return how one parcel stands; ``but_for`` is the request that is being decided."""
    asked = open_request(work.session, shipment.household_id, shipment.id, but_for=but_for)
    return _status(
        work.program, PARCEL, None, shipment, shipment.posted_on, shipment.attempt, asked, work.now
    )


def letter_statuses(work: Work, household_id: int) -> Sequence[LetterStatus]:
    """Return the household's letter and its parcels, each as it was posted last."""
    parcels = [
        s
        for s in shipments_of(work.session, household_id)
        if s.kind == PARCEL and s.state != "cancelled"
    ]
    repeated = {s.previous_id for s in parcels}
    latest = [s for s in parcels if s.id not in repeated]
    return [
        letter_status(work, household_id),
        *(parcel_status(work, s) for s in latest),
    ]


def _status(
    program: Program,
    item: str,
    letter: Letter | None,
    shipment: Shipment | None,
    sent_on: date | None,
    used: int,
    asked: Request | None,
    now: datetime,
) -> LetterStatus:
    today = jst_date(now)
    left = max(0, program.requests.redeliveries - used)
    state = shipment.state if shipment is not None else ""
    kept_until = shipment.kept_until if shipment is not None and state == "at_post_office" else None
    waits = state == "at_post_office" and (kept_until is None or today <= kept_until)
    ended = state in {"returned", "returning", "lost", "at_post_office"}
    arrival = sent_on + timedelta(days=_post_days(program)) if sent_on is not None else today
    next_day: date | None = max(today, arrival + DAY) if not ended else today
    bar: Bar | None = None
    if sent_on is None:
        bar, next_day = Bar.NOT_SENT, None
    elif asked is not None:
        bar, next_day = Bar.ASKED, None
    elif waits:
        bar, next_day = Bar.AT_POST_OFFICE, kept_until + DAY if kept_until is not None else None
    elif state == "delivered":
        bar, next_day = Bar.DELIVERED, None
    elif left == 0:
        bar, next_day = Bar.LIMIT, None
    elif next_day is not None and next_day > today:
        bar = Bar.ON_THE_WAY
    if left == 0 or (next_day is not None and next_day > program.windows.redelivery.last_day):
        next_day = None
    return LetterStatus(
        item, letter, shipment, sent_on, kept_until, used, left, next_day, bar, asked
    )


def _post_days(program: Program) -> int:
    return next((r.post_days for r in program.request_rules if r.kind is WindowKind.REDELIVERY), 0)
