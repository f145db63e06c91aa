"""Household search by parts of names, address, postal code and birth date; at most twenty rows come back."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from portal.domain.households.folding import fold_name, fold_place
from portal.domain.households.queries import SEARCH_LIMIT, HouseholdView, candidates, view_households
from portal.domain.households.records import ChildFields, HouseholdFields
from portal.domain.households.search_index import Indexer
from portal.domain.vault import Vault


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
    ids, more = candidates(session, queries, include_protected=include_protected)
    found = [v for v in view_households(session, vault, ids) if _fits(v, terms)]
    return SearchResult(tuple(found[:SEARCH_LIMIT]), more=more or len(found) > SEARCH_LIMIT)


def _fits(view: HouseholdView, terms: SearchTerms) -> bool:
    people: list[HouseholdFields | ChildFields] = [view.fields, *(c.fields for c in view.children)]
    if terms.name:
        key = fold_name(terms.name)
        if not any(key in fold_name(text) for p in people for text in (p.name, p.kana)):
            return False
    if terms.place:
        fields = view.fields
        if fold_place(terms.place) not in fold_place(fields.town + fields.street + " " + fields.building):
            return False
    if terms.postal_code and terms.postal_code != view.fields.postal_code:
        return False
    return terms.birth is None or any(p.birth == terms.birth for p in people)
