"""A packed parcel in the mail: posted, at the post office, delivered; or returned and restocked."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Organization
from portal.domain.foundation.errors import NotAllowedError, WrongStateError
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.letters.announcements.events import Event
from portal.domain.letters.announcements.services import announce
from portal.domain.letters.shipments import mail
from portal.domain.letters.shipments import services as shipments
from portal.domain.letters.shipments.models import Shipment
from portal.domain.letters.shipments.queries import shipment as shipment_of
from portal.domain.letters.shipments.services import Absence, MailReturn, Posting
from portal.domain.people.entitlements import claims
from portal.domain.people.entitlements.services import change
from portal.domain.people.households.models import Household
from portal.domain.requests.alternatives import stock
from portal.domain.requests.alternatives.items import lock_entitlements, settle, step
from portal.domain.requests.alternatives.models import AlternativeParcel
from portal.domain.requests.alternatives.packing import (
    LockedParcel,
    lock_parcel,
    refuse_held,
    refuse_mailing,
)
from portal.domain.requests.alternatives.states import AlternativeState
from portal.domain.requests.requests.absences import announce_absence
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.services import touch


def post(work: Work, parcel_id: int, posting: Posting) -> AlternativeParcel:
    """Record that a packed parcel was handed to the post, and tell the household.

    Raises:
        NotFoundError, NotAllowedError, ConflictError, InputError: as ``packing.refuse_mailing`` and
            ``shipments.post``.
        WrongStateError: it is not packed, or was posted before.
    """
    locked = lock_parcel(work.session, parcel_id)
    refuse_mailing(work, locked.request, locked.items)
    shipments.post(work, shipment_in_mail(work.session, locked.parcel).id, posting)
    for item in locked.items:
        step(work, item, "post")
    _tell(work, locked.parcel, "posted")
    return locked.parcel


def absent(work: Work, parcel_id: int, absence: Absence) -> AlternativeParcel:
    """Record a failed delivery attempt, and inform the household.

    Raises: NotFoundError, InputError and WrongStateError, as ``shipments.absent``.
    """
    locked = lock_parcel(work.session, parcel_id)
    shipment = shipments.absent(work, shipment_in_mail(work.session, locked.parcel).id, absence)
    touch(locked.request, work.now)
    announce_absence(work, shipment)
    return locked.parcel


def deliver(work: Work, parcel_id: int, day: date) -> AlternativeParcel:
    """Record the delivery on ``day`` (JST): the rights of its children are fulfilled.

    Raises:
        NotFoundError: there is no such parcel.
        NotAllowedError: a child is held, so that a person must look first.
        WrongStateError: it is not in the mail. InputError: a day to come.
    """
    locked = lock_parcel(work.session, parcel_id)
    rights = lock_entitlements(work.session, locked.items)
    if any(right.state == "held" for right in rights.values()):
        raise NotAllowedError(
            _s("この世帯は保留中です。保留が解けてから、届いたことを記録してください。"),
            code="held",
        )
    shipments.deliver(work, shipment_in_mail(work.session, locked.parcel).id, day)
    _fulfill(work, locked)
    return locked.parcel


def hand_over(work: Work, parcel_id: int) -> AlternativeParcel:
    """Record that a packed parcel was handed over at the ward's counter against a signature.

    For households whose address may not be used.

    Raises:
        NotAllowedError: the household has an address, or is held.
        NotFoundError: there is no such parcel, or the actor is not of the ward.
        WrongStateError: it is not packed, or was handed over before.
    """
    locked = lock_parcel(work.session, parcel_id)
    refuse_held(work, locked.request, locked.items)
    if not work.session.get_one(Household, locked.parcel.household_id).counter:
        raise NotAllowedError(_s("この世帯の小包は、郵便で送ります。"), code="has_address")
    shipments.cancel(work, shipment_in_mail(work.session, locked.parcel).id)
    for item in locked.items:
        step(work, item, "post", at_counter=True)
    _fulfill(work, locked)
    return locked.parcel


def _fulfill(work: Work, locked: LockedParcel) -> None:
    for item in locked.items:
        step(work, item, "deliver")
        claims.free(work, item.entitlement_id, item.request_id)
        change(work, item.entitlement_id, "deliver_alternative")
    settle(work, locked.request)


def come_back(work: Work, parcel_id: int, back: MailReturn) -> AlternativeParcel:
    """Record that the post returned the parcel, and inform the household.

    Raises:
        NotFoundError: there is no such parcel.
        InputError: no such reason, or a day to come.
        WrongStateError: it is not in the mail.
    """
    locked = lock_parcel(work.session, parcel_id)
    shipments.come_back(work, shipment_in_mail(work.session, locked.parcel).id, back)
    for item in locked.items:
        step(work, item, "return", reason=back.reason)
    touch(locked.request, work.now)
    _tell(work, locked.parcel, "came_back")
    return locked.parcel


def repost(work: Work, parcel_id: int, posting: Posting) -> AlternativeParcel:
    """Send a returned parcel again, as often as the program allows (specification 7(4)).

    Raises:
        NotAllowedError: the number is used up (``no_redelivery_left``), the address or the person
            is in question and the actor is not of the ward (``ward_first``), or as ``post``.
        Others as ``post``.
    """
    locked = lock_parcel(work.session, parcel_id)
    parcel, before = locked.parcel, shipment_in_mail(work.session, locked.parcel)
    if any(item.state != AlternativeState.RETURNED for item in locked.items):
        raise WrongStateError(_s("戻ってきた小包だけを、もう一度送れます。"))
    refuse_mailing(work, locked.request, locked.items)
    _refuse_repost(work, before)
    again = shipments.plan_again(work, before, parcel.amount_yen)
    shipments.post(work, again.id, posting)
    parcel.shipment_id = again.id
    for item in locked.items:
        step(work, item, "repost", attempt=again.attempt)
    touch(locked.request, work.now)
    _tell(work, parcel, "posted")
    return parcel


def _refuse_repost(work: Work, before: Shipment) -> None:
    """Refuse to resend what was sent often enough, or what the ward must look at first."""
    if before.attempt >= work.program.requests.redeliveries:
        raise NotAllowedError(
            _s("再配達は%(count)d回までです。この小包は、在庫に戻してください。")
            % {"count": work.program.requests.redeliveries},
            code="no_redelivery_left",
        )
    if (
        before.returned_reason in mail.WARD_REASONS
        and work.actor.organization is not Organization.WARD
    ):
        raise NotAllowedError(
            _s(
                "住所か受取人に問題があって戻りました。区の担当者が確かめてから、"
                "区が送りなおします。"
            ),
            code="ward_first",
        )


def restock(work: Work, parcel_id: int) -> AlternativeParcel:
    """Return the pieces of a parcel to stock that came back for good; the ward then decides.

    Raises:
        NotAllowedError: it may still be sent again, and nothing speaks against that
            (``redelivery_left``).
        NotFoundError: there is no such parcel. WrongStateError: it did not come back.
    """
    locked = lock_parcel(work.session, parcel_id)
    if any(item.state != AlternativeState.RETURNED for item in locked.items):
        raise WrongStateError(_s("戻ってきた小包だけを、在庫に戻せます。"))
    shipment = shipment_in_mail(work.session, locked.parcel)
    if not may_restock(work.program, shipment, work.now):
        raise NotAllowedError(
            _s("再配達がまだ%(left)d回残っています。先に、もう一度送ってください。")
            % {"left": work.program.requests.redeliveries - shipment.attempt},
            code="redelivery_left",
        )
    for item in locked.items:
        step(work, item, "restock")
    stock.restock(work, locked.items, locked.parcel.id)
    touch(locked.request, work.now)
    settle(work, locked.request)
    return locked.parcel


def may_restock(program: Program, shipment: Shipment, now: datetime) -> bool:
    """Tell whether a returned parcel need not be resent: no attempt is left, or none would help."""
    return (
        shipment.attempt >= program.requests.redeliveries
        or shipment.returned_reason in mail.WARD_REASONS | {mail.REFUSED}
        or program.windows.redelivery.is_over(now)
    )


def shipment_in_mail(session: Session, parcel: AlternativeParcel) -> Shipment:
    """Return a packed parcel's shipment. Raises WrongStateError."""
    found = shipment_of(session, parcel.shipment_id)
    if found is None:
        raise WrongStateError(_s("この小包は、まだ確認が終わっていません。"))
    return found


def _tell(work: Work, parcel: AlternativeParcel, event: str) -> None:
    request = work.session.get_one(Request, parcel.request_id)
    key = f"alternative:{request.id}:{event}:{parcel.shipment_id}"
    announce(work, Event(parcel.household_id, event, key, receipt_no=request.receipt_no))
