"""Packs a parcel by two people: one scans the serial numbers, another one counts again.

Only then do pieces leave the stock.
"""

from collections.abc import Collection, Sequence

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Organization
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import (
    ConflictError,
    InputError,
    NotAllowedError,
    NotFoundError,
)
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.letters.shipments import services as shipments
from portal.domain.letters.shipments.mail import refuse_over_limit
from portal.domain.people.coupons.stopping import live_coupon
from portal.domain.people.households.models import Household
from portal.domain.people.households.queries import open_holds
from portal.domain.people.pauses.queries import paused_among
from portal.domain.requests.alternatives import stock
from portal.domain.requests.alternatives.items import (
    items_of,
    lock_entitlements,
    locked_request,
    step,
)
from portal.domain.requests.alternatives.models import (
    AlternativeItem,
    AlternativeParcel,
    StockRange,
)
from portal.domain.requests.alternatives.serials import read_range
from portal.domain.requests.alternatives.states import (
    PACKING,
    AlternativeState,
    ReservationState,
)
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.services import touch


class Scanned(Struct, frozen=True):
    """Serial numbers of one product in a row, as scanned; without ``last`` a single piece."""

    product: str
    first: str
    last: str = ""


class FirstCount(Struct, frozen=True):
    """What the first person packed: for which children, which pieces, for which mail class."""

    ordinals: Collection[int]
    scans: Sequence[Scanned]
    mail_class: str


class SecondCount(Struct, frozen=True):
    """What the second person counted."""

    pieces: int
    amount_yen: int


class LockedParcel(Struct, frozen=True):
    """A parcel, its request (locked; it guards the parcel too) and its children's items, fresh."""

    request: Request
    parcel: AlternativeParcel
    items: Sequence[AlternativeItem]


def count(work: Work, request_id: int, counted: FirstCount) -> AlternativeParcel:
    """Fill a parcel for children of one request as its first person; its pieces are set aside.

    Raises:
        NotFoundError: no such request, or a serial number that was never received.
        NotAllowedError: no person with an account, a held household, or more yen than the mail is
            insured for.
        ConflictError: a child's pieces are not reserved yet or packed already, or a piece is not in
            stock.
        InputError: no child, or the scanned pieces do not make up the amount.
    """
    row = locked_request(work.session, request_id)
    items = _items_to_pack(work, row, set(counted.ordinals))
    amount = sum(item.amount_yen for item in items)
    refuse_over_limit(work.program, counted.mail_class, amount)
    serials = _fitting(work.session, items, counted.scans)
    parcel = AlternativeParcel(
        request_id=row.id,
        household_id=items[0].household_id,
        mail_class=counted.mail_class,
        amount_yen=amount,
        pieces=sum(item.pieces for item in items),
        counted_by=work.actor.id,
        counted_at=work.now,
    )
    work.session.add(parcel)
    work.session.flush()
    stock.set_aside(work.session, serials, parcel.id)
    for item in items:
        item.parcel_id = parcel.id
    _log(work, parcel, "counted")
    return parcel


def _items_to_pack(work: Work, row: Request, ordinals: set[int]) -> list[AlternativeItem]:
    items = [item for item in items_of(work.session, row.id) if item.ordinal in ordinals]
    if not items or len(items) != len(ordinals):
        raise InputError(_s("この小包に入れるこどもを選んでください。"))
    _refuse_unready(work, row, items)
    return items


def _refuse_unready(work: Work, row: Request, items: Sequence[AlternativeItem]) -> None:
    refuse_held(work, row, items)
    for item in items:
        found = stock.reservation_of(work.session, item.id)
        reserved = found is not None and found.state == ReservationState.RESERVED
        if item.state != AlternativeState.APPROVED or not reserved:
            raise ConflictError(
                _s("在庫待ちか、まだ準備できないこどもの分があります。画面を開きなおしてください。")
            )
        if item.parcel_id is not None:
            raise ConflictError(_s("このこどもの分は、ほかの人が数えて、確認を待っています。"))


