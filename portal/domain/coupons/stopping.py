"""What a request does to a child's coupon: hide it, have it stopped at the issuer, or give it (or a fresh one) back."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, load_only

from portal.domain.actors import Actor
from portal.domain.audit.services import record_many
from portal.domain.coupons import assignment, services
from portal.domain.coupons.models import Coupon, CouponBatch
from portal.domain.coupons.states import COUPON, LIVE
from portal.domain.errors import NotAllowedError
from portal.domain.texts import _


class Stop(StrEnum):
    """How a stop stands after it was asked for."""

    DONE = "done"
    """No coupon, or it is void: the next step may follow in the same transaction."""
    AWAITED = "awaited"
    """The issuer must say first whether anything was spent."""


def live_coupon(session: Session, entitlement_id: int) -> Coupon | None:
    """Return the entitlement's live coupon, locked; None where none was assigned or it is void."""
    return session.scalar(
        select(Coupon)
        .where(Coupon.entitlement_id == entitlement_id, Coupon.state.in_(LIVE))
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def refuse_if_spent(session: Session, entitlement_id: int) -> None:
    """Refuse a request about a coupon that was spent, or that nobody can stop any more.

    Raises:
        NotAllowedError: one yen was spent; or it was shown, and its issuer never stops a code (``issuer.stop``).
    """
    coupon = live_coupon(session, entitlement_id)
    if coupon is not None:
        stop = session.get_one(CouponBatch, coupon.batch_id).stop if coupon.revealed_at is not None else ""
        _refuse(coupon, stop)


def _refuse(coupon: Coupon, stop: str) -> None:
    if coupon.state in {"part_used", "exchanged"}:
        raise NotAllowedError(
            _("このクーポンは、もう使われています。この手続きはできません。区にお電話ください。"),
            code="coupon_spent",
        )
    if coupon.revealed_at is not None and stop == "never":
        raise NotAllowedError(
            _("このクーポンは、一度表示すると止められません。この手続きはできません。区にお電話ください。"),
            code="coupon_cannot_be_stopped",
        )


def hide(session: Session, entitlement_id: int, actor: Actor, now: datetime, *, reason: str) -> None:
    """Hide the coupon while a request is open; one that is hidden already stays so. Raises as ``refuse_if_spent``."""
    refuse_if_spent(session, entitlement_id)
    coupon = live_coupon(session, entitlement_id)
    if coupon is not None and COUPON.can(coupon.state, "suspend"):
        services.suspend(session, coupon.id, actor, now, reason=reason)


_LIVE_OF = (
    select(Coupon, CouponBatch.stop)
    .join(CouponBatch, CouponBatch.id == Coupon.batch_id)
    .where(Coupon.entitlement_id.in_(bindparam("entitlement_ids", expanding=True)), Coupon.state.in_(LIVE))
    .order_by(Coupon.entitlement_id)
    .with_for_update(of=Coupon)
    .options(load_only(Coupon.state, Coupon.state_before, Coupon.revealed_at, Coupon.changed_at))
    .execution_options(populate_existing=True)
)
"""Put together once: building it takes longer than running it."""


def hide_all(
    session: Session,
    entitlement_ids: Iterable[int],
    household_id: int,
    actor: Actor,
    now: datetime,
    *,
    reason: str,
) -> None:
    """Hide the coupons of several children of a household at once, as ``hide`` does with one; all of them or none."""
    rows = session.execute(_LIVE_OF, {"entitlement_ids": list(entitlement_ids)}).all()
    for coupon, stop in rows:
        _refuse(coupon, stop)
    hidden: dict[str, list[tuple[int, int | None]]] = {}
    for coupon, _stop in rows:
        if COUPON.can(coupon.state, "suspend"):
            hidden.setdefault(coupon.state, []).append((coupon.id, household_id))
            coupon.state_before, coupon.changed_at = coupon.state, now
            coupon.state = COUPON.next(coupon.state, "suspend")
    session.flush()
    for before, changed in hidden.items():
        after = COUPON.next(before, "suspend")
        record_many(
            session,
            actor,
            now,
            "coupon.suspend",
            "coupon",
            changed,
            before=before,
            after=after,
            reason=reason,
        )


def unhide(session: Session, entitlement_id: int, actor: Actor, now: datetime) -> None:
    """Show the coupon again after a request ended without stopping it."""
    coupon = live_coupon(session, entitlement_id)
    if coupon is not None and coupon.state == "suspended":
        services.resume(session, coupon.id, actor, now)


def begin_stop(session: Session, entitlement_id: int, actor: Actor, now: datetime, *, reason: str) -> Stop:
    """Ask for the coupon to be stopped; a code that nobody ever saw is void at once, whatever its issuer can do.

    Raises:
        NotAllowedError: spent, or shown and never to be stopped.
    """
    refuse_if_spent(session, entitlement_id)
    coupon = live_coupon(session, entitlement_id)
    if coupon is None:
        return Stop.DONE
    if coupon.state == "stop_requested":
        return Stop.AWAITED
    if coupon.revealed_at is None:
        services.void_unseen(session, coupon.id, actor, now, reason=reason)
        return Stop.DONE
    services.request_stop(session, coupon.id, actor, now, reason=reason)
    return Stop.DONE if live_coupon(session, entitlement_id) is None else Stop.AWAITED


def give_back(session: Session, entitlement_id: int, actor: Actor, now: datetime) -> Coupon:
    """Make a child's coupon usable again: the hidden one, or after a void a fresh code from the reserve.

    Raises:
        ConflictError: the code is being stopped at the issuer, or no code is left (``coupon_stock``).
    """
    coupon = live_coupon(session, entitlement_id)
    if coupon is None:
        return assignment.assign_replacement(session, entitlement_id, actor, now)
    unhide(session, entitlement_id, actor, now)
    return coupon
