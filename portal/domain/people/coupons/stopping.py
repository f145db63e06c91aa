"""What a request does to a child's coupon: hide it, have it stopped, or give it back."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.services import record_many
from portal.domain.foundation.base import forget_changed, table_of
from portal.domain.foundation.errors import NotAllowedError
from portal.domain.foundation.texts import _
from portal.domain.foundation.work import Work
from portal.domain.people.coupons import assignment, services
from portal.domain.people.coupons.issuer import StopMethod
from portal.domain.people.coupons.models import Coupon, CouponBatch
from portal.domain.people.coupons.states import COUPON, LIVE, SPENT, CouponState


class Stop(StrEnum):
    """The status of a stop after it was requested."""

    DONE = "done"
    """No coupon, or it is void: the next step may follow in the same transaction."""
    AWAITED = "awaited"
    """The issuer must first report whether anything was spent."""


def live_coupon(session: Session, entitlement_id: int) -> Coupon | None:
    """Return the entitlement's live coupon, locked; None if none was assigned or it is void."""
    return session.scalar(
        select(Coupon)
        .where(Coupon.entitlement_id == entitlement_id, Coupon.state.in_(LIVE))
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def refuse_if_spent(session: Session, entitlement_id: int) -> None:
    """Refuse a request about a coupon that was spent, or that nobody can stop any more.

    Raises:
        NotAllowedError: at least one yen was spent; or it was shown, and its issuer never stops a
            code (``issuer.stop``).
    """
    coupon = live_coupon(session, entitlement_id)
    if coupon is not None:
        stop = (
            session.get_one(CouponBatch, coupon.batch_id).stop
            if coupon.revealed_at is not None
            else ""
        )
        _refuse(coupon.state, coupon.revealed_at, stop)


def _refuse(state: str, revealed_at: datetime | None, stop: str) -> None:
    if state in SPENT:
        raise NotAllowedError(
            _("このクーポンは、もう使われています。この手続きはできません。区にお電話ください。"),
            code="coupon_spent",
        )
    if revealed_at is not None and stop == StopMethod.NEVER:
        raise NotAllowedError(
            _(
                "このクーポンは、一度表示すると止められません。この手続きはできません。"
                "区にお電話ください。"
            ),
            code="coupon_cannot_be_stopped",
        )


# built once, on the plain tables: every request of every kind uses it
_COUPONS, _BATCHES = (table_of(table) for table in (Coupon, CouponBatch))
_LIVE_OF = (
    select(
        _COUPONS.c.id,
        _COUPONS.c.entitlement_id,
        _COUPONS.c.state,
        _COUPONS.c.revealed_at,
        _BATCHES.c.stop,
    )
    .join(_BATCHES, _BATCHES.c.id == _COUPONS.c.batch_id)
    .where(
        _COUPONS.c.entitlement_id.in_(bindparam("entitlement_ids", expanding=True)),
        _COUPONS.c.state.in_(LIVE),
    )
    .order_by(_COUPONS.c.entitlement_id)
    .with_for_update(of=_COUPONS)
)
_HIDE = (
    update(_COUPONS)
    .where(_COUPONS.c.id.in_(bindparam("keys", expanding=True)))
    .values(state=bindparam("after"), state_before=_COUPONS.c.state, changed_at=bindparam("at"))
)


class LiveCoupon(Protocol):
    """A live coupon as read and locked; ``stop`` is what the issuer can do to its code."""

    @property
    def id(self) -> int: ...  # noqa: D102  (columns of the table)
    @property
    def entitlement_id(self) -> int | None: ...  # noqa: D102  (a column of the table)
    @property
    def state(self) -> str: ...  # noqa: D102  (a column of the table)
    @property
    def revealed_at(self) -> datetime | None: ...  # noqa: D102  (a column of the table)
    @property
    def stop(self) -> str: ...  # noqa: D102  (a column of the table)


Live = Sequence[LiveCoupon]


def lock_live_coupons(session: Session, entitlement_ids: Iterable[int]) -> Live:
    """Return the live coupons of several children, locked, for ``hide_all``.

    Raises:
        NotAllowedError: as for ``refuse_if_spent``.
    """
    rows = session.execute(_LIVE_OF, {"entitlement_ids": list(entitlement_ids)}).all()
    for row in rows:
        _refuse(row.state, row.revealed_at, row.stop)
    return rows


def hide_all(
    work: Work,
    entitlement_ids: Iterable[int],
    household_id: int,
    *,
    reason: str,
    read: Live | None = None,
) -> None:
    """Hide the coupons of a household's children while a request is open, all or none.

    Hidden ones stay hidden. ``read`` are their coupons as ``lock_live_coupons`` returned them in
    this transaction.

    Raises:
        NotAllowedError: as for ``refuse_if_spent``.
    """
    rows = lock_live_coupons(work.session, entitlement_ids) if read is None else read
    hidden: dict[str, list[int]] = {}
    for row in rows:
        if COUPON.can(row.state, "suspend"):
            hidden.setdefault(row.state, []).append(row.id)
    for before, keys in hidden.items():
        after = COUPON.next(before, "suspend")
        work.session.execute(_HIDE, {"keys": keys, "after": after, "at": work.now})
        forget_changed(work.session, Coupon, keys)
        record_many(
            work,
            "coupon.suspend",
            "coupon",
            [(key, household_id) for key in keys],
            before=before,
            after=after,
            reason=reason,
        )


def unhide(work: Work, entitlement_id: int) -> None:
    """Show the coupon again after a request ended without stopping it."""
    coupon = live_coupon(work.session, entitlement_id)
    if coupon is not None and coupon.state == CouponState.SUSPENDED:
        services.resume(work, coupon.id)


def begin_stop(work: Work, entitlement_id: int, *, reason: str) -> Stop:
    """Request that the coupon be stopped; a code that nobody ever saw is void at once.

    Raises:
        NotAllowedError: it was spent, or was shown and can never be stopped.
    """
    refuse_if_spent(work.session, entitlement_id)
    coupon = live_coupon(work.session, entitlement_id)
    if coupon is None:
        return Stop.DONE
    if coupon.state == CouponState.STOP_REQUESTED:
        return Stop.AWAITED
    if coupon.revealed_at is None:
        services.void_unseen(work, coupon.id, reason=reason)
        return Stop.DONE
    services.request_stop(work, coupon.id, reason=reason)
    return Stop.DONE if live_coupon(work.session, entitlement_id) is None else Stop.AWAITED


def give_back(work: Work, entitlement_id: int) -> Coupon:
    """Make a child's coupon usable again: the hidden one, or after a void a fresh reserve code.

    Raises:
        ConflictError: the code is being stopped at the issuer, or no code is left
            (``coupon_stock``).
    """
    coupon = live_coupon(work.session, entitlement_id)
    if coupon is None:
        return assignment.assign_replacement(work, entitlement_id)
    unhide(work, entitlement_id)
    return coupon
