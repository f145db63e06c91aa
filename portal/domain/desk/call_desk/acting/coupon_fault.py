"""Reporting a coupon that a shop refused, for a caller.

It opens a case for the back office; nothing is stopped yet.
"""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from portal.domain.desk.call_desk.acting.kinds import Act
from portal.domain.desk.call_desk.acting.on_behalf import ActSubject, admit, record_act
from portal.domain.desk.call_desk.models import DeskAct
from portal.domain.foundation.actors import Channel
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _
from portal.domain.foundation.work import Work
from portal.domain.mailroom.incidents.faults import FaultOrigin, FaultReport, report_fault
from portal.domain.mailroom.incidents.kinds import Source
from portal.domain.people.coupons.queries import HouseholdCoupon, coupons_of_household
from portal.domain.people.coupons.states import CouponState
from portal.domain.people.entitlements.claims import RECIPIENT_CHANGE

SOURCES = {
    Channel.PHONE: Source.CALL,
    Channel.FAX: Source.FAX,
    Channel.COUNTER: Source.COUNTER,
    Channel.POST: Source.POST,
}
STOPPED = frozenset({CouponState.SUSPENDED, CouponState.STOP_REQUESTED, CouponState.VOIDED})


def shown_coupons(session: Session, household_id: int) -> Sequence[HouseholdCoupon]:
    """Return the household's entitlements whose code was shown and may have been refused."""
    return [
        entry
        for entry in coupons_of_household(session, household_id)
        if entry.coupon is not None
        and entry.coupon.revealed_at is not None
        and entry.coupon.state not in STOPPED
        and entry.claimed_by != RECIPIENT_CHANGE
    ]


def report_for_caller(
    work: Work, household_id: int, ordinal: int | None, reported: FaultReport
) -> DeskAct:
    """Open a case for one child's coupon, or return the case that is open.

    Raises:
        as ``admit``; InputError: no child was chosen (``child``), or something told is invalid.
        NotAllowedError: the code is being stopped (``no_coupon``).
    """
    admitted = admit(work, Act.COUPON_FAULT, household_id)
    entry = next(
        (one for one in shown_coupons(work.session, household_id) if one.ordinal == ordinal), None
    )
    if entry is None:
        raise InputError(_("どのこどものクーポンかを選んでください。"), code="child")
    row = report_fault(
        work.acting_as(admitted.actor),
        FaultOrigin(household_id, entry.entitlement_id, SOURCES[admitted.actor.channel]),
        reported,
    )
    return record_act(work, admitted, ActSubject("coupon_fault", row.id, row.receipt_no))
