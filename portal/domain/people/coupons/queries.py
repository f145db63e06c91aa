"""Read coupons: those of a household, one opened code, and counts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from portal.domain.foundation.errors import NotAllowedError, NotFoundError
from portal.domain.foundation.texts import _
from portal.domain.foundation.vault import Vault
from portal.domain.foundation.work import Work
from portal.domain.people.coupons.issuer import StopMethod
from portal.domain.people.coupons.models import Coupon, CouponBatch
from portal.domain.people.coupons.sealed import CouponCode, drawn, unseal_code, unseal_qr
from portal.domain.people.coupons.states import ALL, LIVE, SHOWABLE, SPENT, CouponState
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.entitlements.states import OPEN, EntitlementState
from portal.domain.people.households.models import Child
from portal.domain.people.households.moved import is_moved


@dataclass(frozen=True, slots=True, repr=False)
class OwnCoupon:
    """A coupon as the pages of its household read it: what they show of a ``Coupon``, no row."""

    id: int
    state: str
    revealed_at: datetime | None
    face_yen: int
    used_yen: int
    issuer_status: str | None
    issuer_as_of: date | None
    management_digest: bytes
    sealed: bytes
    qr_sealed: bytes


@dataclass(frozen=True, slots=True)
class HouseholdCoupon:
    """One child of a household: its entitlement, and its live or latest coupon, if any.

    The ends are exclusive instants (UTC). ``claimed_by`` is the kind of the open request
    ``claim_id`` about the entitlement; ``stop`` is how the issuer stops a code (``StopMethod``).
    ``wrapped_key`` is the data key of the coupon's batch, where the reader opens codes.
    """

    child_id: int
    ordinal: int
    entitlement_id: int
    entitlement_state: str
    amount_yen: int
    coupon: Coupon | OwnCoupon | None
    exchange_end: datetime | None
    use_end: datetime | None
    claimed_by: str | None = None
    claim_id: int | None = None
    stop: str = ""
    wrapped_key: bytes = field(default=b"", repr=False)

    @property
    def is_spent(self) -> bool:
        """Whether the coupon was used, in part or wholly."""
        return self.coupon is not None and self.coupon.state in SPENT

    @property
    def is_shown_for_good(self) -> bool:
        """Whether a code was shown that its issuer cannot stop any more."""
        return (
            self.coupon is not None
            and self.coupon.state in LIVE
            and self.coupon.revealed_at is not None
            and self.stop == StopMethod.NEVER
        )

    @property
    def is_settled(self) -> bool:
        """Whether nothing can be chosen instead of the coupon any more."""
        return self.entitlement_state not in OPEN or self.is_spent or self.is_shown_for_good

    def can_show(self, now: datetime) -> bool:
        """Return whether the code may be shown at this instant."""
        return (
            self.coupon is not None
            and self.coupon.state in SHOWABLE
            and self.entitlement_state != EntitlementState.HELD
            and self.exchange_end is not None
            and now < self.exchange_end
        )


@dataclass(frozen=True, slots=True, repr=False)
class OpenedCoupon:
    """A decrypted code with its QR image (PNG); it has no ``repr``: it is money."""

    code: CouponCode
    image: bytes


@dataclass(frozen=True, slots=True)
class BatchView:
    """One batch with the number of its codes per state."""

    id: int
    profile: str
    order_ref: str
    count: int
    total_yen: int
    stop: str
    exchange_end: datetime
    use_end: datetime
    loaded_at: datetime
    by_state: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class DeliveryCounts:
    """Live codes by how far they came; the letters slice counts handed-over letters."""

    assigned: int
    revealed: int
    exchanged: int


# built once: building so large a statement takes as long as running it
OF_HOUSEHOLD = (
    select(
        Entitlement,
        Child.ordinal,
        Coupon,
        CouponBatch.exchange_end,
        CouponBatch.use_end,
        CouponBatch.stop,
    )
    .join(Child, Child.id == Entitlement.child_id)
    .outerjoin(Coupon, Coupon.entitlement_id == Entitlement.id)
    .outerjoin(CouponBatch, CouponBatch.id == Coupon.batch_id)
    .where(Entitlement.household_id == bindparam("household_id"))
    .order_by(Child.ordinal, Coupon.id)
)


def coupons_of_household(session: Session, household_id: int) -> list[HouseholdCoupon]:
    """Return one entry per entitled child, oldest child first."""
    return coupons_and_assignments(session, household_id)[0]


def coupons_and_assignments(
    session: Session, household_id: int
) -> tuple[list[HouseholdCoupon], list[datetime]]:
    """Return the household's coupons, and when each was assigned, replaced ones included (UTC)."""
    rows = session.execute(OF_HOUSEHOLD, {"household_id": household_id})
    entries: list[HouseholdCoupon] = []
    assigned: list[datetime] = []
    for entitlement, ordinal, coupon, exchange_end, use_end, stop in rows:
        joined: Coupon | None = coupon  # an outer join: mypy does not know
        if joined is not None and joined.assigned_at is not None:
            assigned.append(joined.assigned_at)
        entries.append(
            HouseholdCoupon(
                entitlement.child_id,
                ordinal,
                entitlement.id,
                entitlement.state,
                entitlement.amount_yen,
                coupon,
                exchange_end,
                use_end,
                entitlement.claimed_by,
                entitlement.claim_id,
                stop or "",
            )
        )
    return latest_of_each(entries), assigned


