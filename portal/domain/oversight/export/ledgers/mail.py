"""Ledgers of mail in transit: shipments, tracking events and returned mail."""

from portal.domain.letters.shipments.models import Shipment
from portal.domain.mailroom.returned_mail.models import ReturnedItem
from portal.domain.mailroom.tracking.models import TrackingEvent
from portal.domain.oversight.export.scope import LedgerName, by_household

LEDGERS = (
    by_household(
        LedgerName.SHIPMENTS,
        Shipment.id,
        Shipment.kind,
        Shipment.household_id,
        Shipment.letter_id,
        Shipment.previous_id,
        Shipment.attempt,
        Shipment.value_yen,
        Shipment.state,
        Shipment.mail_class,
        Shipment.tracking_no,
        Shipment.posted_on,
        Shipment.absent_on,
        Shipment.kept_until,
        Shipment.delivered_on,
        Shipment.returned_on,
        Shipment.returned_reason,
        household=Shipment.household_id,
    ),
    by_household(
        LedgerName.TRACKING_EVENTS,
        TrackingEvent.id,
        TrackingEvent.shipment_id,
        TrackingEvent.happened_on,
        TrackingEvent.word,
        TrackingEvent.status,
        household=Shipment.household_id,
        join=(Shipment, Shipment.id == TrackingEvent.shipment_id),
    ),
    by_household(
        LedgerName.RETURNED_MAIL,
        ReturnedItem.id,
        ReturnedItem.shipment_id,
        ReturnedItem.household_id,
        ReturnedItem.state,
        ReturnedItem.reason,
        ReturnedItem.action,
        ReturnedItem.box,
        ReturnedItem.received_on,
        ReturnedItem.keep_until,
        ReturnedItem.destroyed_at,
        household=ReturnedItem.household_id,
    ),
)
