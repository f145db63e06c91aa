"""The status of a household's letter and parcels, and whether they may be sent again now."""

from collections.abc import Sequence
from datetime import date, timedelta
from enum import StrEnum

from msgspec import Struct

from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.program.deadlines import WindowKind
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.work import Work
from portal.domain.letters.letters.models import Letter
from portal.domain.letters.letters.orders import living_letter
from portal.domain.letters.shipments.mail import WARD_REASONS, ItemKind
from portal.domain.letters.shipments.models import Shipment
from portal.domain.letters.shipments.queries import day_sent, latest_of_letter, shipments_of
from portal.domain.requests.redeliveries.queries import letters_sent_again, open_request
from portal.domain.requests.redeliveries.states import MissingItem
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


class LetterStatus(Struct, frozen=True):
    """The status of a letter or a parcel.

    Attributes:
        item: Which of the two it is.
        letter: The letter; None for a parcel, or where none is valid.
        shipment: Its last posting.
        sent_on: The day on which it went to the post, or was handed over at the counter (JST);
            None while it is with the mail house.
        kept_until: The last day (JST) at the post office, while it is kept there.
        used: How many redeliveries count already.
        left: How many are left.
        next_day: The first day (JST) on which it may be asked for again; None for never.
        bar: Why it cannot be sent again now.
        asked: The open request for it.
    """

    item: MissingItem
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
        """Tell whether it was returned for a reason that only the ward can settle."""
        return self.shipment is not None and self.shipment.returned_reason in WARD_REASONS


class _Sent(Struct, frozen=True):
    """What was sent, and the open request for it."""

    item: MissingItem
    letter: Letter | None
    shipment: Shipment | None
    on: date | None
    used: int
    asked: Request | None


def letter_status(work: Work, household_id: int, *, but_for: int | None = None) -> LetterStatus:
    """Return the status of the household's letter; ``but_for`` is the request being decided."""
    letter = living_letter(work.session, household_id)
    shipment = latest_of_letter(work.session, letter.id) if letter is not None else None
    sent_on = day_sent(letter, shipment)
    used = letters_sent_again(work.session, household_id)
    asked = open_request(work.session, household_id, None, but_for=but_for)
    return _status(work, _Sent(MissingItem.LETTER, letter, shipment, sent_on, used, asked))


def parcel_status(work: Work, shipment: Shipment, *, but_for: int | None = None) -> LetterStatus:
    """Return the status of one parcel; ``but_for`` is the request being decided."""
    asked = open_request(work.session, shipment.household_id, shipment.id, but_for=but_for)
    sent_on, used = shipment.posted_on, shipment.attempt
    return _status(work, _Sent(MissingItem.PARCEL, None, shipment, sent_on, used, asked))


def letter_statuses(work: Work, household_id: int) -> Sequence[LetterStatus]:
    """Return the household's letter and its parcels, each as it was posted last."""
    parcels = [
        s
        for s in shipments_of(work.session, household_id)
        if s.kind == ItemKind.PARCEL and s.state != "cancelled"
    ]
    repeated = {s.previous_id for s in parcels}
    latest = [s for s in parcels if s.id not in repeated]
    return [
        letter_status(work, household_id),
        *(parcel_status(work, s) for s in latest),
    ]


def _status(work: Work, sent: _Sent) -> LetterStatus:
    today, last_day = jst_date(work.now), work.program.windows.redelivery.last_day
    left = max(0, work.program.requests.redeliveries - sent.used)
    kept = sent.shipment is not None and sent.shipment.state == "at_post_office"
    kept_until = sent.shipment.kept_until if sent.shipment is not None and kept else None
    bar, next_day = _bar(work, sent, today)
    if bar is None and left == 0:
        bar = Bar.LIMIT
    elif bar is None and next_day is not None and next_day > today:
        bar = Bar.ON_THE_WAY
    if left == 0 or (next_day is not None and next_day > last_day):
        next_day = None
    return LetterStatus(
        sent.item,
        sent.letter,
        sent.shipment,
        sent.on,
        kept_until,
        sent.used,
        left,
        next_day,
        bar,
        sent.asked,
    )


def _bar(work: Work, sent: _Sent, today: date) -> tuple[Bar | None, date | None]:
    """Return why it cannot be sent again whatever is left, and the first day on which it can."""
    shipment, state = sent.shipment, sent.shipment.state if sent.shipment is not None else ""
    if sent.on is None:
        return Bar.NOT_SENT, None
    if sent.asked is not None:
        return Bar.ASKED, None
    if shipment is not None and state == "at_post_office":
        if shipment.kept_until is None:
            return Bar.AT_POST_OFFICE, None
        if today <= shipment.kept_until:
            return Bar.AT_POST_OFFICE, shipment.kept_until + DAY
    if state == "delivered":
        return Bar.DELIVERED, None
    if state in {"returned", "returning", "lost", "at_post_office"}:
        return None, today
    return None, max(today, sent.on + timedelta(days=_post_days(work.program)) + DAY)


def _post_days(program: Program) -> int:
    return next((r.post_days for r in program.request_rules if r.kind is WindowKind.REDELIVERY), 0)