def latest_of_each(entries: Iterable[HouseholdCoupon]) -> list[HouseholdCoupon]:
    """Return the entry of each entitlement's live or latest coupon, of all in their order."""
    chosen: dict[int, HouseholdCoupon] = {}
    for entry in entries:
        known = chosen.get(entry.entitlement_id)
        if known is None or known.coupon is None or known.coupon.state not in LIVE:
            chosen[entry.entitlement_id] = entry
    return list(chosen.values())


def coupon_of_child(session: Session, household_id: int, ordinal: int) -> HouseholdCoupon:
    """Return a household's entry by the child's number in it, as in the page's address.

    Raises:
        NotFoundError: the household has no such child.
        NotAllowedError: the child's entitlement moved elsewhere; the message is the one for every
            hidden coupon.
    """
    for entry in coupons_of_household(session, household_id):
        if entry.ordinal == ordinal:
            return entry
    if is_moved(session, household_id, ordinal):
        raise NotAllowedError(
            _("このクーポンは、いま表示できません。コールセンターにお問い合わせください。"),
            code="coupon_not_shown",
        )
    raise NotFoundError(_("クーポンが見つかりません。"))


def data_key(work: Work, coupon: Coupon) -> bytes:
    """Return the key that seals the codes of a coupon's batch."""
    return work.vault.unwrap(work.session.get_one(CouponBatch, coupon.batch_id).wrapped_key)


def open_code(work: Work, coupon: Coupon) -> CouponCode:
    """Decrypt a code.

    The caller is responsible for who may see it, and for logging it (``services.reveal``).

    Raises:
        IntegrityFaultError: another key, or changed data.
    """
    return unseal_code(data_key(work, coupon), coupon.management_digest, coupon.sealed)


def open_coupon(vault: Vault, coupon: Coupon | OwnCoupon, wrapped_key: bytes) -> OpenedCoupon:
    """Decrypt a code and its QR image with the data key of its batch.

    The caller is responsible for who may see it, and for logging it (``services.reveal``).

    Raises:
        IntegrityFaultError: another key, or changed data.
    """
    key, digest = vault.unwrap(wrapped_key), coupon.management_digest
    return OpenedCoupon(
        unseal_code(key, digest, coupon.sealed),
        drawn(unseal_qr(key, digest, coupon.qr_sealed)),
    )


def state_counts(session: Session) -> dict[str, int]:
    """Return the number of codes per state; every state is listed."""
    rows = session.execute(select(Coupon.state, func.count()).group_by(Coupon.state))
    found = {state: int(count) for state, count in rows}
    return {state: found.get(state, 0) for state in ALL}


def batches(session: Session) -> list[BatchView]:
    """Return all batches, oldest first."""
    counts: dict[int, dict[str, int]] = {}
    grouped = select(Coupon.batch_id, Coupon.state, func.count()).group_by(
        Coupon.batch_id, Coupon.state
    )
    for batch_id, state, count in session.execute(grouped):
        counts.setdefault(batch_id, {})[state] = count
    return [
        BatchView(
            batch.id,
            batch.profile,
            batch.order_ref,
            batch.count,
            batch.total_yen,
            batch.stop,
            batch.exchange_end,
            batch.use_end,
            batch.loaded_at,
            counts.get(batch.id, {}),
        )
        for batch in session.scalars(select(CouponBatch).order_by(CouponBatch.id))
    ]


def delivery_counts(session: Session) -> DeliveryCounts:
    """Return how many live codes are assigned, were ever revealed, and are exchanged."""
    row = session.execute(
        select(
            func.count(Coupon.id),
            func.count(Coupon.revealed_at),
            func.count().filter(Coupon.state == CouponState.EXCHANGED),
        ).where(Coupon.state.in_(LIVE))
    ).one()
    return DeliveryCounts(*(int(value) for value in row))
