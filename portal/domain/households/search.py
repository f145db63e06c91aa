"""Household search by parts of names, address, postal code and birth date; at most twenty rows come back."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from portal.domain.households.folding import fold_name, fold_place, name_words
from portal.domain.households.queries import (
    SEARCH_LIMIT,
    Among,
    HouseholdView,
    candidates,
    view_households,
)
from portal.domain.households.records import ChildFields, HouseholdFields
from portal.domain.households.search_index import Indexer
from portal.domain.vault import Vault

OPENED_AT_ONCE = SEARCH_LIMIT + 1
"""Households are opened in such portions until a page is full: a common surname has hundreds that nobody will see."""


@dataclass(frozen=True, slots=True)
class SearchTerms:
    """What to look for; empty fields do not count. All given fields must match the same household."""

    name: str = ""
    place: str = ""
    postal_code: str = ""
    birth: date | None = None

    @property
    def empty(self) -> bool:
        """Tell whether nothing was asked."""
        return not (self.name or self.place or self.postal_code or self.birth)


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Up to twenty households; ``more`` says that the terms fit further ones."""

    households: tuple[HouseholdView, ...]
    more: bool


def search_households(
    session: Session, vault: Vault, indexer: Indexer, terms: SearchTerms, *, include_protected: bool
) -> SearchResult:
    """Find households. Protected ones are found only where ``include_protected`` says so."""
    return _search(session, vault, indexer, terms, Among.ALL if include_protected else Among.UNPROTECTED)


def protected_fits(session: Session, vault: Vault, indexer: Indexer, terms: SearchTerms) -> list[int]:
    """Return the keys of protected households that the terms fit: for noting that one was asked for, never to show."""
    return [view.id for view in _search(session, vault, indexer, terms, Among.PROTECTED).households]


def _search(
    session: Session, vault: Vault, indexer: Indexer, terms: SearchTerms, among: Among
) -> SearchResult:
    if terms.empty:
        return SearchResult((), more=False)
    queries: list[tuple[str, list[bytes]]] = []
    if terms.name:
        queries.append(("names", indexer.name_query(terms.name)))
    if terms.place:
        queries.append(("places", indexer.place_query(terms.place)))
    if terms.postal_code:
        queries.append(("places", indexer.postal_query(terms.postal_code)))
    if terms.birth:
        queries.append(("births", indexer.birth_query(terms.birth)))
    ids, more = candidates(session, queries, among=among)
    found: list[HouseholdView] = []
    for start in range(0, len(ids), OPENED_AT_ONCE):
        portion = view_households(session, vault, ids[start : start + OPENED_AT_ONCE])
        found += [view for view in portion if _fits(view, terms)]
        if len(found) > SEARCH_LIMIT:
            break
    return SearchResult(tuple(found[:SEARCH_LIMIT]), more=more or len(found) > SEARCH_LIMIT)


def _fits(view: HouseholdView, terms: SearchTerms) -> bool:
    people: list[HouseholdFields | ChildFields] = [view.fields, *(c.fields for c in view.children)]
    if terms.name:
        words = name_words(terms.name)
        if not words or not any(all(_named(word, names) for word in words) for names in _folded(people)):
            return False
    if terms.place:
        fields = view.fields
        if fold_place(terms.place) not in fold_place(fields.town + fields.street + " " + fields.building):
            return False
    if terms.postal_code and terms.postal_code != view.fields.postal_code:
        return False
    return terms.birth is None or any(p.birth == terms.birth for p in people)


def _folded(people: list[HouseholdFields | ChildFields]) -> Iterator[tuple[str, ...]]:
    """Give each person's names, folded; what is typed with spaces may be in any order and any of them."""
    for person in people:
        yield tuple(fold_name(text) for text in (person.name, person.kana, person.alias) if text)


def _named(word: str, names: tuple[str, ...]) -> bool:
    return any(word in name for name in names)
