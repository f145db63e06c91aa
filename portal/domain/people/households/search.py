"""Search households by parts of names, address, postal code and birth date.

At most twenty are returned.
"""

from collections.abc import Iterator
from datetime import date

from msgspec import Struct

from portal.domain.foundation.vault import note_shown, opening_for_nobody
from portal.domain.foundation.work import Work
from portal.domain.people.households.finder import finder_of
from portal.domain.people.households.folding import fold_name, fold_place, name_words
from portal.domain.people.households.queries import (
    SEARCH_LIMIT,
    HouseholdView,
    view_those_there,
)
from portal.domain.people.households.records import ChildFields, HouseholdFields
from portal.domain.people.households.romaji import readings, shortened
from portal.domain.people.households.search_keys import (
    Query,
    birth_query,
    name_query,
    place_query,
    postal_query,
)

MOST_OPENED = 2_000
"""So many households are opened for one search; if more may fit, the answer says ``more``."""
OPENED_AT_ONCE = SEARCH_LIMIT + 1
"""How many households are opened at a time until a page is full.

A common surname has hundreds that nobody will see.
"""


class SearchTerms(Struct, frozen=True):
    """What to search for; empty fields do not count, all others must match the same household."""

    name: str = ""
    place: str = ""
    postal_code: str = ""
    birth: date | None = None

    @property
    def empty(self) -> bool:
        """Whether the query is empty."""
        return not (self.name or self.place or self.postal_code or self.birth)


class SearchResult(Struct, frozen=True):
    """Up to twenty households; ``more`` is True if further ones match."""

    households: tuple[HouseholdView, ...]
    more: bool


def search_households(work: Work, terms: SearchTerms, *, include_protected: bool) -> SearchResult:
    """Find households; protected ones only with ``include_protected``.

    Raises:
        SearchNotReadyError: this process cannot search yet, or no more.
    """
    found: list[HouseholdView] = []
    views = _Fitting(work, terms)
    for view in views:
        if include_protected or not view.protected:
            found.append(view)
        if len(found) > SEARCH_LIMIT:
            break
    return _page(found, more=views.cut)


def everybody_who_fits(work: Work, terms: SearchTerms) -> list[HouseholdView]:
    """Return all who fit, protected ones too, for a comparison that shows nobody to anybody.

    It takes the same whether somebody fits or not: none is noted as shown, and it never stops at a
    full page. Raises as ``search_households``.
    """
    return list(_Fitting(work, terms))


def search_with_withheld(work: Work, terms: SearchTerms) -> tuple[SearchResult, tuple[int, ...]]:
    """Find households for staff who may not know of protected ones; list those separately.

    They are for the audit log only. If more than a page fits, the search is about nobody in
    particular, and no withheld key comes back. Raises as ``search_households``.
    """
    found: list[HouseholdView] = []
    withheld: list[int] = []
    views = _Fitting(work, terms)
    for view in views:
        if view.protected:
            withheld.append(view.id)
        else:
            found.append(view)
        if len(found) > SEARCH_LIMIT:
            break
    if views.cut or len(found) + len(withheld) > SEARCH_LIMIT:
        withheld = []
    return _page(found, more=views.cut), tuple(withheld)


def _page(found: list[HouseholdView], *, more: bool) -> SearchResult:
    shown = tuple(found[:SEARCH_LIMIT])
    for view in shown:
        note_shown(view.id)
    return SearchResult(shown, more=more or len(found) > SEARCH_LIMIT)


class _Fitting:
    """The households that fit, opened few at a time; ``cut`` if too many were opened for nothing.

    Whether one is protected is read with its row, at this moment: the index does not know it.
    """

    def __init__(self, work: Work, terms: SearchTerms) -> None:
        self._work = work
        self._terms = terms
        self.cut = False

    def __iter__(self) -> Iterator[HouseholdView]:
        if self._terms.empty:
            return
        ids = finder_of(self._work).find(self._work.session, _query(self._terms))
        self.cut = len(ids) > MOST_OPENED
        # where nobody fits, as much is asked and opened: a protected household takes no longer
        for start in range(0, max(1, min(len(ids), MOST_OPENED)), OPENED_AT_ONCE):
            with opening_for_nobody():  # most do not fit, and some may not be known to the reader
                views = view_those_there(self._work, ids[start : start + OPENED_AT_ONCE])
            for view in views:
                if _fits(view, self._terms):
                    yield view


def _query(terms: SearchTerms) -> Query:
    return [
        *(name_query(terms.name) if terms.name else ()),
        *(place_query(terms.place) if terms.place else ()),
        *(postal_query(terms.postal_code) if terms.postal_code else ()),
        *(birth_query(terms.birth) if terms.birth else ()),
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
