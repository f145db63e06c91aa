"""Reopen a decided request, with a reason, until its notice is sent or a stop was asked.

The parts of the request go back to where a reviewer decides, children and coupons are bound again,
and what waits to be announced is called off. What somebody has read, and what an issuer was asked,
is not taken back: a new request follows then.
"""

from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.errors import ConflictError, NotAllowedError, WrongStateError
from portal.domain.foundation.texts import Labeled, _s
from portal.domain.foundation.work import Work
from portal.domain.letters.announcements.retracting import retract, was_told
from portal.domain.people.coupons import stopping
from portal.domain.people.coupons.models import Coupon
from portal.domain.people.coupons.states import CouponState
from portal.domain.people.entitlements import claims
from portal.domain.people.entitlements.services import change
from portal.domain.people.households.queries import open_holds
from portal.domain.requests.alternatives import items as alternatives
from portal.domain.requests.alternatives.states import AlternativeState
from portal.domain.requests.declines import items as declines
from portal.domain.requests.declines.models import DeclineItem
from portal.domain.requests.declines.states import LIVE, DeclineState
from portal.domain.requests.redeliveries.queries import case_of, open_request
from portal.domain.requests.redeliveries.states import REDELIVERY
from portal.domain.requests.requests.deciders import refuse_own_entry
from portal.domain.requests.requests.deciding import refuse_strangers
from portal.domain.requests.requests.kinds import RequestKind, Result
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.paper_forms import WEAK, FormFault
from portal.domain.requests.requests.queries import paper_forms_of
from portal.domain.requests.requests.services import locked, move
from portal.domain.requests.requests.states import REQUEST, RequestState

REOPENABLE = (Result.ACCEPTED, Result.REFUSED, Result.PARTLY)
"""Results that a reviewer decided; what was withdrawn or sent is not reopened."""


class ReopenReason(Labeled):
    """Why a decision is taken back, as staff read it."""

    WRONG_CHOICE = "wrong_choice", lambda: _s("選びまちがえた")
    MISREAD = "misread", lambda: _s("書類を読みまちがえた")
    NEW_PAPER = "new_paper", lambda: _s("決めたあとに、足りない書類が届いた")
    WARD_SAID = "ward_said", lambda: _s("区から指示があった")


def reopen(work: Work, request_id: int, reason: str) -> Request:
    """Give a decided request back to the reviewers.

    Raises:
        NotFoundError: there is none, or the actor may not know of it.
        NotAllowedError: no reason, no person or the own entry; its notice went out
            (``notice_sent``); a stop was asked at the issuer (``stop_asked``); it came too late.
        WrongStateError: it is not decided, or was withdrawn or carried out.
        ConflictError: another request about the same is open now, or no code is left.
    """
    row = locked(work.session, request_id)
    refuse_strangers(work, row, RequestKind(row.kind))
    REQUEST.next(row.state, "reopen")
    if ReopenReason.known(reason) is None:
        raise NotAllowedError(_s("もどす理由を選んでください。"), code="reason")
    if work.actor.id is None or work.actor.organization is None:
        raise NotAllowedError(_s("申請をもどせるのは、アカウントのある職員だけです。"))
    refuse_own_entry(row, work.actor)
    if (why_not := obstacle(work.session, row)) is not None:
        raise why_not
    retract(work, row.receipt_no, row.closed_at or row.changed_at)
    _PARTS[RequestKind(row.kind)](work, row)
    row.result = row.closed_at = row.reply = row.reply_sealed = None
    return move(work, row, "reopen", reason=reason)


def obstacle(session: Session, row: Request) -> NotAllowedError | WrongStateError | None:
    """Return why a request cannot be reopened now; None where it can."""
    if row.state != RequestState.CLOSED or row.result not in REOPENABLE:
        return WrongStateError(_s("この申請は、審査にもどせません。"))
    if row.kind == RequestKind.RECIPIENT_CHANGE or _was_carried_out(session, row):
        return WrongStateError(_s("決めたとおりに進んだので、審査にもどせません。"))
    if row.kind == RequestKind.REDELIVERY and row.reply == FormFault.LATE:
        return NotAllowedError(_s("期限のあとに届いた書類は、審査にもどせません。"), code="late")
    if was_told(session, row.receipt_no, row.closed_at or row.changed_at):
        return NotAllowedError(
            _s(
                "お知らせを送ったので、もどせません。本人に連絡し、新しい申請として受け付けてください。"
            ),
            code="notice_sent",
        )
    if row.kind == RequestKind.DECLINE and _stop_was_asked(session, row):
        return NotAllowedError(
            _s(
                "発行者に停止を頼んだので、もどせません。本人が取り下げると、新しいコードが出ます。"
            ),
            code="stop_asked",
        )
    return None


