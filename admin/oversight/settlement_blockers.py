"""Where each reason that prevents closing the settlement is worked off."""

from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct

from admin.access import allowed
from admin.page import Page
from portal.domain.desk.casework.drill_down import Behind, listed
from portal.domain.foundation.texts import Sentence, _s
from portal.domain.oversight.settlement.blockers import Blocker
from portal.domain.people.entitlements.states import EntitlementState
from portal.domain.people.households.held import held_households
from portal.domain.people.staff.permissions import Permission


class Way(Struct, frozen=True):
    """A list on which cases of a blocker are worked off, and what the link to it says."""

    path: str
    name: str


class InTheWay(Struct, frozen=True):
    """A reason that prevents closing, and the lists of this person that have its cases."""

    sentence: str
    ways: Sequence[Way]


_LISTS: Mapping[Blocker, tuple[str, Permission, Sentence]] = {
    Blocker.HELD: ("/holds", Permission.SEE_HOLDS, lambda: _s("保留の一覧")),
    Blocker.OPEN_REQUESTS: (
        "/entitlements/in_progress?claimed=1",
        Permission.OPEN_HOUSEHOLD,
        lambda: _s("申請があるこどもの一覧"),
    ),
    Blocker.STATEMENT: (
        "/settlement#statement",
        Permission.PREPARE_SETTLEMENT,
        lambda: _s("利用明細を取り込む"),
    ),
    Blocker.DIFFERENCES: (
        "/settlement/differences",
        Permission.SEE_SETTLEMENT,
        lambda: _s("利用明細との差異"),
    ),
    Blocker.CHAIN: (
        "/transfers?shown=open&stops=paying",
        Permission.SEE_TRANSFERS,
        lambda: _s("終わっていない受け渡しを見る"),
    ),
}


def with_ways(page: Page, found: Mapping[Blocker, int]) -> Sequence[InTheWay]:
    """Return the reasons with the lists that this person may open."""
    return [
        InTheWay(reason.sentence(count), _ways(page, reason)) for reason, count in found.items()
    ]


def _ways(page: Page, reason: Blocker) -> Sequence[Way]:
    path, permission, name = _LISTS.get(reason, ("", None, None))
    if permission is None or name is None or not allowed(page, permission):
        return ()
    count = _COUNTED.get(reason)
    return (Way(path, name() if count is None else f"{name()}（{count(page):,}）"),)


def _held(page: Page) -> int:
    knows = allowed(page, Permission.KNOW_PROTECTED)
    return held_households(page.session, include_protected=knows)


def _asked(page: Page) -> int:
    knows = allowed(page, Permission.KNOW_PROTECTED)
    wanted = Behind(EntitlementState.IN_PROGRESS, claimed=True)
    return listed(page.session, wanted, include_protected=knows).children


_COUNTED: Mapping[Blocker, Callable[[Page], int]] = {
    Blocker.HELD: _held,
    Blocker.OPEN_REQUESTS: _asked,
}
"""What the lists show to this person: the ward's ones have the protected households, too."""
