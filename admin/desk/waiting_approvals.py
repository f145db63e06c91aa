"""What waits for a second person, by kind, each with the page on which it is confirmed."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from admin.access import allowed
from admin.page import Page
from portal.domain.desk.call_desk.acting.channel import KIND as CHANNEL_CHANGE
from portal.domain.desk.casework.counter_channel import KIND as COUNTER_CHANNEL
from portal.domain.foundation.texts import Sentence, _s
from portal.domain.foundation.transfers.services import ACCEPT as ACCEPT_TRANSFER
from portal.domain.mailroom.incidents.fault_agreement import REPLACE as REPLACE_CODE
from portal.domain.mailroom.roster.holds.naming import RELEASE_HOLD
from portal.domain.mailroom.roster.holds.services import PRINT_TEXT
from portal.domain.oversight.disposal.household.obstacles import HOUSEHOLD_DISPOSAL
from portal.domain.oversight.settlement.closing import CLOSE as CLOSE_SETTLEMENT
from portal.domain.people.staff.permissions import Permission
from portal.domain.requests.alternatives.stocktaking import APPROVAL as COUNT_STOCK
from portal.domain.requests.requests.deciders import ACCEPT as ACCEPT_REQUEST


class _Place(Struct, frozen=True):
    """Where proposals of a kind are confirmed, who may open that, and how they are named."""

    kind: str
    path: str
    permission: Permission
    name: Sentence


PLACES = (
    _Place(
        RELEASE_HOLD,
        "/holds?proposed=release_hold",
        Permission.SEE_HOLDS,
        lambda: _s("承認を待つ保留の解除"),
    ),
    _Place(
        PRINT_TEXT,
        "/holds?proposed=print_text",
        Permission.SEE_HOLDS,
        lambda: _s("承認を待つ、印字する文字"),
    ),
    _Place(
        ACCEPT_REQUEST,
        "/reviews?second=1",
        Permission.SEE_REQUESTS,
        lambda: _s("二人目の承認を待つ申請"),
    ),
    _Place(COUNT_STOCK, "/stock", Permission.SEE_STOCK, lambda: _s("二人目を待つ棚卸し")),
    _Place(
        CHANNEL_CHANGE,
        "/channel-changes",
        Permission.SUPERVISE_CALLS,
        lambda: _s("二人目を待つ受け取り方の変更"),
    ),
    _Place(
        COUNTER_CHANNEL,
        "/counter-channels",
        Permission.SET_CHANNEL_AT_COUNTER,
        lambda: _s("二人目を待つ窓口での登録"),
    ),
    _Place(
        REPLACE_CODE,
        "/coupon-faults?proposed=1",
        Permission.HANDLE_COUPON_FAULTS,
        lambda: _s("二人目を待つコードの差し替え"),
    ),
    _Place(
        ACCEPT_TRANSFER,
        "/transfers?shown=proposed",
        Permission.SEE_TRANSFERS,
        lambda: _s("承認を待つ受け渡しの差"),
    ),
    _Place(
        CLOSE_SETTLEMENT, "/settlement", Permission.SEE_SETTLEMENT, lambda: _s("承認を待つ清算")
    ),
    _Place(
        HOUSEHOLD_DISPOSAL,
        "/household-disposals",
        Permission.DISPOSE_HOUSEHOLD,
        lambda: _s("承認を待つ世帯の廃棄"),
    ),
)
"""Every kind of proposal that a start page counts."""


class WaitingApprovals(Struct, frozen=True):
    """How many proposals of a kind wait, and the page on which they are confirmed."""

    path: str
    name: str
    count: int


def waiting_approvals(page: Page, counts: Mapping[str, int]) -> Sequence[WaitingApprovals]:
    """Return what waits on pages that this person may open; ``counts`` is by kind of approval."""
    found = (
        WaitingApprovals(place.path, place.name(), counts.get(place.kind, 0))
        for place in PLACES
        if allowed(page, place.permission)
    )
    return [one for one in found if one.count]
