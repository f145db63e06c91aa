"""A parcel that the carrier lost: found again, replaced, or written off.

Its pieces are written off before anything else.
"""

from portal.domain.foundation.errors import WrongStateError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.letters.shipments import services as shipments
from portal.domain.requests.alternatives import stock
from portal.domain.requests.alternatives.delivery import shipment_in_mail
from portal.domain.requests.alternatives.items import settle, step
from portal.domain.requests.alternatives.models import AlternativeParcel
from portal.domain.requests.alternatives.packing import LockedParcel, lock_parcel, refuse_held
from portal.domain.requests.alternatives.states import AlternativeState
from portal.domain.requests.requests.services import touch


def lose(work: Work, parcel_id: int) -> AlternativeParcel:
    """Record that the carrier reported the parcel lost; the follow-up is decided separately.

    Raises WrongStateError.
    """
    locked = lock_parcel(work.session, parcel_id)
    parcel = locked.parcel
    shipments.lose(work, shipment_in_mail(work.session, parcel).id)
    for item in locked.items:
        step(work, item, "lose")
    touch(locked.request, work.now)
    return parcel


def find(work: Work, parcel_id: int) -> AlternativeParcel:
    """Record that the carrier found the parcel before anything was decided: it is on its way again.

    Raises WrongStateError.
    """
    locked = lock_parcel(work.session, parcel_id)
    parcel = locked.parcel
    _refuse_not_lost(locked)
    shipments.find(work, shipment_in_mail(work.session, parcel).id)
    for item in locked.items:
        step(work, item, "find")
    touch(locked.request, work.now)
    return parcel


def resend(work: Work, parcel_id: int) -> AlternativeParcel:
    """Replace a lost parcel: its pieces are written off, and others are packed by two people.

    Raises:
        NotAllowedError: the household is held, or has no address any more; as
            ``packing.refuse_held``.
        NotFoundError: there is no such parcel. WrongStateError: it is not lost, or this was decided
            before.
    """
    locked = lock_parcel(work.session, parcel_id)
    parcel = locked.parcel
    _refuse_not_lost(locked)
    refuse_held(work, locked.request, locked.items)
    stock.lose(work, locked.items, parcel.id)
    for item in locked.items:
        step(work, item, "resend", parcel=parcel.id)
        item.parcel_id = None
        stock.reserve_again(work, item)
    touch(locked.request, work.now)
    work.session.flush()
    return parcel


def write_off(work: Work, parcel_id: int) -> AlternativeParcel:
    """Give up a lost parcel: the ward decides about its children, a reviewer closes the request.

    Raises:
        NotFoundError: there is no such parcel. WrongStateError: it is not lost, or this was decided
            before.
    """
    locked = lock_parcel(work.session, parcel_id)
    parcel = locked.parcel
    _refuse_not_lost(locked)
    stock.lose(work, locked.items, parcel.id)
    for item in locked.items:
        step(work, item, "write_off")
    touch(locked.request, work.now)
    settle(work, locked.request)
    return parcel


def _refuse_not_lost(locked: LockedParcel) -> None:
    if not locked.items or any(item.state != AlternativeState.LOST for item in locked.items):
        raise WrongStateError(
            _s("郵便局がなくした小包だけを、こうできます。もう決まっているかもしれません。")
        )
