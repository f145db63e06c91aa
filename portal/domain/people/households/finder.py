"""Finds households by an index in the memory of the process; nothing of it is ever stored.

A stolen database has no key to count: the index is made of the sealed rows when a process starts,
and kept current by the feed (``search_feed``). A search first reads what changed, in its own
transaction; so it finds what another machine has just committed. Whether a household is protected
stands in its row alone and is read when the answer is made.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from enum import StrEnum
from weakref import WeakKeyDictionary

from msgspec import Struct
from sqlalchemy import Engine, func, select
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Session

from portal.domain.foundation.errors import BusyError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.vault import Vault, opening_for_nobody
from portal.domain.foundation.work import Transaction, Work
from portal.domain.people.households.models import Household
from portal.domain.people.households.opened_pieces import SealedHouseholds
from portal.domain.people.households.search_feed import changed_since, read_mark
from portal.domain.people.households.search_index import Index
from portal.domain.people.households.search_keys import Query

SMALL = 3_000
"""So many households are indexed while a search waits: a third of a second."""
PAGE = 2_000
MOST_IN_A_SEARCH = 500
"""So many changed households are read again by a search itself; more are left to the keeper."""
MOST_BY_KEEPER = 20_000
"""After more changes than these the index is made anew, which costs less memory."""
PACKED_AT_ONCE = 64_000
"""After so many households a rebuild packs what it has."""
REST_SECONDS = 0.002
"""After each page of a rebuild requests get their turn."""
LOST_SECONDS = 30.0
"""A keeper that could not read the feed for so long has lost it."""


class State(StrEnum):
    """Whether a process can search."""

    WAITING = "waiting"
    BUILDING = "building"
    READY = "ready"
    LOST = "lost"


class Standing(Struct, frozen=True):
    """How the index of this process stands.

    Attributes:
        state: Whether it can be searched.
        households: How many are in it; ``done`` of ``total`` while it is made.
        damaged: How often a row could not be opened since it was made.
    """

    state: State
    households: int
    done: int
    total: int
    damaged: int

    @property
    def percent(self) -> int:
        """How much of a rebuild is done, 0 to 99."""
        return min(99, self.done * 100 // max(1, self.total))


class SearchNotReadyError(BusyError):
    """The index is being made, or this process lost the feed; it heals by itself."""

    code = "search_not_ready"


class Finder:
    """The index of one database in this process, shared by all threads."""

    def __init__(self, vault: Vault) -> None:
        self._sealed = SealedHouseholds(vault)
        self._lock = threading.Lock()
        self._making = threading.Lock()
        self._index: Index | None = None
        self._state = State.WAITING
        self._done = self._total = 0
        self._read_at: float | None = None
        self.kept = False
        """Whether a keeper reads the feed all the time; one that stops doing so has lost it."""

    def find(self, session: Session, query: Query) -> list[int]:
        """Return the keys of households that may fit, in order; the caller compares their text.

        Raises:
            SearchNotReadyError: the index is being made, or too much changed since it was.
        """
        index = self._current(session)
        with self._lock:
            return list(index.find(query))

    def standing(self) -> Standing:
        """Return how the index stands."""
        index = self._index
        state = State.LOST if self._feed_is_lost() else self._state
        return Standing(
            state,
            len(index.all) if index is not None else 0,
            self._done,
            self._total,
            index.damaged if index is not None else 0,
        )

    def advance(self, read: Transaction) -> None:
        """Make the index if there is none, else take in what changed; one step of the keeper."""
        index = self._index
        if index is not None:
            with read() as session:
                if not self._take_in(session, index, MOST_BY_KEEPER, strict=True):
                    self._index, self._state = None, State.LOST
        if self._index is None:
            with self._making:
                self._make(read)
        self._read_at = time.monotonic()

    def _current(self, session: Session) -> Index:
        index = self._index
        if index is None:
            index = self._small(session)
        if self._feed_is_lost() or not self._take_in(session, index, MOST_IN_A_SEARCH):
            raise _lost()
        return index

    def _small(self, session: Session) -> Index:
        """Make the index of a small ward at once. Raises SearchNotReadyError for a large one.

        Agents try again and again meanwhile: no try may cost more in a larger ward.
        """
        beyond = select(Household.id).order_by(Household.id).offset(SMALL).limit(1)
        if session.scalar(beyond) is not None:
            raise _lost() if self._state is State.LOST else self._getting_ready()
        with self._making:
            return self._index or self._make(_inside(session))

    def _make(self, read: Transaction) -> Index:
        """Make the index of all rows, page by page; the former one was let go before."""
        if self._state is not State.LOST:
            self._state = State.BUILDING
        self._done = 0
        with read() as session:
            index = Index(read_mark(session))
            self._total = session.scalar(select(func.count()).select_from(Household)) or 0
        last = 0
        while True:
            with read() as session, opening_for_nobody():
                found = index.add(self._sealed.following(session, last, PAGE))
            if not found:
                break
            last, self._done = found, self._done + PAGE
            if self._done % PACKED_AT_ONCE == 0:
                index.pack()
            time.sleep(REST_SECONDS)
        index.pack()
        self._index, self._state = index, State.READY
        return index

    def _take_in(self, session: Session, index: Index, most: int, *, strict: bool = False) -> bool:
        """Take in what changed since the index's mark; False if that is too much.

        ``strict``: in a transaction that has just begun the feed cannot be behind, unless another
        database took its place.
        """
        mark = read_mark(session)
        if not mark.follows(index.mark):
            return mark.feed == index.mark.feed and not strict
        changed = changed_since(session, index.mark, most + 1)
        if len(changed) > most:
            return False
        for start in range(0, len(changed), PAGE):
            with opening_for_nobody():
                opened = list(self._sealed.some(session, changed[start : start + PAGE]))
            with self._lock:
                index.add(opened)
        if mark.follows(index.mark):
            index.mark = mark
        return True

    def _feed_is_lost(self) -> bool:
        read_at = self._read_at
        return (
            self.kept
            and self._state is State.READY
            and read_at is not None
            and time.monotonic() - read_at > LOST_SECONDS
        )

    def _getting_ready(self) -> SearchNotReadyError:
        return SearchNotReadyError(
            _s(
                "検索の準備をしています（%(percent)d%%）。少し待って、もう一度さがしてください。"
                "手紙番号とIDでは、いまもさがせます。"
            )
            % {"percent": self.standing().percent}
        )


def _lost() -> SearchNotReadyError:
    return SearchNotReadyError(
        _s(
            "いまは検索できません。新しい変更を受け取れていないので、古い内容で答えないように止めています。"
            "自動で直ります。少し待って、もう一度さがしてください。手紙番号とIDでは、いまもさがせます。"
        )
    )


def _inside(session: Session) -> Callable[[], AbstractContextManager[Session]]:
    @contextmanager
    def same() -> Iterator[Session]:
        yield session

    return same


_FINDERS: WeakKeyDictionary[Dialect, Finder] = WeakKeyDictionary()
_MAKING = threading.Lock()


def finder_for(engine: Engine, vault: Vault) -> Finder:
    """Return this process's finder of a database; it lives as long as the engine."""
    with _MAKING:
        found = _FINDERS.get(engine.dialect)
        if found is None:
            found = _FINDERS[engine.dialect] = Finder(vault)
    return found


def forget_finder(engine: Engine) -> None:
    """Let the index of a database go; whoever searches next makes another."""
    with _MAKING:
        _FINDERS.pop(engine.dialect, None)


def finder_of(work: Work) -> Finder:
    """Return this process's finder of the database of a transaction."""
    return finder_for(work.session.get_bind().engine, work.vault)
