"""Ledgers of requests: counts, declines, alternative products and their stock."""

from sqlalchemy import func, or_, select

from portal.domain.oversight.export.scope import (
    Ledger,
    LedgerName,
    Rows,
    by_household,
    protected,
    whole,
)
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.requests.alternatives.models import (
    AlternativeItem,
    AlternativeParcel,
    StockBalance,
    StockMovement,
    StockRange,
)
from portal.domain.requests.declines.models import DeclineItem
from portal.domain.requests.requests.models import Request


def _request_counts(with_protected: bool) -> Rows:
    """Count requests by kind, channel, state and result."""
    made = select(
        Request.kind,
        Request.channel,
        Request.state,
        Request.result,
        func.count(),
        func.sum(Request.children),
        func.sum(Request.amount_yen),
    )
    if not with_protected:
        made = made.where(
            or_(Request.household_id.is_(None), Request.household_id.not_in(protected()))
        )
    groups = (Request.kind, Request.channel, Request.state, Request.result)
    return made.group_by(*groups).order_by(*groups)


LEDGERS = (
    Ledger(
        LedgerName.REQUESTS_STATISTICS,
        ("kind", "channel", "state", "result", "requests", "children", "amount_yen"),
        _request_counts,
    ),
    by_household(
        LedgerName.DECLINES,
        DeclineItem.id,
        DeclineItem.request_id,
        DeclineItem.entitlement_id,
        DeclineItem.state,
        DeclineItem.created_at,
        DeclineItem.changed_at,
        household=Entitlement.household_id,
        join=(Entitlement, Entitlement.id == DeclineItem.entitlement_id),
    ),
    by_household(
        LedgerName.ALTERNATIVES,
        AlternativeItem.id,
        AlternativeItem.request_id,
        AlternativeItem.entitlement_id,
        AlternativeItem.household_id,
        AlternativeItem.product,
        AlternativeItem.amount_yen,
        AlternativeItem.pieces,
        AlternativeItem.state,
        AlternativeItem.parcel_id,
        AlternativeItem.created_at,
        household=AlternativeItem.household_id,
    ),
    by_household(
        LedgerName.PARCELS,
        AlternativeParcel.id,
        AlternativeParcel.household_id,
        AlternativeParcel.state,
        AlternativeParcel.pieces,
        AlternativeParcel.amount_yen,
        AlternativeParcel.mail_class,
        AlternativeParcel.shipment_id,
        household=AlternativeParcel.household_id,
    ),
    whole(LedgerName.STOCK, StockBalance.product, StockBalance.on_hand, StockBalance.reserved),
    whole(
        LedgerName.STOCK_RANGES,
        StockRange.id,
        StockRange.product,
        StockRange.first_serial,
        StockRange.last_serial,
        StockRange.count,
        StockRange.piece_yen,
        StockRange.delivery_note,
        StockRange.received_at,
    ),
    whole(
        LedgerName.STOCK_LEDGER,
        StockMovement.id,
        StockMovement.at,
        StockMovement.product,
        StockMovement.kind,
        StockMovement.on_hand,
        StockMovement.reserved,
        StockMovement.actor_id,
    ),
)
