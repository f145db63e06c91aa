"""Assign codes to entitlements, one each.

None is assigned twice, and none of the reserve.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, exists, func, select, text, update
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import ConflictError, NotAllowedError
from portal.domain.foundation.texts import _s, _sn
from portal.domain.foundation.work import Work, WorkSource
from portal.domain.people.coupons.models import Coupon, CouponBatch
from portal.domain.people.coupons.reserve import Reserve
from portal.domain.people.coupons.states import COUPON, LIVE, STOCK
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.entitlements.services import locked
from portal.domain.people.entitlements.states import ENTITLEMENT, EntitlementState
from portal.domain.people.households.models import Hold, Household
from portal.domain.people.households.protection import protection_loaded
from portal.domain.people.households.queries import withheld
from portal.domain.people.households.states import HoldState, HouseholdState

ASSIGN_LOCK = 7_208_154
"""Key of PostgreSQL's advisory lock that serializes assignments, so that the reserve counts once.
"""
PORTION = 2_000
"""Children of one transaction, so that nobody who signs in meanwhile waits for long."""

Progress = Callable[[int, int], None]
"""What is called with how many children have a code, of how many."""


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


def _wanting(amount_yen: int | None = None) -> Select[int]:
    """Select the entitlements that may get a code now.

    They are in progress and in no open request, and their household is neither protected nor held
    nor removed.
    """
    open_hold = exists().where(
        Hold.household_id == Entitlement.household_id, Hold.state == HoldState.OPEN
    )
    has_code = exists().where(Coupon.entitlement_id == Entitlement.id, Coupon.state.in_(LIVE))
    query = (
        select(Entitlement.id)
        .join(Household, Household.id == Entitlement.household_id)
        .where(
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


def _in_stock(now: datetime, amount_yen: int) -> tuple[ColumnElement[bool], ...]:
    alive = select(CouponBatch.id).where(CouponBatch.exchange_end > now)
    return (Coupon.state == STOCK, Coupon.face_yen == amount_yen, Coupon.batch_id.in_(alive))


def _count(session: Session, query: Select[int]) -> int:
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0


def _amounts(session: Session) -> list[int]:
    return sorted(session.scalars(select(Entitlement.amount_yen).distinct()))


def plan(work: Work, reserve: Reserve, *, limit: int | None = None) -> AssignmentPlan:
    """Return what ``assign`` would do now, without changing anything."""
    session = work.session
    wanted = stock = kept = missing = 0
    for amount in _amounts(session):
        need = _count(session, _wanting(amount))
        need = need if limit is None else min(need, limit - wanted)
        free = session.scalar(select(func.count()).where(*_in_stock(work.now, amount))) or 0
        used = session.scalar(
            select(func.count()).where(Coupon.state.in_(LIVE), Coupon.face_yen == amount)
        )
        keep = reserve.of((used or 0) + need)
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
    if not protection_loaded:
        raise NotAllowedError(
            _s(
                "支援措置の情報がまだ読み込まれていないため、クーポンを割り当てません。"
                "名簿の列、別の一覧、または区の「該当なし」"
                "の確認(2名)のどれかを先に登録してください。"
            ),
            code="protection_missing",
        )
    _one_at_a_time(work.session)
    planned = plan(work, reserve, limit=limit)
    if planned.missing:
        raise _shortage(work, planned)
    count = yen = 0
    for amount in _amounts(work.session):
        given = _give(work, amount, None if limit is None else limit - count)
        count, yen = count + given, yen + given * amount
    if count:
        record(work, "coupon.assigned", "coupon", count=count, yen=yen)
    return Assigned(count, yen, planned.stock - count, planned.held)


def assign_in_portions(source: WorkSource, reserve: Reserve, progress: Progress) -> Assigned:
    """Assign one code to every entitlement that may have one, portion by portion, or to none.

    A run that is killed leaves whole portions, and the next one goes on with the rest.

    Raises:
        NotAllowedError, ConflictError: as ``assign``, before any code is given; or, in a later
            portion, since others used up the stock or took back protection meanwhile.
    """
    with source.reading() as work:
        planned = plan(work, reserve)
        if planned.missing and protection_loaded(work.session):
            raise _shortage(work, planned)
    count = yen = 0
    while True:
        with source.writing() as work:
            loaded = protection_loaded(work.session)
            made = assign(work, reserve=reserve, protection_loaded=loaded, limit=PORTION)
        count, yen = count + made.count, yen + made.yen
        progress(count, max(count, planned.wanted))
        if made.count < PORTION:
            return Assigned(count, yen, made.left, made.held)


def given_since(work: Work, since: datetime) -> tuple[int, int]:
    """Return how many codes were assigned since an instant (UTC), and their sum in yen."""
    portions = work.session.scalars(
        select(AuditEvent.detail).where(
            AuditEvent.action == "coupon.assigned", AuditEvent.at >= since
        )
    ).all()
    return sum(one["count"] for one in portions), sum(one["yen"] for one in portions)


def _shortage(work: Work, planned: AssignmentPlan) -> ConflictError:
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


def _one_at_a_time(session: Session) -> None:
    # SQLite has one writer anyway. PostgreSQL's row locks alone would keep codes unique, but two
    # runs could both count the same reserve.
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ASSIGN_LOCK})


def _give(work: Work, amount_yen: int, limit: int | None) -> int:
    session, now = work.session, work.now
    wanting = (
        _wanting(amount_yen)
        .order_by(Entitlement.id)
        .with_for_update(of=Entitlement, skip_locked=True)
    )
    if limit is not None:
        wanting = wanting.limit(limit)
    entitlements = session.scalars(wanting).all()
    codes = session.scalars(_free_codes(now, amount_yen).limit(len(entitlements))).all()
    if len(codes) < len(entitlements):
        raise ConflictError(
            _s(
                "ほかの処理が同時にコードを使っています。何も割り当てていません。"
                "もう一度実行してください。"
            ),
            code="coupon_stock",
        )
    if not codes:
        return 0
    state = COUPON.next(STOCK, "assign")
    session.execute(
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
    return len(codes)


def _free_codes(now: datetime, amount_yen: int) -> Select[int]:
    """Select free codes, those that end first in front, locked for this transaction."""
    return (
        select(Coupon.id)
        .where(*_in_stock(now, amount_yen))
        .order_by(Coupon.batch_id, Coupon.id)
        .with_for_update(skip_locked=True)
    )


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
    code = work.session.scalar(_free_codes(work.now, entitlement.amount_yen).limit(1))
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
