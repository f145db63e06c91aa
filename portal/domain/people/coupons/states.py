"""States of a coupon (``design.md`` §5); a code in stock belongs to nobody yet."""

from enum import StrEnum

from portal.domain.foundation.states import StateMachine
from portal.domain.foundation.texts import Labeled, _s


class CouponState(Labeled):
    """The state of a coupon, as staff read it."""

    STOCK = "stock", lambda: _s("在庫")
    ASSIGNED = "assigned", lambda: _s("割り当てずみ")
    REVEALED = "revealed", lambda: _s("表示ずみ")
    SUSPENDED = "suspended", lambda: _s("一時停止")
    STOP_REQUESTED = "stop_requested", lambda: _s("停止を依頼中")
    PART_USED = "part_used", lambda: _s("一部使用")
    EXCHANGED = "exchanged", lambda: _s("交換ずみ")
    VOIDED = "voided", lambda: _s("無効")
    EXPIRED = "expired", lambda: _s("期限切れ")


STOCK = CouponState.STOCK
LIVE = (
    CouponState.ASSIGNED,
    CouponState.REVEALED,
    CouponState.SUSPENDED,
    CouponState.STOP_REQUESTED,
    CouponState.PART_USED,
    CouponState.EXCHANGED,
)
SPENT = (CouponState.PART_USED, CouponState.EXCHANGED)
DEAD = (CouponState.VOIDED, CouponState.EXPIRED)
ALL = tuple(CouponState)
SHOWABLE = (
    CouponState.ASSIGNED,
    CouponState.REVEALED,
    CouponState.PART_USED,
    CouponState.EXCHANGED,
)
COUPON = StateMachine(
    "coupon",
    CouponState.STOCK,
    {
        "assign": {CouponState.STOCK: CouponState.ASSIGNED},
        "reveal": {CouponState.ASSIGNED: CouponState.REVEALED},
        "suspend": dict.fromkeys(
            (CouponState.ASSIGNED, CouponState.REVEALED), CouponState.SUSPENDED
        ),
        # "back" depends on where the coupon was: ``state_before`` picks one of these two.
        "resume_assigned": {CouponState.SUSPENDED: CouponState.ASSIGNED},
        "resume_revealed": {CouponState.SUSPENDED: CouponState.REVEALED},
        "request_stop": dict.fromkeys(
            (CouponState.ASSIGNED, CouponState.REVEALED, CouponState.SUSPENDED),
            CouponState.STOP_REQUESTED,
        ),
        "confirm_stop": {CouponState.STOP_REQUESTED: CouponState.VOIDED},
        "found_spent": {CouponState.STOP_REQUESTED: CouponState.REVEALED},
        "import_part": {CouponState.REVEALED: CouponState.PART_USED},
        "import_full": dict.fromkeys(
            (CouponState.REVEALED, CouponState.PART_USED), CouponState.EXCHANGED
        ),
        "expire": dict.fromkeys(
            (
                CouponState.ASSIGNED,
                CouponState.REVEALED,
                CouponState.SUSPENDED,
                CouponState.STOP_REQUESTED,
                CouponState.PART_USED,
            ),
            CouponState.EXPIRED,
        ),
    },
)


class DifferenceState(StrEnum):
    """The state of a difference to the issuer's statement."""

    OPEN = "open"
    SETTLED = "settled"
    """Cleared up by a person, with a note."""
    GONE = "gone"
    """No longer reported by a later statement."""


DIFFERENCE = StateMachine(
    "issuer_difference",
    DifferenceState.OPEN,
    {
        "settle": {DifferenceState.OPEN: DifferenceState.SETTLED},
        "vanish": {DifferenceState.OPEN: DifferenceState.GONE},
    },
)