def _was_carried_out(session: Session, row: Request) -> bool:
    """Tell whether an acceptance had an effect that only the request's own way takes back."""
    if row.kind == RequestKind.DECLINE or row.result == Result.REFUSED:
        return False
    return row.kind != RequestKind.ALTERNATIVE or not any(
        item.state == AlternativeState.REFUSED for item in alternatives.items_of(session, row.id)
    )


def _stop_was_asked(session: Session, row: Request) -> bool:
    """Tell whether a code that the household had seen was stopped for this decline."""
    declined = [
        item.entitlement_id
        for item in declines.items_of(session, row.id)
        if item.state == DeclineState.ACCEPTED
    ]
    seen = select(Coupon.id).where(
        Coupon.entitlement_id.in_(declined),
        Coupon.revealed_at.is_not(None),
        Coupon.state == CouponState.VOIDED,
    )
    return session.scalar(seen.limit(1)) is not None


def _counts_now(session: Session, row: Request) -> bool:
    """Tell whether the request binds children: it is neither weak nor unclear."""
    clear = all(form.is_clear for form in paper_forms_of(session, row.id))
    return clear and not WEAK & set(row.warnings)


def _decline(work: Work, row: Request) -> None:
    decided = (DeclineState.ACCEPTED, DeclineState.REFUSED)
    back = [item for item in declines.items_of(work.session, row.id) if item.state in decided]
    ids = [item.entitlement_id for item in back]
    _refuse_declined_again(work.session, row, ids)
    for item in back:
        if item.state == DeclineState.ACCEPTED:
            _open_child(work, row, item.entitlement_id)
    if ids and _counts_now(work.session, row):
        declines.bind(work, row, ids)
    for item in back:
        declines.step(work, item, "reopen")
    work.session.flush()
    declines.recount(work.session, row, declines.items_of(work.session, row.id))


def _refuse_declined_again(session: Session, row: Request, entitlement_ids: Sequence[int]) -> None:
    other = select(DeclineItem.id).where(
        DeclineItem.entitlement_id.in_(entitlement_ids),
        DeclineItem.request_id != row.id,
        DeclineItem.state.in_(LIVE),
    )
    if session.scalar(other.limit(1)) is not None:
        raise ConflictError(_s("このこどもには、あとから出された別の辞退があります。"))


def _open_child(work: Work, row: Request, entitlement_id: int) -> None:
    """Open a declined child again, with another code where its unseen one was voided."""
    change(work, entitlement_id, "reopen")
    if open_holds(work.session, row.household_id or 0):
        change(work, entitlement_id, "hold")  # its release gives the code, as to every held child
        return
    had_code = select(Coupon.id).where(Coupon.entitlement_id == entitlement_id).limit(1)
    if work.session.scalar(had_code) is not None:
        stopping.give_back(work, entitlement_id)


def _alternative(work: Work, row: Request) -> None:
    back = [
        item
        for item in alternatives.items_of(work.session, row.id)
        if item.state == AlternativeState.REFUSED
    ]
    alternatives.lock_entitlements(work.session, back)
    if back and _counts_now(work.session, row):
        ids, household_id = [item.entitlement_id for item in back], row.household_id or 0
        claims.claim(work, household_id, ids, claims.ALTERNATIVE, row.id)
        stopping.hide_all(work, ids, household_id, reason=alternatives.REASON)
    for item in back:
        alternatives.step(work, item, "reopen")
        item.decided_at = None


def _redelivery(work: Work, row: Request) -> None:
    item = case_of(work.session, row).row
    if open_request(work.session, row.household_id or 0, item.shipment_id) is not None:
        raise ConflictError(_s("同じものについて、別の再配送の申請があります。"))
    item.state = REDELIVERY.next(item.state, "reopen")
    item.decided_at, item.changed_at = None, work.now


def _addition(_work: Work, _row: Request) -> None:
    """Do nothing: a refused addition has no parts."""


_PARTS: Mapping[RequestKind, Callable[[Work, Request], None]] = {
    RequestKind.DECLINE: _decline,
    RequestKind.ALTERNATIVE: _alternative,
    RequestKind.REDELIVERY: _redelivery,
    RequestKind.ADDITION: _addition,
}
