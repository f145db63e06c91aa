"""Codes being stopped at their issuer; its answer decides the request that asked for the stop."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import ModuleType

from msgspec import Struct
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from portal.domain.foundation.cells import as_cell
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.texts import Labeled, _s
from portal.domain.foundation.work import Work
from portal.domain.mailroom.incidents import fault_replacement
from portal.domain.people.coupons import services as coupons
from portal.domain.people.coupons.models import Coupon, CouponBatch
from portal.domain.people.coupons.queries import open_code
from portal.domain.people.coupons.states import CouponState
from portal.domain.people.entitlements import claims
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.households.models import Household
from portal.domain.requests.alternatives import outcome as alternatives
from portal.domain.requests.declines import outcome as declines
from portal.domain.requests.recipients import changes as recipients
from portal.domain.requests.requests import services as requests
from portal.domain.requests.requests.models import Request

AFTER: Mapping[str | None, ModuleType] = {
    claims.DECLINE: declines,
    claims.ALTERNATIVE: alternatives,
    claims.RECIPIENT_CHANGE: recipients,
}
PAGE = 200


class StopAnswer(Labeled):
    """The issuer's answer about a code that was to be stopped."""

    STOPPED = "stopped", lambda: _s("止まった（未使用）")
    SPENT = "spent", lambda: _s("使われていた")


class StopRow(Struct, frozen=True):
    """A code that is being stopped.

    It has the code's management number, never the code itself, and who asked for the stop.
    """

    coupon_id: int
    profile: str
    stop: str
    management_no: str
    face_yen: int
    asked_at: datetime
    claimed_by: str | None
    request_id: int | None
    household_id: int


def waiting_stops(work: Work, *, include_protected: bool, limit: int = PAGE) -> list[StopRow]:
    """Return the codes that wait for their issuer's answer, the oldest first."""
    statement = (
        select(Coupon, CouponBatch, Entitlement)
        .join(CouponBatch, CouponBatch.id == Coupon.batch_id)
        .join(Entitlement, Entitlement.id == Coupon.entitlement_id)
        .join(Household, Household.id == Entitlement.household_id)
        .where(Coupon.state == CouponState.STOP_REQUESTED)
        .order_by(Coupon.changed_at, Coupon.id)
        .limit(limit)
    )
    if not include_protected:
        statement = statement.where(Household.protected.is_(False), ~_ward_only())
    return [
        StopRow(
            coupon.id,
            batch.profile,
            batch.stop,
            open_code(work, coupon).management_no,
            coupon.face_yen,
            coupon.changed_at,
            entitlement.claimed_by,
            entitlement.claim_id,
            entitlement.household_id,
        )
        for coupon, batch, entitlement in work.session.execute(statement)
    ]


def _ward_only() -> ColumnElement[bool]:
    """Return the condition that the request behind a stop is visible to the ward only.

    The statement must join the entitlement.
    """
    asked = select(Request.id).where(Request.id == Entitlement.claim_id, Request.ward_only)
    return asked.correlate(Entitlement).exists()


def _claimed(session: Session, coupon_id: int, *, include_protected: bool) -> Entitlement:
    found = session.execute(
        select(Entitlement, or_(Household.protected, _ward_only()))
        .join(Coupon, Coupon.entitlement_id == Entitlement.id)
        .join(Household, Household.id == Entitlement.household_id)
        .where(Coupon.id == coupon_id)
    ).one_or_none()
    if found is None or (found[1] and not include_protected):
        raise NotFoundError(_s("このコードは見つかりませんでした。"))
    entitlement: Entitlement = found[0]
    if entitlement.claim_id is not None:
        # the request first, then the entitlement, then the coupon: the order in which everybody
        # locks
        requests.locked(session, entitlement.claim_id)
    return entitlement


def confirm(work: Work, coupon_id: int, *, include_protected: bool) -> None:
    """Record that a code was stopped unused, and carry out what the stop was requested for.

    In the same transaction, a decline or another request is decided, or a refused coupon is
    replaced.

    Raises:
        NotFoundError: there is no such code, or the actor may not know of it.
        WrongStateError: its stop was answered before.
    """
    entitlement = _claimed(work.session, coupon_id, include_protected=include_protected)
    fault = fault_replacement.waiting_for(work.session, coupon_id)
    coupons.confirm_stop(work, coupon_id)
    if entitlement.claimed_by in AFTER:
        AFTER[entitlement.claimed_by].stop_confirmed(work, entitlement.id)
    if fault is not None:
        fault_replacement.stop_confirmed(work, fault)


def found_spent(work: Work, coupon_id: int, *, include_protected: bool) -> None:
    """Record that a code was used before it could be stopped.

    The request that asked for the stop is refused; a refused coupon is looked up again.

    Raises:
        NotFoundError: there is no such code, or the actor may not know of it.
        WrongStateError: its stop was answered before.
    """
    entitlement = _claimed(work.session, coupon_id, include_protected=include_protected)
    fault = fault_replacement.waiting_for(work.session, coupon_id)
    coupons.found_spent(work, coupon_id)
    if entitlement.claimed_by in AFTER:
        AFTER[entitlement.claimed_by].stop_found_spent(work, entitlement.id)
    if fault is not None:
        fault_replacement.stop_found_spent(work, fault)


def as_csv(rows: Iterable[StopRow]) -> bytes:
    """Return the list for an issuer.

    UTF-8 with BOM, one management number per line, safe from formulas.
    """
    lines = ["management_no,face_yen"]
    lines += [f"{_plain(row.management_no)},{row.face_yen}" for row in rows]
    return ("\ufeff" + "\r\n".join(lines) + "\r\n").encode()


def _plain(value: str) -> str:
    return '"' + as_cell(value).replace('"', '""') + '"'
