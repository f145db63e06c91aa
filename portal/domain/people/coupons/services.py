"""Change one coupon: lock the row, ask the state machine, change, log."""

from typing import Any

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import NotAllowedError, NotFoundError, TooLateError
from portal.domain.foundation.texts import _, _s
from portal.domain.foundation.work import Work
from portal.domain.people.coupons.issuer import StopMethod
from portal.domain.people.coupons.models import Coupon, CouponBatch
from portal.domain.people.coupons.queries import OwnCoupon, data_key, open_code
from portal.domain.people.coupons.sealed import CouponCode, drawn, is_drawn, seal_qr, unseal_qr
from portal.domain.people.coupons.states import COUPON, SHOWABLE
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.entitlements.states import EntitlementState


def _locked(session: Session, coupon_id: int) -> Coupon:
    row = session.get(Coupon, coupon_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFoundError(_("クーポンが見つかりません。"))
    return row


def _entitlement(session: Session, coupon: Coupon) -> Entitlement:
    row = (
        session.get(Entitlement, coupon.entitlement_id)
        if coupon.entitlement_id is not None
        else None
    )
    if row is None:
        raise NotFoundError(_("クーポンが見つかりません。"))
    return row


def reveal(work: Work, coupon: Coupon | OwnCoupon) -> CouponCode:
    """Show a code to its resident.

    The first time proves delivery; every time is logged.

    Raises:
        NotAllowedError: the coupon is stopped, suspended or under review.
        TooLateError: the exchange end has passed.
    """
    coupon = _locked(work.session, coupon.id)
    entitlement = _entitlement(work.session, coupon)
    if coupon.state not in SHOWABLE or entitlement.state == EntitlementState.HELD:
        raise NotAllowedError(
            _("このクーポンは、いま表示できません。コールセンターにお問い合わせください。"),
            code="coupon_not_shown",
        )
    batch = work.session.get_one(CouponBatch, coupon.batch_id)
    if work.now >= batch.exchange_end:
        raise TooLateError(_("このクーポンの交換期限は過ぎました。"))
    first = COUPON.can(coupon.state, "reveal")
    if first:
        coupon.state = COUPON.next(coupon.state, "reveal")
        coupon.revealed_at = coupon.changed_at = work.now
        _keep_image(work, coupon)
    action = "coupon.revealed" if first else "coupon.viewed"
    record(work, action, "coupon", coupon.id, household_id=entitlement.household_id)
    work.session.flush()
    return open_code(work, coupon)


def _keep_image(work: Work, coupon: Coupon) -> None:
    """Draw the QR that will be looked at from now on."""
    key, digest = data_key(work, coupon), coupon.management_digest
    content = unseal_qr(key, digest, coupon.qr_sealed)
    if not is_drawn(content):
        coupon.qr_sealed = seal_qr(key, digest, drawn(content))


def _change(work: Work, coupon_id: int, action: str, **detail: Any) -> Coupon:
    coupon = _locked(work.session, coupon_id)
    before = coupon.state
    coupon.state = COUPON.next(before, action)
    coupon.state_before, coupon.changed_at = before, work.now
    record(
        work,
        f"coupon.{action}",
        "coupon",
        coupon.id,
        household_id=_entitlement(work.session, coupon).household_id,
        before=before,
        after=coupon.state,
        **detail,
    )
    work.session.flush()
    return coupon


def suspend(work: Work, coupon_id: int, *, reason: str) -> Coupon:
    """Hide a coupon until it is resumed; ``reason`` is a code word, not free text.

    Raises:
        WrongStateError: not possible from its state.
    """
    return _change(work, coupon_id, "suspend", reason=reason)


def resume(work: Work, coupon_id: int) -> Coupon:
    """Return a suspended coupon to the state it had before.

    Raises:
        WrongStateError: it is not suspended.
    """
    before = _locked(work.session, coupon_id).state_before
    return _change(work, coupon_id, f"resume_{before}")


def suspend_household(work: Work, household_id: int, *, reason: str) -> int:
    """Hide the household's coupons after a hold or protection; return how many."""
    ids = work.session.scalars(
        select(Coupon.id)
        .join(Entitlement, Entitlement.id == Coupon.entitlement_id)
        .where(Entitlement.household_id == household_id, Coupon.state.in_(COUPON.steps["suspend"]))
    ).all()
    for coupon_id in ids:
        suspend(work, coupon_id, reason=reason)
    return len(ids)


def request_stop(work: Work, coupon_id: int, *, reason: str) -> Coupon:
    """Request that the issuer stop a code; a sandbox issuer confirms at once.

    Raises:
        NotAllowedError: this issuer cannot stop codes.
        WrongStateError: not possible from its state.
    """
    batch = work.session.get_one(CouponBatch, _locked(work.session, coupon_id).batch_id)
    if batch.stop == StopMethod.NEVER:
        raise NotAllowedError(
            _s("この発行者は、発行したコードを止められません。"), code="coupon_cannot_be_stopped"
        )
    coupon = _change(work, coupon_id, "request_stop", reason=reason)
    return confirm_stop(work, coupon_id) if batch.sandbox else coupon


def void_unseen(work: Work, coupon_id: int, *, reason: str) -> Coupon:
    """Void a code that nobody ever saw; nothing can have been spent, so no issuer is asked.

    Raises:
        NotAllowedError: it was shown before.
        WrongStateError: not possible from its state.
    """
    if _locked(work.session, coupon_id).revealed_at is not None:
        raise NotAllowedError(_s("一度表示したコードは、発行者の確認がないと無効にできません。"))
    _change(work, coupon_id, "request_stop", reason=reason)
    return confirm_stop(work, coupon_id)


def confirm_stop(work: Work, coupon_id: int) -> Coupon:
    """Record that the issuer stopped the code; from now on it is void for good.

    Raises:
        WrongStateError: no stop was requested.
    """
    return _change(work, coupon_id, "confirm_stop")


def found_spent(work: Work, coupon_id: int) -> Coupon:
    """Record that the issuer could not stop the code because it was used.

    Raises:
        WrongStateError: no stop was requested.
    """
    return _change(work, coupon_id, "found_spent")


def expire(work: Work) -> int:
    """Expire the coupons whose exchange end has passed, and return how many.

    Repeating it changes nothing.
    """
    ended = select(CouponBatch.id).where(CouponBatch.exchange_end <= work.now)
    count = 0
    for source, target in COUPON.steps["expire"].items():
        result = work.session.execute(
            update(Coupon)
            .where(Coupon.state == source, Coupon.batch_id.in_(ended))
            .values(state=target, state_before=source, changed_at=work.now)
            .execution_options(synchronize_session="fetch")
        )
        count += result.rowcount if isinstance(result, CursorResult) else 0
    if count:
        record(work, "coupon.expired", "coupon", count=count)
    return count
