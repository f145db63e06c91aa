"""Ledgers of staff and their actions: accounts, approvals and the audit log."""

from sqlalchemy import ColumnElement, or_, select

from portal.domain.foundation.approvals.models import Approval
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.letters.letters.models import Letter
from portal.domain.letters.shipments.models import Shipment
from portal.domain.mailroom.incidents.models import CouponFault
from portal.domain.mailroom.returned_mail.models import ReturnedItem
from portal.domain.oversight.export.scope import Column, Ledger, LedgerName, Rows, protected, whole
from portal.domain.people.coupons.models import Coupon
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.households.looks import OF_WARD_ALONE
from portal.domain.people.households.models import Hold
from portal.domain.people.staff.models import StaffUser
from portal.domain.requests.alternatives.models import AlternativeParcel
from portal.domain.requests.requests.models import Request


def _of_subject(subject: Column, subject_id: Column) -> ColumnElement[bool]:
    """Return the condition for rows whose subject belongs to a protected household.

    Such rows need not name a household themselves.
    """
    owned: dict[str, Rows] = {
        "household": protected(),
        **{
            name: select(model.id).where(model.household_id.in_(protected()))
            for name, model in (
                ("letter", Letter),
                ("shipment", Shipment),
                ("entitlement", Entitlement),
                ("request", Request),
                ("returned_item", ReturnedItem),
                ("parcel", AlternativeParcel),
                ("hold", Hold),
                ("coupon_fault", CouponFault),
            )
        },
        "coupon": select(Coupon.id)
        .join(Entitlement, Entitlement.id == Coupon.entitlement_id)
        .where(Entitlement.household_id.in_(protected())),
    }
    return or_(*((subject == name) & subject_id.in_(keys) for name, keys in owned.items()))


def _audit_events(with_protected: bool) -> Rows:
    """Select the audit events with their actors, without anything sealed."""
    event = AuditEvent
    made = select(
        event.id,
        event.at,
        event.actor_role,
        event.actor_id,
        event.channel,
        event.action,
        event.subject,
        event.subject_id,
        event.household_id,
        event.detail,
    )
    if not with_protected:
        made = made.where(
            or_(event.household_id.is_(None), event.household_id.not_in(protected())),
            or_(event.subject_id.is_(None), ~_of_subject(event.subject, event.subject_id)),
            event.subject != OF_WARD_ALONE,
        )
    return made.order_by(event.id)


def _approvals(with_protected: bool) -> Rows:
    """Select what was proposed and confirmed, with the ward's instruction."""
    one = Approval
    made = select(
        one.id,
        one.kind,
        one.subject,
        one.subject_id,
        one.state,
        one.proposed_by,
        one.proposed_at,
        one.confirmed_by,
        one.confirmed_at,
        one.instruction_no,
        one.instruction_date,
    )
    if not with_protected:
        made = made.where(or_(one.subject_id.is_(None), ~_of_subject(one.subject, one.subject_id)))
    return made.order_by(one.id)


LEDGERS = (
    whole(
        LedgerName.STAFF,
        StaffUser.id,
        StaffUser.organization,
        StaffUser.role,
        StaffUser.active,
        StaffUser.created_at,
    ),
    Ledger(
        LedgerName.APPROVALS,
        (
            "id",
            "kind",
            "subject",
            "subject_id",
            "state",
            "proposed_by",
            "proposed_at",
            "confirmed_by",
            "confirmed_at",
            "instruction_no",
            "instruction_date",
        ),
        _approvals,
    ),
    Ledger(
        LedgerName.AUDIT_EVENTS,
        (
            "id",
            "at",
            "actor_role",
            "actor_id",
            "channel",
            "action",
            "subject",
            "subject_id",
            "household_id",
            "detail",
        ),
        _audit_events,
    ),
)