def refuse_held(work: Work, row: Request, items: Sequence[AlternativeItem]) -> None:
    """Refuse to hand out anything to a household that is held or gone.

    A protected household's parcel is handled by the ward only.

    Raises:
        NotAllowedError: held, removed, or the actor is no person with an account.
        NotFoundError: only the ward may know of the household.
        ConflictError: a child still has an electronic coupon.
    """
    _refuse_held(work, _known_household(work, row), items)


def refuse_mailing(work: Work, row: Request, items: Sequence[AlternativeItem]) -> None:
    """Do the same as ``refuse_held``, and refuse to mail where no address may be used.

    Such a parcel is packed and handed over at the ward's counter.

    Raises:
        NotAllowedError: no address may be used (``counter``), or sending is paused (``paused``);
            others as ``refuse_held``.
    """
    household = _known_household(work, row)
    if paused_among(work.session, [household.id]):
        raise NotAllowedError(
            _s("この世帯に送るのを止めています。「区への引き継ぎ」で決めてから、送ってください。"),
            code="paused",
        )
    if household.counter:
        raise NotAllowedError(
            _s("住所を使わない世帯です。小包は送れません。区の窓口で渡してください。"),
            code="counter",
        )
    _refuse_held(work, household, items)


def _known_household(work: Work, row: Request) -> Household:
    """Return the household of a request to a person of the staff who may know of it."""
    household = work.session.get_one(Household, row.household_id)
    of_ward = household.protected or paused_among(work.session, [household.id])
    if of_ward and work.actor.organization is not Organization.WARD:
        raise NotFoundError(_s("この小包は見つかりませんでした。"))
    if work.actor.id is None or work.actor.organization is None:
        raise NotAllowedError(_s("小包を扱えるのは、アカウントのある職員だけです。"))
    return household


def _refuse_held(work: Work, household: Household, items: Sequence[AlternativeItem]) -> None:
    rights = lock_entitlements(work.session, items)
    held = any(right.state == "held" for right in rights.values())
    if held or household.state != "active" or open_holds(work.session, household.id):
        raise NotAllowedError(
            _s("この世帯は保留中です。保留が解けるまで、小包は出せません。"), code="held"
        )
    if any(live_coupon(work.session, item.entitlement_id) is not None for item in items):
        raise ConflictError(
            _s("電子クーポンがまだ生きています。小包は出せません。管理者に知らせてください。"),
            code="coupon_alive",
        )


def _fitting(
    session: Session, items: Sequence[AlternativeItem], scans: Sequence[Scanned]
) -> dict[str, list[str]]:
    """Return the scanned numbers by product, checked against the children's pieces and yen."""
    wanted: dict[str, tuple[int, int]] = {}
    for item in items:
        pieces, yen = wanted.get(item.product, (0, 0))
        wanted[item.product] = (pieces + item.pieces, yen + item.amount_yen)
    found: dict[str, list[str]] = {product: [] for product in wanted}
    for scan in scans:
        if scan.product not in found:
            raise InputError(_s("この小包に入れない種類の券を読み取りました。"))
        found[scan.product] += read_range(scan.first, scan.last).serials()
    for product, serials in found.items():
        pieces, yen = wanted[product]
        if len(serials) != pieces:
            raise InputError(
                _s("読み取った券は%(found)d枚です。この小包には%(wanted)d枚入れます。")
                % {"found": len(serials), "wanted": pieces}
            )
        if _worth(session, product, serials) not in {0, yen}:
            raise InputError(
                _s("読み取った券の合計が、%(wanted)s円になりません。額面の違う券が混ざっています。")
                % {"wanted": f"{yen:,}"}
            )
    return found


def _worth(session: Session, product: str, serials: Sequence[str]) -> int:
    """Return what the pieces are worth in yen by the ranges they came in.

    0 when one is unknown, which is refused later by its number.
    """
    pieces = stock.pieces_by_serial(session, product, serials)
    ranges = session.execute(
        select(StockRange.id, StockRange.piece_yen).where(StockRange.product == product)
    )
    yen_of = dict(ranges.all())
    return sum(yen_of[piece.range_id] for piece in pieces) if len(pieces) == len(serials) else 0


