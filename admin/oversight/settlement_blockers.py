"""Where each reason that prevents closing the settlement is worked off."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from admin.access import allowed
from admin.page import Page
from admin.requests import request_words
from portal.domain.foundation.texts import Sentence, _s
from portal.domain.oversight.settlement.blockers import Blocker
from portal.domain.people.staff.permissions import Permission
from portal.domain.requests.requests.states import OPEN


@dataclass(frozen=True, slots=True)
class Way:
    """A list on which cases of a blocker are worked off, and what the link to it says."""

    path: str
    name: str


@dataclass(frozen=True, slots=True)
class InTheWay:
    """A reason that prevents closing, and the lists of this person that have its cases."""

    sentence: str
    ways: Sequence[Way]


_LISTS: Mapping[Blocker, tuple[str, Permission, Sentence]] = {
    Blocker.HELD: ("/holds", Permission.SEE_HOLDS, lambda: _s("保留の一覧")),
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
        "/transfers?shown=open",
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
    if reason is Blocker.OPEN_REQUESTS and allowed(page, Permission.SEE_REQUESTS):
        return [
            Way(f"/reviews?state={state.value}", request_words.request_state(state))
            for state in OPEN
        ]
    path, permission, name = _LISTS.get(reason, ("", None, None))
    if permission is None or name is None or not allowed(page, permission):
        return ()
    return (Way(path, name()),)
