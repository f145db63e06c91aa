"""A parcel that the post lost: found again, replaced, or given up.

Its pieces are written off before anything else.
"""

from collections.abc import Sequence

from portal.domain.foundation.errors import WrongStateError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.letters.shipments import services as shipments
from portal.domain.requests.alternatives import stock
from portal.domain.requests.alternatives.delivery import shipment_in_mail
from portal.domain.requests.alternatives.items import settle, step
from portal.domain.requests.alternatives.models import AlternativeItem, AlternativeParcel
from portal.domain.requests.alternatives.packing import lock_parcel, refuse_held
from portal.domain.requests.requests.services import touch


def lose(work: Work, parcel_id: int) -> AlternativeParcel:
    """Note that the post says it lost it; somebody then decides what follows.

    Raises WrongStateError.
    """
    row, parcel, items = lock_parcel(work.session, parcel_id)
    shipments.lose(work, shipment_in_mail(work.session, parcel).id)
    for item in items:
        step(work, item, "lose")
    touch(row, work.now)
    return parcel


def find(work: Work, parcel_id: int) -> AlternativeParcel:
    """Note that the post found it, before anything else was decided: it is on its way again.

    Raises WrongStateError.
    """
    row, parcel, items = lock_parcel(work.session, parcel_id)
    _refuse_not_lost(items)
    shipments.find(work, shipment_in_mail(work.session, parcel).id)
    for item in items:
        step(work, item, "find")
    touch(row, work.now)
    return parcel


def resend(work: Work, parcel_id: int) -> AlternativeParcel:
    """Decide that a lost parcel is replaced.

    Its pieces are written off, its children get others, packed by two people.

    Raises:
        NotAllowedError: the household is held, or has no address any more; as
            ``packing.refuse_held``.
        NotFoundError: there is no such parcel. WrongStateError: it is not lost, or this was decided
            before.
    """
    row, parcel, items = lock_parcel(work.session, parcel_id)
    _refuse_not_lost(items)
    refuse_held(work, row, items)
    stock.lose(work, items, parcel.id)
    for item in items:
        step(work, item, "resend", parcel=parcel.id)
        item.parcel_id = None
        stock.reserve_again(work, item)
    touch(row, work.now)
    work.session.flush()
    return parcel


def write_off(work: Work, parcel_id: int) -> AlternativeParcel:
    """Decide that a lost parcel is not replaced.

    Its children's rights wait for the ward, a reviewer ends the request.

    Raises:
        NotFoundError: there is no such parcel. WrongStateError: it is not lost, or this was decided
            before.
    """
    row, parcel, items = lock_parcel(work.session, parcel_id)
    _refuse_not_lost(items)
    stock.lose(work, items, parcel.id)
    for item in items:
        step(work, item, "write_off")
    touch(row, work.now)
    settle(work, row)
    return parcel


def _refuse_not_lost(items: Sequence[AlternativeItem]) -> None:
    if not items or any(item.state != "lost" for item in items):
        raise WrongStateError(
            _s("郵便局がなくした小包だけを、こうできます。もう決まっているかもしれません。")
        )
