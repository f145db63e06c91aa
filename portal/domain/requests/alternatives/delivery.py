"""A packed parcel in the mail: posted, waiting at the post office, delivered.

Or back, sent again, and into stock.
"""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Organization
from portal.domain.foundation.errors import NotAllowedError, WrongStateError
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.letters.announcements.services import announce
from portal.domain.letters.shipments import mail
from portal.domain.letters.shipments import services as shipments
from portal.domain.letters.shipments.models import Shipment
from portal.domain.letters.shipments.queries import shipment as shipment_of
from portal.domain.people.entitlements import claims
from portal.domain.people.entitlements.services import change
from portal.domain.people.households.models import Household
from portal.domain.requests.alternatives import stock
from portal.domain.requests.alternatives.items import lock_entitlements, settle, step
from portal.domain.requests.alternatives.models import AlternativeItem, AlternativeParcel
from portal.domain.requests.alternatives.packing import lock_parcel, refuse_held
from portal.domain.requests.requests.absences import tell_absence
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.services import touch


def post(
    work: Work, parcel_id: int, day: date, mail_class: str, tracking_no: str
) -> AlternativeParcel:
    """Note that a packed parcel was handed to the post on ``day`` (JST), and tell the household.

    Raises:
        NotFoundError, NotAllowedError, ConflictError, InputError: as ``packing.refuse_held`` and
            ``shipments.post``.
        WrongStateError: it is not packed, or was posted before.
    """
    row, parcel, items = lock_parcel(work.session, parcel_id)
    refuse_held(work, row, items, mailing=True)
    shipments.post(work, shipment_in_mail(work.session, parcel).id, day, mail_class, tracking_no)
    for item in items:
        step(work, item, "post")
    _tell(work, row, parcel, "posted")
    return parcel


def absent(
    work: Work, parcel_id: int, day: date, *, kept_until: date | None = None
) -> AlternativeParcel:
    """Note that nobody was at home on ``day`` (JST), and tell the household.

    Raises: NotFoundError, InputError and WrongStateError, as ``shipments.absent``.
    """
    row, parcel, _items = lock_parcel(work.session, parcel_id)
    shipment = shipments.absent(
        work, shipment_in_mail(work.session, parcel).id, day, kept_until=kept_until
    )
    touch(row, work.now)
    tell_absence(work, shipment)
    return parcel


def deliver(work: Work, parcel_id: int, day: date) -> AlternativeParcel:
    """Note that it was handed over on ``day`` (JST): its children's rights are fulfilled.

    Raises:
        NotFoundError: there is no such parcel.
        NotAllowedError: a child is held, so that a person must look first.
        WrongStateError: it is not in the mail. InputError: a day to come.
    """
    row, parcel, items = lock_parcel(work.session, parcel_id)
    rights = lock_entitlements(work.session, items)
    if any(right.state == "held" for right in rights.values()):
        raise NotAllowedError(
            _s("この世帯は保留中です。保留が解けてから、届いたことを記録してください。"),
            code="held",
        )
    shipments.deliver(work, shipment_in_mail(work.session, parcel).id, day)
    _fulfill(work, row, items)
    return parcel


def hand_over(work: Work, parcel_id: int) -> AlternativeParcel:
    """Note that a packed parcel was handed over at the ward's counter against a signature, where no address may be used.

    Raises:
        NotAllowedError: the household has an address, or is held.
        NotFoundError: there is no such parcel, or the actor is not of the ward.
        WrongStateError: it is not packed, or was handed over before.
    """
    row, parcel, items = lock_parcel(work.session, parcel_id)
    refuse_held(work, row, items)
    if not work.session.get_one(Household, parcel.household_id).counter:
        raise NotAllowedError(_s("この世帯の小包は、郵便で送ります。"), code="has_address")
    shipments.cancel(work, shipment_in_mail(work.session, parcel).id)
    for item in items:
        step(work, item, "post", at_counter=True)
    _fulfill(work, row, items)
    return parcel


def _fulfill(work: Work, row: Request, items: Sequence[AlternativeItem]) -> None:
    for item in items:
        step(work, item, "deliver")
        claims.free(work, item.entitlement_id, row.id)
        change(work, item.entitlement_id, "deliver_alternative")
    settle(work, row)


def come_back(work: Work, parcel_id: int, reason: str, day: date) -> AlternativeParcel:
    """Note that the post brought it back on ``day`` (JST) with its reason, and tell the household.

    Raises:
        NotFoundError: there is no such parcel.
        InputError: no such reason, or a day to come.
        WrongStateError: it is not in the mail.
    """
    row, parcel, items = lock_parcel(work.session, parcel_id)
    shipments.come_back(work, shipment_in_mail(work.session, parcel).id, reason, day)
    for item in items:
        step(work, item, "return", reason=reason)
    touch(row, work.now)
    _tell(work, row, parcel, "came_back")
    return parcel


def repost(
    work: Work, parcel_id: int, day: date, mail_class: str, tracking_no: str
) -> AlternativeParcel:
    """Send a parcel that came back once more, at most ``program.requests.redeliveries`` times (specification 7(4)).

    Raises:
        NotAllowedError: the number is used up (``no_redelivery_left``), the address or the person
            is in question and the actor is not of the ward (``ward_first``), or as ``post``.
        Others as ``post``.
    """
    row, parcel, items = lock_parcel(work.session, parcel_id)
    before = shipment_in_mail(work.session, parcel)
    if any(item.state != "returned" for item in items):
        raise WrongStateError(_s("戻ってきた小包だけを、もう一度送れます。"))
    refuse_held(work, row, items, mailing=True)
    _refuse_repost(work, before)
    again = shipments.plan(
        work, shipments.PARCEL, parcel.household_id, value_yen=parcel.amount_yen, previous=before
    )
    shipments.post(work, again.id, day, mail_class, tracking_no)
    parcel.shipment_id = again.id
    for item in items:
        step(work, item, "repost", attempt=again.attempt)
    touch(row, work.now)
    _tell(work, row, parcel, "posted")
    return parcel


def _refuse_repost(work: Work, before: Shipment) -> None:
    """Refuse to send once more what was sent often enough, or what the ward must look at first."""
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
    """Lay the pieces of a parcel that came back for good into stock.

    Its children's rights wait for the ward.

    Raises:
        NotAllowedError: it still has redeliveries, and nothing speaks against them
            (``redelivery_left``).
        NotFoundError: there is no such parcel. WrongStateError: it did not come back.
    """
    row, parcel, items = lock_parcel(work.session, parcel_id)
    if any(item.state != "returned" for item in items):
        raise WrongStateError(_s("戻ってきた小包だけを、在庫に戻せます。"))
    if not may_restock(work.program, shipment_in_mail(work.session, parcel), work.now):
        raise NotAllowedError(
            _s("再配達がまだ%(left)d回残っています。先に、もう一度送ってください。")
            % {
                "left": work.program.requests.redeliveries
                - shipment_in_mail(work.session, parcel).attempt
            },
            code="redelivery_left",
        )
    for item in items:
        step(work, item, "restock")
    stock.restock(work, items, parcel.id)
    touch(row, work.now)
    settle(work, row)
    return parcel


def may_restock(program: Program, shipment: Shipment, now: datetime) -> bool:
    """Tell whether a parcel that came back need not be sent again.

    No redelivery left, or none would help.
    """
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


def _tell(work: Work, row: Request, parcel: AlternativeParcel, event: str) -> None:
    announce(
        work,
        parcel.household_id,
        event,
        f"alternative:{row.id}:{event}:{parcel.shipment_id}",
        receipt_no=row.receipt_no,
    )
