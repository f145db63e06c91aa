"""States of a child's paper alternative (``design.md`` §5), of parcels and of the stock."""

from enum import StrEnum

from portal.domain.foundation.states import StateMachine
from portal.domain.foundation.texts import Labeled, _s


class AlternativeState(Labeled):
    """The status of one child's paper alternative, as staff read it."""

    SUBMITTED = "submitted", lambda: _s("審査待ち")
    AWAITING_STOP = "awaiting_stop", lambda: _s("クーポンの停止待ち")
    APPROVED = "approved", lambda: _s("準備中")
    PACKED = "packed", lambda: _s("詰めた")
    POSTED = "posted", lambda: _s("差し出した")
    DELIVERED = "delivered", lambda: _s("届いた")
    RETURNED = "returned", lambda: _s("戻った")
    RESTOCKED = "restocked", lambda: _s("在庫に戻した")
    LOST = "lost", lambda: _s("郵便局が調査中")
    WRITTEN_OFF = "written_off", lambda: _s("紛失で終わり")
    REFUSED = "refused", lambda: _s("お断り")
    WITHDRAWN = "withdrawn", lambda: _s("取り下げ")


class PackingState(StrEnum):
    """The status of a parcel until two people have counted it."""

    COUNTED = "counted"
    CONFIRMED = "confirmed"
    DISCARDED = "discarded"


class PieceState(StrEnum):
    """Where one card is."""

    IN_STOCK = "in_stock"
    SET_ASIDE = "set_aside"
    OUT = "out"
    GONE = "gone"


class ReservationState(StrEnum):
    """The status of the pieces that are reserved for one child."""

    WAITING = "waiting"
    RESERVED = "reserved"
    USED = "used"
    RELEASED = "released"


class MovementKind(Labeled):
    """What a line of the stock ledger records, as staff read it."""

    RECEIVED = "received", lambda: _s("入荷")
    RESERVED = "reserved", lambda: _s("取り置き")
    UNRESERVED = "unreserved", lambda: _s("取り置きをやめた")
    PACKED = "packed", lambda: _s("小包に入れた")
    UNPACKED = "unpacked", lambda: _s("小包から戻した")
    LOST = "lost", lambda: _s("郵便で紛失")
    DAMAGED = "damaged", lambda: _s("使えない券")
    COUNTED = "counted", lambda: _s("棚卸し")


class ParcelStage(Labeled):
    """The lists of work at the parcels desk, in their order."""

    TO_PACK = "to_pack", lambda: _s("詰める")
    SHORT = "short", lambda: _s("在庫待ち")
    TO_CONFIRM = "to_confirm", lambda: _s("確認する")
    TO_POST = "to_post", lambda: _s("差し出す")
    ON_THE_WAY = "on_the_way", lambda: _s("配達中")
    RETURNED = "returned", lambda: _s("戻った")
    LOST = "lost", lambda: _s("郵便局が調査中")


_A, _P, _R = AlternativeState, PieceState, ReservationState
ALTERNATIVE = StateMachine(
    "alternative",
    _A.SUBMITTED,
    {
        "approve": {_A.SUBMITTED: _A.AWAITING_STOP},
        "confirm": {_A.AWAITING_STOP: _A.APPROVED},
        # as for a decline: one yen spent before the stop ends the request
        "found_spent": {_A.AWAITING_STOP: _A.REFUSED},
        "pack": {_A.APPROVED: _A.PACKED},
        "post": {_A.PACKED: _A.POSTED},
        "deliver": {_A.POSTED: _A.DELIVERED},
        "return": {_A.POSTED: _A.RETURNED},
        "repost": {_A.RETURNED: _A.POSTED},
        "restock": {_A.RETURNED: _A.RESTOCKED},
        # design.md names no step after the carrier lost a parcel: a person decides, unless it is
        # found
        "lose": {_A.POSTED: _A.LOST},
        "find": {_A.LOST: _A.POSTED},
        "resend": {_A.LOST: _A.APPROVED},
        "write_off": {_A.LOST: _A.WRITTEN_OFF},
        "refuse": {_A.SUBMITTED: _A.REFUSED},
        "reopen": {_A.REFUSED: _A.SUBMITTED},
        "withdraw": dict.fromkeys((_A.SUBMITTED, _A.AWAITING_STOP, _A.APPROVED), _A.WITHDRAWN),
    },
)
BEFORE_PACKING = (_A.SUBMITTED, _A.AWAITING_STOP, _A.APPROVED)
LIVE = (*BEFORE_PACKING, _A.PACKED, _A.POSTED, _A.RETURNED, _A.LOST)
"""A child has at most one alternative in these states; a unique index enforces it."""
FOR_WARD = (_A.RESTOCKED, _A.WRITTEN_OFF)
"""Ended without paper delivered: the next step is agreed with the ward."""

PACKING = StateMachine(
    "packing",
    PackingState.COUNTED,
    {
        "confirm": {PackingState.COUNTED: PackingState.CONFIRMED},
        "discard": {PackingState.COUNTED: PackingState.DISCARDED},
    },
)
PIECE = StateMachine(
    "piece",
    _P.IN_STOCK,
    {
        "set_aside": {_P.IN_STOCK: _P.SET_ASIDE},
        "put_back": {_P.SET_ASIDE: _P.IN_STOCK},
        "send": {_P.SET_ASIDE: _P.OUT},
        "restock": {_P.OUT: _P.IN_STOCK},
        "lose": {_P.OUT: _P.GONE},
        "write_off": {_P.IN_STOCK: _P.GONE},
        "find": {_P.GONE: _P.IN_STOCK},
    },
)
RESERVATION = StateMachine(
    "reservation",
    _R.WAITING,
    {
        "reserve": {_R.WAITING: _R.RESERVED},
        # reserved pieces turned out to be missing
        "wait_again": {_R.RESERVED: _R.WAITING},
        "use": {_R.RESERVED: _R.USED},
        # the parcel was lost, and the child gets other pieces
        "again": {_R.USED: _R.WAITING},
        "release": dict.fromkeys((_R.WAITING, _R.RESERVED), _R.RELEASED),
    },
)
