"""Telling a household that nobody took its mail in: by its channel, else by a card or a call, as the ward decided."""

from datetime import datetime

from sqlalchemy.orm import Session

from portal.domain.foundation.program.request_settings import ABSENCE_CALL
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.vault import Vault
from portal.domain.letters.announcements.services import announce, reach
from portal.domain.letters.shipments.models import Shipment
from portal.domain.letters.shipments.queries import absence_key
from portal.domain.requests.requests.numbers_left import number_left


def tell_absence(
    session: Session, vault: Vault, program: Program, row: Shipment, now: datetime
) -> None:
    """Tell the household, once, until when the post office keeps a shipment; held and protected ones hear nothing."""
    way, contact = reach(session, row.household_id), None
    if way.row is None and program.requests.absence_without_channel == ABSENCE_CALL:
        contact = number_left(session, vault, row.household_id)
    announce(
        session,
        vault,
        row.household_id,
        "at_post_office",
        absence_key(row.id),
        now,
        contact=contact,
        due=row.kept_until,
        way=way,
    )
