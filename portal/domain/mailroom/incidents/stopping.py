"""Stop all codes, or all letters, of an incident at once.

This takes one transaction, and each code or letter gets its own audit event. Codes that were spent
already are only marked, so that officers see at once what cannot be undone.
"""

from collections import Counter

from sqlalchemy import select

from portal.domain.foundation.errors import NotAllowedError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.letters.letters import services as letters
from portal.domain.letters.letters.states import LIVE, LetterState
from portal.domain.letters.shipments import services as shipments
from portal.domain.letters.shipments.queries import latest_of_letter
from portal.domain.letters.shipments.states import ShipmentState
from portal.domain.mailroom.incidents.kinds import StopReason, StopResult, SubjectKind
from portal.domain.mailroom.incidents.models import IncidentSubject
from portal.domain.mailroom.incidents.register import record_step
from portal.domain.mailroom.incidents.subjects import open_and_locked
from portal.domain.people.coupons import services as coupons
from portal.domain.people.coupons.issuer import StopMethod
from portal.domain.people.coupons.models import Coupon, CouponBatch
from portal.domain.people.coupons.states import COUPON as CODE
from portal.domain.people.coupons.states import DEAD, STOCK, CouponState
from portal.domain.people.credentials.services import lock_row, move
from portal.domain.people.credentials.states import CREDENTIAL

AGAIN = (StopResult.LISTED, StopResult.AWAITED)
"""Results that a second attempt may change; all others are final."""


def stop_codes(work: Work, incident_id: int) -> dict[str, int]:
    """Stop every listed code of an incident now, and count them by result (a ``StopResult``).

    Raises:
        NotFoundError: there is no such incident.
        WrongStateError: it is closed.
        NotAllowedError: no code is listed (code ``coupon``).
    """
    return _stop(work, incident_id, SubjectKind.COUPON)


def stop_letters(work: Work, incident_id: int) -> dict[str, int]:
    """Stop every listed letter of an incident now.

    A letter that was not handed over yet is cancelled. Of one that was, the ID is suspended, and
    the letter must be recalled.

    Raises:
        NotFoundError, WrongStateError: as ``stop_codes``.
        NotAllowedError: no letter is listed (code ``letter``).
    """
    return _stop(work, incident_id, SubjectKind.LETTER)


def _stop(work: Work, incident_id: int, kind: SubjectKind) -> dict[str, int]:
    stop_one = _stop_code if kind is SubjectKind.COUPON else _stop_letter
    row = open_and_locked(work.session, incident_id)
    subjects = work.session.scalars(
        select(IncidentSubject)
        .where(IncidentSubject.incident_id == row.id, IncidentSubject.kind == kind)
        .order_by(IncidentSubject.subject_id)
    ).all()
    if not subjects:
        raise NotAllowedError(
            _s("止めるものがありません。先に、番号か印刷を加えてください。"), code=kind
        )
    for subject in subjects:
        if subject.result in AGAIN:
            subject.result, subject.done_at = stop_one(work, subject.subject_id), work.now
    row.changed_at = work.now
    counts = dict(Counter(subject.result for subject in subjects))
    record_step(work, row, f"stop_{kind}s", results=counts)
    return counts


def _stop_code(work: Work, coupon_id: int) -> StopResult:
    found = work.session.execute(
        select(Coupon, CouponBatch.stop)
        .join(CouponBatch, CouponBatch.id == Coupon.batch_id)
        .where(Coupon.id == coupon_id)
        .with_for_update(of=Coupon)
        .execution_options(populate_existing=True)
    ).one()
    coupon, stop = found[0], str(found[1])
    before = {
        STOCK: StopResult.IN_STOCK,
        CouponState.PART_USED: StopResult.SPENT,
        CouponState.EXCHANGED: StopResult.SPENT,
        CouponState.STOP_REQUESTED: StopResult.AWAITED,
    } | dict.fromkeys(DEAD, StopResult.OVER)
    if (result := before.get(CouponState(coupon.state))) is not None:
        # void because the stop that we requested was confirmed
        return (
            StopResult.STOPPED
            if coupon.state == CouponState.VOIDED
            and coupon.state_before == CouponState.STOP_REQUESTED
            else result
        )
    if coupon.revealed_at is None:
        coupons.void_unseen(work, coupon.id, reason=StopReason.INCIDENT)
        return StopResult.STOPPED
    if stop == StopMethod.NEVER:
        if CODE.can(coupon.state, "suspend"):
            coupons.suspend(work, coupon.id, reason=StopReason.INCIDENT)
        return StopResult.CANNOT
    return (
        StopResult.STOPPED
        if coupons.request_stop(work, coupon.id, reason=StopReason.INCIDENT).state
        == CouponState.VOIDED
        else StopResult.AWAITED
    )


def _stop_letter(work: Work, letter_id: int) -> StopResult:
    letter = letters.locked(work.session, letter_id)
    if letter.state not in LIVE:
        return StopResult.OVER
    shipment = latest_of_letter(work.session, letter.id)
    if letter.state != LetterState.HANDED_OVER:
        if shipment is not None:
            locked = shipments.locked(work.session, shipment.id)
            if locked.state == ShipmentState.PLANNED:
                shipments.cancel(work, locked.id)
        letters.cancel(work, letter.id, reason=StopReason.INCIDENT)
        return StopResult.STOPPED
    if letter.credential_id is not None:
        credential = lock_row(work.session, letter.credential_id)
        if CREDENTIAL.can(credential.state, "suspend"):
            move(work, credential, "suspend", reason=StopReason.INCIDENT)
    is_over = shipment is not None and shipment.state in {
        ShipmentState.DELIVERED,
        ShipmentState.RETURNED,
    }
    return StopResult.STOPPED if is_over else StopResult.RECALL
