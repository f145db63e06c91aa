"""What waits for a household whose sending is paused, for the ward that decides about it."""

from msgspec import Struct
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from portal.domain.contacts.faxes.models import FaxCase, FaxReply
from portal.domain.contacts.faxes.states import UNSENT
from portal.domain.letters.announcements.models import Announcement, CardPrint
from portal.domain.letters.announcements.reach import CARD
from portal.domain.letters.announcements.states import ANNOUNCEMENT, AnnouncementState
from portal.domain.letters.letters.models import Letter, LetterWithoutId
from portal.domain.letters.letters.states import LetterState
from portal.domain.letters.shipments.mail import ItemKind
from portal.domain.letters.shipments.models import Shipment
from portal.domain.letters.shipments.states import ShipmentState
from portal.domain.people.notices.models import OutboxMessage
from portal.domain.people.notices.states import MessageState


class PrintedCard(Struct, frozen=True):
    """A card in a print that was not posted yet: only hands can take it out."""

    number: str
    file: str
    position: int | None


class HeldBack(Struct, frozen=True):
    """What was not sent yet: numbers by kind, and the printed cards one by one.

    Attributes:
        letters: Printed, and not handed over to the mail house.
        cards: Waiting for a print.
        messages: SMS and mail that wait to be sent, without one-time codes.
        replies: FAX replies that were not sent.
        parcels: Packed, and not posted.
        printed_cards: Cards that lie in the office, printed.
    """

    letters: int
    cards: int
    messages: int
    replies: int
    parcels: int
    printed_cards: tuple[PrintedCard, ...]


def held_back(session: Session, household_id: int) -> HeldBack:
    """Return what waits for a household."""

    def count(*conditions: ColumnElement[bool]) -> int:
        return session.scalar(select(func.count()).where(*conditions)) or 0

    cases = select(FaxCase.id).where(FaxCase.household_id == household_id)
    ours = (FaxReply.household_id == household_id) | FaxReply.case_id.in_(cases)
    return HeldBack(
        sum(
            count(table.household_id == household_id, table.state == LetterState.PRINTED)
            for table in (Letter, LetterWithoutId)
        ),
        count(
            Announcement.household_id == household_id,
            Announcement.medium == CARD,
            Announcement.state == ANNOUNCEMENT.initial,
        ),
        count(
            OutboxMessage.household_id == household_id,
            OutboxMessage.state == MessageState.WAITING,
            ~OutboxMessage.purpose.startswith("code."),
        ),
        count(ours, FaxReply.state.in_(UNSENT)),
        count(
            Shipment.household_id == household_id,
            Shipment.kind == ItemKind.PARCEL,
            Shipment.state == ShipmentState.PLANNED,
        ),
        _printed_cards(session, household_id),
    )


def _printed_cards(session: Session, household_id: int) -> tuple[PrintedCard, ...]:
    rows = session.execute(
        select(Announcement.card_number, CardPrint.file_name, Announcement.position)
        .join(CardPrint, CardPrint.id == Announcement.card_print_id)
        .where(
            Announcement.household_id == household_id,
            Announcement.state == AnnouncementState.PRINTED,
            CardPrint.posted_on.is_(None),
        )
        .order_by(Announcement.id)
    )
    return tuple(PrintedCard(number or "", file or "", place) for number, file, place in rows)
