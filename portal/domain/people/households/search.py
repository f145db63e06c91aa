"""Search households by parts of names, address, postal code and birth date.

At most twenty are returned.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain, islice

from portal.domain.foundation.work import Work
from portal.domain.people.households.folding import fold_name, fold_place, name_words
from portal.domain.people.households.queries import (
    SEARCH_LIMIT,
    HouseholdView,
    candidates,
    view_households,
)
from portal.domain.people.households.records import ChildFields, HouseholdFields
from portal.domain.people.households.romaji import readings, shortened
from portal.domain.people.households.search_index import Indexer

OPENED_AT_ONCE = SEARCH_LIMIT + 1
"""How many households are opened at a time until a page is full.

A common surname has hundreds that nobody will see.
"""


@dataclass(frozen=True, slots=True)
class SearchTerms:
    """What to search for; empty fields do not count, all others must match the same household."""

    name: str = ""
    place: str = ""
    postal_code: str = ""
    birth: date | None = None

    @property
    def empty(self) -> bool:
        """Whether the query is empty."""
        return not (self.name or self.place or self.postal_code or self.birth)


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Up to twenty households; ``more`` is True if further ones match."""

    households: tuple[HouseholdView, ...]
    more: bool


def search_households(
    work: Work, indexer: Indexer, terms: SearchTerms, *, include_protected: bool
) -> SearchResult:
    """Find households; protected ones only with ``include_protected``."""
    views, more = _fitting(work, indexer, terms, include_protected=include_protected)
    return _page(list(islice(views, SEARCH_LIMIT + 1)), more=more)


def search_with_withheld(
    work: Work, indexer: Indexer, terms: SearchTerms
) -> tuple[SearchResult, tuple[int, ...]]:
    """Find households for staff who may not know of protected ones; list those separately.

    They are for the audit log only. If more than a page fits, the search is about nobody in
    particular, and no withheld key comes back.
    """
    found: list[HouseholdView] = []
    withheld: list[int] = []
    views, more = _fitting(work, indexer, terms, include_protected=True)
    for view in views:
        if view.protected:
            withheld.append(view.id)
        else:
            found.append(view)
        if len(found) > SEARCH_LIMIT:
            break
    if more or len(found) + len(withheld) > SEARCH_LIMIT:
        withheld = []
    return _page(found, more=more), tuple(withheld)


def _page(found: list[HouseholdView], *, more: bool) -> SearchResult:
    return SearchResult(tuple(found[:SEARCH_LIMIT]), more=more or len(found) > SEARCH_LIMIT)


def _fitting(
    work: Work, indexer: Indexer, terms: SearchTerms, *, include_protected: bool
) -> tuple[Iterator[HouseholdView], bool]:
    """Return an iterator over the matches, and whether there were too many candidates."""
    if terms.empty:
        return iter(()), False
    queries: list[tuple[str, list[bytes]]] = []
    if terms.place:
        queries.append(("places", indexer.place_query(terms.place)))
    if terms.postal_code:
        queries.append(("places", indexer.postal_query(terms.postal_code)))
    if terms.birth:
        queries.append(("births", indexer.birth_query(terms.birth)))
    found: set[int] = set()
    more = False
    for names in _spellings(indexer, terms.name):
        keys, further = candidates(
            work.session, [*names, *queries], include_protected=include_protected
        )
        found.update(keys)
        more = more or further
    ids = sorted(found)
    portions = (ids[start : start + OPENED_AT_ONCE] for start in range(0, len(ids), OPENED_AT_ONCE))
    opened = chain.from_iterable(view_households(work, portion) for portion in portions)
    return (view for view in opened if _fits(view, terms)), more


def _spellings(indexer: Indexer, name: str) -> list[list[tuple[str, list[bytes]]]]:
    """Return the queries for a name: as typed, and in kana where it is in Latin letters."""
    if not name:
        return [[]]
    return [
        [("names", digests)]
        for digests in (indexer.name_query(name), *indexer.reading_queries(name))
    ]


def _fits(view: HouseholdView, terms: SearchTerms) -> bool:
    people: list[HouseholdFields | ChildFields] = [view.fields, *(c.fields for c in view.children)]
    if terms.name:
        words = name_words(terms.name)
        if not words or not any(
            all(_named(word, names) for word in words) for names in _folded(people)
        ):
            return False
    if terms.place:
        fields = view.fields
        if fold_place(terms.place) not in fold_place(
            fields.town + fields.street + " " + fields.building
        ):
            return False
    if terms.postal_code and terms.postal_code != view.fields.postal_code:
        return False
    return terms.birth is None or any(p.birth == terms.birth for p in people)


def _folded(people: list[HouseholdFields | ChildFields]) -> Iterator[tuple[str, ...]]:
    """Yield each person's folded names; what is typed with spaces may be in any order."""
    for person in people:
        yield tuple(fold_name(text) for text in (person.name, person.kana, person.alias) if text)


def _named(word: str, names: tuple[str, ...]) -> bool:
    read = [shortened(kana) for kana in readings(word)]
    return any(word in name or any(kana in shortened(name) for kana in read) for name in names)
