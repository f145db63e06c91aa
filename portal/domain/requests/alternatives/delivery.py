"""A packed parcel in the mail: posted, waiting at the post office, delivered; or back, sent again, and into stock."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Actor, Organization
from portal.domain.foundation.errors import NotAllowedError, WrongStateError
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _s
from portal.domain.foundation.vault import Vault
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
    session: Session,
    vault: Vault,
    program: Program,
    parcel_id: int,
    day: date,
    mail_class: str,
    tracking_no: str,
    actor: Actor,
    now: datetime,
) -> AlternativeParcel:
    """Note that a packed parcel was handed to the post on ``day`` (JST), and tell the household.

    Raises:
        NotFoundError, NotAllowedError, ConflictError, InputError: as ``packing.refuse_held`` and ``shipments.post``.
        WrongStateError: it is not packed, or was posted before.
    """
    row, parcel, items = lock_parcel(session, parcel_id)
    refuse_held(session, row, items, actor, mailing=True)
    shipments.post(
        session,
        program,
        shipment_in_mail(session, parcel).id,
        day,
        mail_class,
        tracking_no,
        actor,
        now,
    )
    for item in items:
        step(session, item, "post", actor, now)
    _tell(session, vault, row, parcel, "posted", now)
    return parcel


def absent(
    session: Session,
    vault: Vault,
    program: Program,
    parcel_id: int,
    day: date,
    actor: Actor,
    now: datetime,
    *,
    kept_until: date | None = None,
) -> AlternativeParcel:
    """Note that nobody was at home on ``day`` (JST), and tell the household.

    Raises: NotFoundError, InputError and WrongStateError, as ``shipments.absent``.
    """
    row, parcel, _items = lock_parcel(session, parcel_id)
    shipment = shipments.absent(
        session, shipment_in_mail(session, parcel).id, day, actor, now, kept_until=kept_until
    )
    touch(row, now)
    tell_absence(session, vault, program, shipment, now)
    return parcel


def deliver(
    session: Session, parcel_id: int, day: date, actor: Actor, now: datetime
) -> AlternativeParcel:
    """Note that it was handed over on ``day`` (JST): its children's rights are fulfilled.

    Raises:
        NotFoundError: there is no such parcel.
        NotAllowedError: a child is held, so that a person must look first.
        WrongStateError: it is not in the mail. InputError: a day to come.
    """
    row, parcel, items = lock_parcel(session, parcel_id)
    rights = lock_entitlements(session, items)
    if any(right.state == "held" for right in rights.values()):
        raise NotAllowedError(
            _s("この世帯は保留中です。保留が解けてから、届いたことを記録してください。"),
            code="held",
        )
    shipments.deliver(session, shipment_in_mail(session, parcel).id, day, actor, now)
    _fulfill(session, row, items, actor, now)
    return parcel


def hand_over(session: Session, parcel_id: int, actor: Actor, now: datetime) -> AlternativeParcel:
    """Note that a packed parcel was handed over at the ward's counter against a signature, where no address may be used.

    Raises:
        NotAllowedError: the household has an address, or is held.
        NotFoundError: there is no such parcel, or the actor is not of the ward.
        WrongStateError: it is not packed, or was handed over before.
    """
    row, parcel, items = lock_parcel(session, parcel_id)
    refuse_held(session, row, items, actor)
    if not session.get_one(Household, parcel.household_id).counter:
        raise NotAllowedError(_s("この世帯の小包は、郵便で送ります。"), code="has_address")
    shipments.cancel(session, shipment_in_mail(session, parcel).id, actor, now)
    for item in items:
        step(session, item, "post", actor, now, at_counter=True)
    _fulfill(session, row, items, actor, now)
    return parcel


def _fulfill(
    session: Session, row: Request, items: Sequence[AlternativeItem], actor: Actor, now: datetime
) -> None:
    for item in items:
        step(session, item, "deliver", actor, now)
        claims.free(session, item.entitlement_id, row.id, actor, now)
        change(session, item.entitlement_id, "deliver_alternative", actor, now)
    settle(session, row, actor, now)


def come_back(
    session: Session,
    vault: Vault,
    parcel_id: int,
    reason: str,
    day: date,
    actor: Actor,
    now: datetime,
) -> AlternativeParcel:
    """Note that the post brought it back on ``day`` (JST) with its reason, and tell the household.

    Raises:
        NotFoundError: there is no such parcel.
        InputError: no such reason, or a day to come.
        WrongStateError: it is not in the mail.
    """
    row, parcel, items = lock_parcel(session, parcel_id)
    shipments.come_back(session, shipment_in_mail(session, parcel).id, reason, day, actor, now)
    for item in items:
        step(session, item, "return", actor, now, reason=reason)
    touch(row, now)
    _tell(session, vault, row, parcel, "came_back", now)
    return parcel


def repost(
    session: Session,
    vault: Vault,
    program: Program,
    parcel_id: int,
    day: date,
    mail_class: str,
    tracking_no: str,
    actor: Actor,
    now: datetime,
) -> AlternativeParcel:
    """Send a parcel that came back once more, at most ``program.requests.redeliveries`` times (specification 7(4)).

    Raises:
        NotAllowedError: the number is used up (``no_redelivery_left``), the address or the person is in question and
            the actor is not of the ward (``ward_first``), or as ``post``.
        Others as ``post``.
    """
    row, parcel, items = lock_parcel(session, parcel_id)
    before = shipment_in_mail(session, parcel)
    if any(item.state != "returned" for item in items):
        raise WrongStateError(_s("戻ってきた小包だけを、もう一度送れます。"))
    refuse_held(session, row, items, actor, mailing=True)
    if before.attempt >= program.requests.redeliveries:
        raise NotAllowedError(
            _s("再配達は%(count)d回までです。この小包は、在庫に戻してください。")
            % {"count": program.requests.redeliveries},
            code="no_redelivery_left",
        )
    if before.returned_reason in mail.WARD_REASONS and actor.organization is not Organization.WARD:
        raise NotAllowedError(
            _s(
                "住所か受取人に問題があって戻りました。区の担当者が確かめてから、区が送りなおします。"
            ),
            code="ward_first",
        )
    again = shipments.plan(
        session,
        shipments.PARCEL,
        parcel.household_id,
        actor,
        now,
        value_yen=parcel.amount_yen,
        previous=before,
    )
    shipments.post(session, program, again.id, day, mail_class, tracking_no, actor, now)
    parcel.shipment_id = again.id
    for item in items:
        step(session, item, "repost", actor, now, attempt=again.attempt)
    touch(row, now)
    _tell(session, vault, row, parcel, "posted", now)
    return parcel


def restock(
    session: Session, program: Program, parcel_id: int, actor: Actor, now: datetime
) -> AlternativeParcel:
    """Lay the pieces of a parcel that came back for good into stock; its children's rights wait for the ward.

    Raises:
        NotAllowedError: it still has redeliveries, and nothing speaks against them (``redelivery_left``).
        NotFoundError: there is no such parcel. WrongStateError: it did not come back.
    """
    row, parcel, items = lock_parcel(session, parcel_id)
    if any(item.state != "returned" for item in items):
        raise WrongStateError(_s("戻ってきた小包だけを、在庫に戻せます。"))
    if not may_restock(program, shipment_in_mail(session, parcel), now):
        raise NotAllowedError(
            _s("再配達がまだ%(left)d回残っています。先に、もう一度送ってください。")
            % {"left": program.requests.redeliveries - shipment_in_mail(session, parcel).attempt},
            code="redelivery_left",
        )
    for item in items:
        step(session, item, "restock", actor, now)
    stock.restock(session, items, parcel.id, actor, now)
    touch(row, now)
    settle(session, row, actor, now)
    return parcel


def may_restock(program: Program, shipment: Shipment, now: datetime) -> bool:
    """Tell whether a parcel that came back need not be sent again: no redelivery left, or none would help."""
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


def _tell(
    session: Session,
    vault: Vault,
    row: Request,
    parcel: AlternativeParcel,
    event: str,
    now: datetime,
) -> None:
    announce(
        session,
        vault,
        parcel.household_id,
        event,
        f"alternative:{row.id}:{event}:{parcel.shipment_id}",
        now,
        receipt_no=row.receipt_no,
    )
