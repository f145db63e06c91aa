"""Assign codes to entitlements, one each.

None is assigned twice, and none of the reserve. ``portions.py`` does it for a whole ward.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, exists, func, select, text, update
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import ConflictError, NotAllowedError
from portal.domain.foundation.texts import _s, _sn
from portal.domain.foundation.work import Work
from portal.domain.people.coupons.models import Coupon, CouponBatch
from portal.domain.people.coupons.reserve import Reserve
from portal.domain.people.coupons.states import COUPON, LIVE, STOCK
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.entitlements.services import locked
from portal.domain.people.entitlements.states import ENTITLEMENT, EntitlementState
from portal.domain.people.households.models import Hold, Household
from portal.domain.people.households.queries import withheld
from portal.domain.people.households.states import HoldState, HouseholdState

ASSIGN_LOCK = 7_208_154
"""Key of PostgreSQL's advisory lock that serializes assignments, so that the reserve counts once.
"""


@dataclass(frozen=True, slots=True)
class AssignmentPlan:
    """What a run would do, in codes: wanted by entitlements, in stock, kept back, and missing."""

    wanted: int
    stock: int
    reserve: int
    held: int
    missing: int


@dataclass(frozen=True, slots=True)
class Assigned:
    """What a run did: codes assigned, their sum in yen, codes left in stock, entitlements held."""

    count: int
    yen: int
    left: int
    held: int


class Counted(Struct, frozen=True):
    """What there is of one amount in yen: codes wanted by entitlements, in stock, and in use."""

    amount_yen: int
    wanted: int
    stock: int
    used: int

    def kept(self, reserve: Reserve) -> int:
        """Return how many codes are kept back once every entitlement has its own."""
        return reserve.of(self.used + self.wanted)


@dataclass(frozen=True, slots=True)
class Place:
    """How far a run has come in one amount: the last entitlement that got a code, and that code.

    Before the first both are 0. ``end`` is the first code that is not to be taken, None for no end.
    """

    amount_yen: int
    entitlement: int = 0
    code: int = 0
    end: int | None = None


def _wanting(amount_yen: int | None = None, after: int = 0) -> Select[int]:
    """Select the entitlements that may get a code now, those behind the key ``after``.

    They are in progress and in no open request, and their household is neither protected nor held
    nor removed.
    """
    open_hold = exists().where(
        Hold.household_id == Entitlement.household_id, Hold.state == HoldState.OPEN
    )
    has_code = exists().where(
        Coupon.entitlement_id == Entitlement.id,
        # it follows, but a database that does not see it reads all codes that were given before
        Coupon.entitlement_id > after,
        Coupon.state.in_(LIVE),
    )
    query = (
        select(Entitlement.id)
        .join(Household, Household.id == Entitlement.household_id)
        .where(
            Entitlement.id > after,
            Entitlement.state == ENTITLEMENT.initial,
            # a decline or a paper alternative is under way: its void code must not be followed by a
            # new one
            Entitlement.claimed_by.is_(None),
            ~withheld(),
            Household.state == HouseholdState.ACTIVE,
            ~open_hold,
            ~has_code,
        )
    )
    return query if amount_yen is None else query.where(Entitlement.amount_yen == amount_yen)


def wanting_count(session: Session) -> int:
    """Return how many entitlements ``assign`` would give a code now, whatever their amount."""
    return _count(session, _wanting())


def living_batches(work: Work) -> Sequence[int]:
    """Return the keys of the batches whose codes can still be exchanged, in order."""
    alive = select(CouponBatch.id).where(CouponBatch.exchange_end > work.now)
    return work.session.scalars(alive.order_by(CouponBatch.id)).all()


def in_stock(batches: Sequence[int], amount_yen: int) -> tuple[ColumnElement[bool], ...]:
    """Return the SQL conditions of a code of an amount that may be given, out of these batches."""
    return (Coupon.state == STOCK, Coupon.face_yen == amount_yen, Coupon.batch_id.in_(batches))


def _count(session: Session, query: Select[int]) -> int:
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0


def _amounts(session: Session) -> list[int]:
    return sorted(session.scalars(select(Entitlement.amount_yen).distinct()))


def counted(work: Work) -> list[Counted]:
    """Count children and codes, by amount, which reads all of them."""
    session, batches = work.session, living_batches(work)
    found = []
    for amount in _amounts(session):
        free = session.scalar(select(func.count()).where(*in_stock(batches, amount))) or 0
        used = session.scalar(
            select(func.count()).where(Coupon.state.in_(LIVE), Coupon.face_yen == amount)
        )
        found.append(Counted(amount, _count(session, _wanting(amount)), free, used or 0))
    return found


def plan(work: Work, reserve: Reserve, *, limit: int | None = None) -> AssignmentPlan:
    """Return what ``assign`` would do now, without changing anything."""
    return _planned(work.session, counted(work), reserve, limit)


def _planned(
    session: Session, amounts: Sequence[Counted], reserve: Reserve, limit: int | None
) -> AssignmentPlan:
    wanted = stock = kept = missing = 0
    for one in amounts:
        need = one.wanted if limit is None else min(one.wanted, limit - wanted)
        free, keep = one.stock, reserve.of(one.used + need)
        wanted, stock, kept = wanted + need, stock + free, kept + keep
        missing += max(0, need + keep - free) if need else 0
    held = (
        session.scalar(select(func.count()).where(Entitlement.state == EntitlementState.HELD)) or 0
    )
    return AssignmentPlan(wanted, stock, kept, held, missing)


def assign(
    work: Work, *, reserve: Reserve, protection_loaded: bool, limit: int | None = None
) -> Assigned:
    """Assign one code to every entitlement that may have one (at most ``limit``), or to none.

    Raises:
        NotAllowedError: it is not known yet which households are protected (``design.md`` §3).
        ConflictError: the stock is too small for all of them and the reserve; the message says by
            how many.
    """
    made, _amounts_of_it, _place = assign_counted(
        work, reserve, protection_loaded=protection_loaded, limit=limit
    )
    return made


def assign_counted(
    work: Work, reserve: Reserve, *, protection_loaded: bool, limit: int | None
) -> tuple[Assigned, list[Counted], Place | None]:
    """Do the work of ``assign``, whose errors it raises; return also what it knows by then.

    These are the counts from before, and how far it came in the last amount that it gave codes of,
    if it gave any.
    """
    if not protection_loaded:
        raise NotAllowedError(
            _s(
                "支援措置の情報がまだ読み込まれていないため、クーポンを割り当てません。"
                "名簿の列、別の一覧、または区の「該当なし」"
                "の確認(2名)のどれかを先に登録してください。"
            ),
            code="protection_missing",
        )
    one_at_a_time(work.session)
    amounts = counted(work)
    planned = _planned(work.session, amounts, reserve, limit)
    if planned.missing:
        raise shortage(work, planned)
    count = yen = 0
    place = None
    for one in amounts:
        left = None if limit is None else limit - count
        given, reached = give(work, Place(one.amount_yen), left)
        place = reached if given else place
        count, yen = count + given, yen + given * one.amount_yen
    on_record(work, count, yen)
    return Assigned(count, yen, planned.stock - count, planned.held), amounts, place


def on_record(work: Work, count: int, yen: int) -> None:
    """Record in the same transaction how many codes it gave, and their sum in yen."""
    if count:
        record(work, "coupon.assigned", "coupon", count=count, yen=yen)


def given_since(work: Work, since: datetime) -> tuple[int, int]:
    """Return how many codes were assigned since an instant (UTC), and their sum in yen."""
    portions = work.session.scalars(
        select(AuditEvent.detail).where(
            AuditEvent.action == "coupon.assigned", AuditEvent.at >= since
        )
    ).all()
    return sum(one["count"] for one in portions), sum(one["yen"] for one in portions)


def shortage(work: Work, planned: AssignmentPlan) -> ConflictError:
    """Return the error that says how many codes are missing."""
    return ConflictError(
        _sn(
            "コードが%(n)d件足りません(割り当て%(wanted)d件、予備%(reserve)d件、在庫"
            "%(stock)d件)。何も割り当てていません。追加のコードを読み込むか、"
            "予備の数(--reserve)を減らしてください。",
            "コードが%(n)d件足りません(割り当て%(wanted)d件、予備%(reserve)d件、在庫"
            "%(stock)d件)。何も割り当てていません。追加のコードを読み込むか、"
            "予備の数(--reserve)を減らしてください。",
            planned.missing,
        )
        % {
            "n": planned.missing,
            "wanted": planned.wanted,
            "reserve": planned.reserve,
            "stock": planned.stock,
        }
        + _ended(work.session, work.now),
        code="coupon_stock",
    )


def _ended(session: Session, now: datetime) -> str:
    """Return a sentence about the codes in stock that nobody can exchange any more."""
    over = select(CouponBatch.id).where(CouponBatch.exchange_end <= now)
    count = (
        session.scalar(select(func.count()).where(Coupon.state == STOCK, Coupon.batch_id.in_(over)))
        or 0
    )
    if not count:
        return ""
    return " " + _sn(
        "ほかに交換期限の過ぎたコードが%(n)d件ありますが、割り当てられません。",
        "ほかに交換期限の過ぎたコードが%(n)d件ありますが、割り当てられません。",
        count,
    ) % {"n": count}


def one_at_a_time(session: Session) -> None:
    """Wait until no other transaction assigns, and keep others waiting until this one ends."""
    # SQLite has one writer anyway. PostgreSQL's row locks alone would keep codes unique, but two
    # runs could both count the same reserve.
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ASSIGN_LOCK})


def give(work: Work, place: Place, limit: int | None, *, whole: bool = False) -> tuple[int, Place]:
    """Give codes to the next entitlements of an amount; return how many, and the place reached.

    Both are locked for this transaction. With ``whole`` it gives as many as ``limit`` or none.

    Raises:
        ConflictError: there are fewer codes than entitlements, and ``whole`` is not asked for.
    """
    session = work.session
    wanting = (
        _wanting(place.amount_yen, place.entitlement)
        .order_by(Entitlement.id)
        .with_for_update(of=Entitlement, skip_locked=True)
    )
    if limit is not None:
        wanting = wanting.limit(limit)
    entitlements = session.scalars(wanting).all()
    codes = session.scalars(_free_codes(work, place).limit(len(entitlements))).all()
    if whole and (len(entitlements) != limit or len(codes) != limit):
        return 0, place
    if len(codes) < len(entitlements):
        raise ConflictError(
            _s(
                "ほかの処理が同時にコードを使っています。何も割り当てていません。"
                "もう一度実行してください。"
            ),
            code="coupon_stock",
        )
    if not codes:
        return 0, place
    _write(work, codes, entitlements)
    return len(codes), replace(place, entitlement=entitlements[-1], code=codes[-1])


def _write(work: Work, codes: Sequence[int], entitlements: Sequence[int]) -> None:
    now, state = work.now, COUPON.next(STOCK, "assign")
    work.session.execute(
        update(Coupon),
        [
            {
                "id": code,
                "entitlement_id": entitlement,
                "state": state,
                "assigned_at": now,
                "changed_at": now,
            }
            for code, entitlement in zip(codes, entitlements, strict=True)
        ],
    )


def _free_codes(work: Work, place: Place) -> Select[int]:
    """Select free codes behind a place, those loaded first in front, locked for this transaction.

    The keys are in the order of loading, and the order of the stock's index: nothing is sorted.
    """
    free = select(Coupon.id).where(
        *in_stock(living_batches(work), place.amount_yen), Coupon.id > place.code
    )
    if place.end is not None:
        free = free.where(Coupon.id < place.end)
    return free.order_by(Coupon.id).with_for_update(skip_locked=True)


def assign_replacement(work: Work, entitlement_id: int) -> Coupon:
    """Assign a fresh code to an entitlement whose coupon is void, from the reserve if necessary.

    Raises:
        ConflictError: it still has a live coupon, or no code is left.
        NotAllowedError: the entitlement is not in progress.
    """
    entitlement = locked(work.session, entitlement_id)
    if entitlement.state != ENTITLEMENT.initial:
        raise NotAllowedError(
            _s("この対象者には、いまクーポンを出せません(保留中か、処理が終わっています)。")
        )
    live = select(Coupon.id).where(Coupon.entitlement_id == entitlement.id, Coupon.state.in_(LIVE))
    if work.session.scalar(live) is not None:
        raise ConflictError(_s("まだ使えるクーポンがあります。先に古いクーポンを止めてください。"))
    code = work.session.scalar(_free_codes(work, Place(entitlement.amount_yen)).limit(1))
    if code is None:
        raise ConflictError(
            _s("在庫にコードがありません。追加のコードを読み込んでください。"), code="coupon_stock"
        )
    coupon = work.session.get_one(Coupon, code)
    coupon.state = COUPON.next(coupon.state, "assign")
    coupon.entitlement_id, coupon.assigned_at, coupon.changed_at = (
        entitlement.id,
        work.now,
        work.now,
    )
    record(work, "coupon.replaced", "coupon", coupon.id, household_id=entitlement.household_id)
    work.session.flush()
    return coupon
