"""The one gate before every search for a household: permission, the day's limit, the log.

Nothing else leads from what somebody types to a household, whichever field it stands in.
"""

from collections.abc import Callable, Collection
from typing import TypeVar

from msgspec import Struct

from portal.domain.contacts.calls.models import Call
from portal.domain.contacts.calls.states import OPEN
from portal.domain.foundation.actors import Actor
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import NotAllowedError, ThrottledError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.people.authn import throttles
from portal.domain.people.staff.permissions import Permission, held

# T10 of security.md §2: more than sixty an hour are logged as unusual; too many a day are refused
SEARCH_HOUR = throttles.Limit("t10h", 60, 3600)
Found = TypeVar("Found")


class Passage(Struct, frozen=True):
    """A search: the fields that were filled in, and the call in which a caller is looked for.

    Without a call it is a search of the office.
    """

    used: Collection[str]
    call: Call | None = None


def through_gate(
    work: Work, passage: Passage, look: Callable[[], Found], size: Callable[[Found], int]
) -> Found:
    """Look for households, count the search and log its fields and hits, never the words.

    ``size`` says how many of what was found are shown. A search that ends in an error is neither
    counted nor logged.

    Raises:
        NotAllowedError: the actor may not search, or not without a call of their own.
        ThrottledError: the day's searches are used up.
    """
    if not _may_search(work.actor, passage.call):
        raise NotAllowedError(_s("世帯をさがせるのは、受付の間か、世帯を扱う役割の人だけです。"))
    found = look()
    _count(work, passage.used, size(found))
    return found


def _may_search(actor: Actor, call: Call | None) -> bool:
    if actor.organization is None:
        return False
    may = held(actor.role, actor.organization)
    if call is None:
        return Permission.SEARCH_HOUSEHOLDS in may
    return Permission.HANDLE_CALLS in may and call.agent_id == actor.id and call.state in OPEN


def _count(work: Work, used: Collection[str], found: int) -> None:
    key = str(work.actor.id)
    verdict = throttles.count_try(work.session, throttles.STAFF_SEARCH.of(key), work.now)
    if not verdict.allowed:
        raise ThrottledError(
            _s("きょうの検索の上限に達しました。続けるには、責任者に相談してください。"),
            retry_at=verdict.retry_at,
        )
    unusual = not throttles.count_try(work.session, SEARCH_HOUR.of(key), work.now).allowed
    record(work, "household.searched", "search", fields=list(used), found=found)
    if unusual:
        record(work, "staff.unusual_browsing", "staff_user", work.actor.id, what="search")
