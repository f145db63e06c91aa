"""Read shipments: a household's, a letter's, or one by its tracking number."""

from datetime import date

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from portal.domain.foundation.base import BigId
from portal.domain.foundation.clock import jst_date
from portal.domain.letters.letters.models import Letter
from portal.domain.letters.letters.orders import living_letter
from portal.domain.letters.shipments.models import Shipment

# built once: building a statement takes longer than running it
_OF_LETTERS = (
    select(Shipment)
    .where(
        Shipment.household_id == bindparam("household_id", type_=BigId),
        Shipment.letter_id.is_not(None),
    )
    .order_by(Shipment.id)
)


def shipments_of(session: Session, household_id: int) -> list[Shipment]:
    """Return a household's shipments, letters and parcels, newest first."""
    statement = (
        select(Shipment).where(Shipment.household_id == household_id).order_by(Shipment.id.desc())
    )
    return list(session.scalars(statement))


def mail_of_letters(session: Session, household_id: int) -> dict[int, Shipment]:
    """Return the last posting of each of a household's letters, by the letter's key."""
    rows = session.scalars(_OF_LETTERS, {"household_id": household_id})
    return {row.letter_id: row for row in rows if row.letter_id is not None}


def latest_of_letter(session: Session, letter_id: int) -> Shipment | None:
    """Return the last posting of a letter; None if its mailing is unknown."""
    statement = (
        select(Shipment)
        .where(Shipment.letter_id == letter_id)
        .order_by(Shipment.id.desc())
        .limit(1)
    )
    return session.scalar(statement)


def day_sent(letter: Letter | None, posting: Shipment | None) -> date | None:
    """Return the day (JST) on which a letter left for its household; None if it has not yet.

    It leaves with the post, or is handed over at the ward's counter. A letter that the mail house
    has is not sent: nobody waits for it, and no redelivery counts from that day.
    """
    if posting is not None and posting.posted_on is not None:
        return posting.posted_on
    if letter is not None and letter.counter and letter.handed_over_at is not None:
        return jst_date(letter.handed_over_at)
    return None


def sent_on(session: Session, household_id: int) -> date | None:
    """Return the day (JST) on which a household's valid letter was sent; None if it was not yet."""
    letter = living_letter(session, household_id)
    return day_sent(letter, latest_of_letter(session, letter.id)) if letter is not None else None


def postings_before(session: Session, shipment: Shipment) -> list[Shipment]:
    """Return the postings that a shipment repeats, the last one first."""
    found, key = [], shipment.previous_id
    while key is not None:
        row = session.get_one(Shipment, key)
        found.append(row)
        key = row.previous_id
    return found


def shipment(session: Session, shipment_id: int | None) -> Shipment | None:
    """Return one shipment; None if no shipment has this key."""
    return session.get(Shipment, shipment_id) if shipment_id is not None else None


def by_tracking_number(
    session: Session, tracking_no: str, posted_on: date | None = None
) -> list[Shipment]:
    """Return the shipments with a number (digits only), newest first; numbers are reused."""
    statement = (
        select(Shipment).where(Shipment.tracking_no == tracking_no).order_by(Shipment.id.desc())
    )
    if posted_on is not None:
        statement = statement.where(Shipment.posted_on == posted_on)
    return list(session.scalars(statement))


def absence_key(shipment_id: int) -> str:
    """Return the key of the announcement of a failed delivery, which is made once."""
    return f"shipment:{shipment_id}:absent"
