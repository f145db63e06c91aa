"""Tells a household about a failed delivery: by its channel, else by a card or a call."""

from portal.domain.foundation.program.settings.requests import AbsenceWay
from portal.domain.foundation.work import Work
from portal.domain.letters.announcements.events import Event
from portal.domain.letters.announcements.reach import reach
from portal.domain.letters.announcements.services import announce
from portal.domain.letters.shipments.models import Shipment
from portal.domain.letters.shipments.queries import absence_key
from portal.domain.requests.requests.numbers_left import number_left


def announce_absence(work: Work, row: Shipment) -> None:
    """Tell the household, once, until when the post office keeps a shipment.

    Whether a card or a call is used without a channel is the program's setting. Held and protected
    households are not told.
    """
    way, contact = reach(work.session, row.household_id), None
    if way.row is None and work.program.requests.absence_without_channel is AbsenceWay.CALL_BACK:
        contact = number_left(work, row.household_id)
    announce(
        work,
        Event(
            row.household_id,
            "at_post_office",
            absence_key(row.id),
            contact=contact,
            due=row.kept_until,
        ),
        way,
    )