def confirm(work: Work, parcel_id: int, counted: SecondCount) -> AlternativeParcel:
    """Confirm a parcel as its second person; its pieces leave the stock ledger now.

    Raises:
        NotFoundError: there is no such parcel.
        NotAllowedError: the person who counted it first, a held household, or over the insurance.
        InputError: the second count differs.
        WrongStateError: it was confirmed or discarded before.
    """
    locked = lock_parcel(work.session, parcel_id)
    parcel = locked.parcel
    state = PACKING.next(parcel.state, "confirm")
    refuse_held(work, locked.request, locked.items)
    _refuse_second_count(work, parcel, counted)
    refuse_over_limit(work.program, parcel.mail_class, parcel.amount_yen)
    for item in locked.items:
        step(work, item, "pack", parcel=parcel.id)
    stock.send_out(work, locked.items, parcel.id)
    shipment = shipments.plan_parcel(work, parcel.household_id, parcel.amount_yen)
    parcel.state, parcel.shipment_id = state, shipment.id
    parcel.confirmed_by, parcel.confirmed_at = work.actor.id, work.now
    _log(work, parcel, "confirmed")
    return parcel


def _refuse_second_count(work: Work, parcel: AlternativeParcel, counted: SecondCount) -> None:
    """Refuse the first person, and a count that differs from the first one."""
    if work.actor.id == parcel.counted_by:
        raise NotAllowedError(
            _s("自分が数えた小包は、自分では確認できません。ほかの人が数えてください。"),
            code="own_parcel",
        )
    equal = counted == SecondCount(parcel.pieces, parcel.amount_yen)
    if not equal or stock.count_of(work.session, parcel.id) != counted.pieces:
        raise InputError(
            _s(
                "枚数か金額が、1人目と合いません。もう一度数えてください。"
                "合わないときは、取りやめてください。"
            )
        )


def discard(work: Work, parcel_id: int) -> AlternativeParcel:
    """Empty a parcel that nobody confirmed: its pieces go back to stock.

    Raises:
        NotFoundError: there is no such parcel.
        WrongStateError: it was confirmed or discarded before.
    """
    parcel = lock_parcel(work.session, parcel_id).parcel
    _discard(work, parcel)
    return parcel


def discard_open(work: Work, row: Request) -> None:
    """Empty the parcels of a locked request that nobody confirmed yet."""
    for parcel in _parcels(work.session, row.id):
        if PACKING.can(parcel.state, "discard"):
            _discard(work, parcel)


def _discard(work: Work, parcel: AlternativeParcel) -> None:
    items = [
        item for item in items_of(work.session, parcel.request_id) if item.parcel_id == parcel.id
    ]
    parcel.state = PACKING.next(parcel.state, "discard")
    stock.put_back(work.session, [item.product for item in items], parcel.id)
    for item in items:
        item.parcel_id = None
    _log(work, parcel, "discarded")


def _parcels(session: Session, request_id: int) -> list[AlternativeParcel]:
    statement = (
        select(AlternativeParcel)
        .where(AlternativeParcel.request_id == request_id)
        .order_by(AlternativeParcel.id)
        .execution_options(populate_existing=True)
    )
    return list(session.scalars(statement))


def lock_parcel(session: Session, parcel_id: int) -> LockedParcel:
    """Return a parcel with its locked request and its children's items.

    Raises:
        NotFoundError: there is no such parcel.
    """
    request_id = session.scalar(
        select(AlternativeParcel.request_id).where(AlternativeParcel.id == parcel_id)
    )
    if request_id is None:
        raise NotFoundError(_s("この小包は見つかりませんでした。"))
    row = locked_request(session, request_id)
    parcel = next(parcel for parcel in _parcels(session, row.id) if parcel.id == parcel_id)
    items = [item for item in items_of(session, row.id) if item.parcel_id == parcel_id]
    return LockedParcel(row, parcel, items)


def _log(work: Work, parcel: AlternativeParcel, what: str) -> None:
    record(
        work,
        f"parcel.{what}",
        "parcel",
        parcel.id,
        household_id=parcel.household_id,
        request=parcel.request_id,
        pieces=parcel.pieces,
        amount_yen=parcel.amount_yen,
    )
    touch(work.session.get_one(Request, parcel.request_id), work.now)
    work.session.flush()
