"""Stop the code that a shop refused and give the child a new one, on the word of two people.

The new code follows at once, or when the issuer has confirmed the stop. Rows are always locked in
the same order: the case, then the child's entitlement, then its coupon.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.errors import ConflictError, NotAllowedError, WrongStateError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.mailroom.incidents import fault_agreement
from portal.domain.mailroom.incidents.faults import FaultKey, inform_household, locked, record_step
from portal.domain.mailroom.incidents.kinds import IssuerStatus, Outcome, StopReason
from portal.domain.mailroom.incidents.models import CouponFault
from portal.domain.mailroom.incidents.states import COUPON_FAULT, FaultState
from portal.domain.people.coupons import stopping
from portal.domain.people.coupons.assignment import assign_replacement
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.entitlements.services import locked as locked_entitlement
from portal.domain.people.entitlements.states import EntitlementState


def propose_replacement(work: Work, key: FaultKey) -> CouponFault:
    """Propose to stop the old code and to give a new one; nothing is stopped yet.

    Raises:
        NotFoundError: there is no such case, or the actor may not know of it.
        WrongStateError: the issuer was not asked yet for the code's status, it is being stopped, or
            the case ended.
        NotAllowedError: money was spent, another request about the child is open, or the actor is
            no person with an account.
    """
    row = locked(work.session, key)
    if row.state == FaultState.NO_CODE:
        raise WrongStateError(_s("古いコードはもう止まっています。新しいコードだけを出します。"))
    _refuse_too_early(row)
    _refuse_impossible(work.session, row, locked_entitlement(work.session, row.entitlement_id))
    fault_agreement.propose_for(work, row)
    return row


def withdraw_replacement(work: Work, key: FaultKey) -> CouponFault:
    """Withdraw the own proposal, or reject another person's. Raises NotFoundError."""
    row = locked(work.session, key)
    fault_agreement.end_proposal(work, row)
    return row


def stop_and_replace(work: Work, key: FaultKey) -> CouponFault:
    """Stop the old code and give the child a new one, as the second person.

    If the issuer must confirm the stop first, the case waits for the confirmation. Where the old
    code is void already (``no_code``), two people have agreed before, and one gives the new code.

    Raises:
        NotFoundError: there is no such case, or the actor may not know of it.
        WrongStateError: the issuer was not asked yet for the code's status, or the case ended.
        NotAllowedError: the own proposal; money was spent, the issuer never stops codes, or another
            request about the child is open.
        ConflictError: nobody proposes it; or no code is left (``coupon_stock``); then nothing was
            stopped.
    """
    row = locked(work.session, key)
    _refuse_too_early(row)
    if row.state != FaultState.NO_CODE:
        fault_agreement.confirm_for(work, row)
    entitlement = locked_entitlement(work.session, row.entitlement_id)
    _refuse_impossible(work.session, row, entitlement)
    stop = stopping.begin_stop(work, entitlement.id, reason=StopReason.FAULT)
    if stop is stopping.Stop.AWAITED:
        row.state, row.stop_asked_at = COUPON_FAULT.next(row.state, "ask_stop"), work.now
        record_step(work, row, "ask_stop")
        return row
    row.stop_asked_at = row.stop_asked_at or work.now
    _replace(work, row)
    return row


def _refuse_too_early(row: CouponFault) -> None:
    """Refuse a case that cannot be replaced now. Raises WrongStateError."""
    COUPON_FAULT.next(row.state, "replace")
    if row.state == FaultState.STOPPING:
        raise WrongStateError(
            _s(
                "発行者の答えを待っています。「コードの停止」で答えを記録すると、"
                "新しいコードが出ます。"
            )
        )


def _refuse_impossible(session: Session, row: CouponFault, entitlement: Entitlement) -> None:
    """Refuse to replace a code when another request is open, money was spent, or it is replaced.

    Raises NotAllowedError.
    """
    if entitlement.claimed_by is not None:
        raise NotAllowedError(
            _s(
                "このこどもの分には、別の申請があります。その申請が終わってから、"
                "差し替えてください。"
            ),
            code="claimed",
        )
    if row.issuer_status in {IssuerStatus.PART_USED, IssuerStatus.EXCHANGED}:
        raise NotAllowedError(
            _s(
                "発行者の記録では、もう使われています。差し替えられません。区と相談し、"
                "説明して終わりにしてください。"
            ),
            code="coupon_spent",
        )
    live = stopping.live_coupon(session, entitlement.id)
    if live is not None and live.id != row.coupon_id:
        raise NotAllowedError(
            _s("このこどもには、もう別の新しいコードがあります。説明して終わりにしてください。"),
            code="replaced",
        )


def _replace(work: Work, row: CouponFault) -> None:
    fresh = assign_replacement(work, row.entitlement_id)
    row.state, row.new_coupon_id = COUPON_FAULT.next(row.state, "replace"), fresh.id
    row.ended_at, row.ended_by = work.now, work.actor.id
    record_step(work, row, "replace", old=row.coupon_id, new=fresh.id)
    inform_household(work, row)


def waiting_for(session: Session, coupon_id: int) -> CouponFault | None:
    """Return the case that waits for the issuer's answer about a code, locked; None if none."""
    return session.scalar(
        select(CouponFault)
        .where(CouponFault.coupon_id == coupon_id, CouponFault.state == FaultState.STOPPING)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def stop_confirmed(work: Work, row: CouponFault) -> None:
    """Give the child a new code in the transaction in which its old one became void.

    ``row`` is locked. If no code is in stock, or while the child is held, the case waits for an
    officer. If another request about the child was decided meanwhile, the case ends.
    """
    entitlement = locked_entitlement(work.session, row.entitlement_id)
    decided = entitlement.state not in {EntitlementState.IN_PROGRESS, EntitlementState.HELD}
    if entitlement.claimed_by is not None or decided:
        row.state, row.outcome = COUPON_FAULT.next(row.state, "overtake"), Outcome.OTHER_REQUEST
        row.ended_at, row.ended_by = work.now, work.actor.id
        record_step(work, row, "overtake")
        return
    try:
        with work.session.begin_nested():
            _replace(work, row)
    except (ConflictError, NotAllowedError):
        work.session.refresh(row)
        row.state = COUPON_FAULT.next(row.state, "run_short")
        record_step(work, row, "run_short")


def stop_found_spent(work: Work, row: CouponFault) -> None:
    """Reopen a case whose code was used before it could be stopped, to ask the issuer again.

    ``row`` is locked.
    """
    row.state = COUPON_FAULT.next(row.state, "found_spent")
    row.issuer_status = row.used_yen = row.issuer_as_of = None
    record_step(work, row, "found_spent")
