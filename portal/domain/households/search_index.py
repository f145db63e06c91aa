"""Keyed digests of folded grams: what is written for a household, and which rows a query must hold."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from portal.domain.households.folding import fold_name, fold_place, grams, query_grams
from portal.domain.households.records import ChildFields, HouseholdFields
from portal.domain.vault import Vault

GRAM_BYTES = 4


class Indexer:
    """Makes search rows under one vault; remembers digests, since the same grams come back in every family."""

    def __init__(self, vault: Vault) -> None:
        @lru_cache(maxsize=200_000)
        def digest(purpose: str, gram: str) -> bytes:
            return vault.blind(purpose, gram, GRAM_BYTES)

        self._digest = digest

    def _pack(self, purpose: str, values: Iterable[str]) -> bytes:
        return b"".join(sorted(self._digest(purpose, value) for value in values))

    def names(self, household: HouseholdFields, children: Iterable[ChildFields]) -> bytes:
        """Return the packed digests of all names and kana of a household."""
        found: set[str] = set()
        for text in (household.name, household.kana, *(t for c in children for t in (c.name, c.kana))):
            if text:
                found |= _name_grams(text)
        return self._pack("gram.name", found)

    def places(self, household: HouseholdFields) -> bytes:
        """Return the packed digests of the address, and the postal code as one more key."""
        found = grams(fold_place(household.town + household.street + " " + household.building))
        found.add("〒" + household.postal_code)
        return self._pack("gram.place", found)

    def births(self, household: HouseholdFields, children: Iterable[ChildFields]) -> bytes:
        """Return the packed digests of all birth dates of a household."""
        births = [household.birth, *(c.birth for c in children)]
        dates = {birth.isoformat() for birth in births if birth}
        return self._pack("gram.birth", dates)

    def name_query(self, text: str) -> list[bytes]:
        """Return the digests that a household with this name, or a part of it, must hold."""
        return [self._digest("gram.name", g) for g in sorted(query_grams(fold_name(text)))]

    def place_query(self, text: str) -> list[bytes]:
        """Return the digests that a household with this piece of an address must hold."""
        return [self._digest("gram.place", g) for g in sorted(query_grams(fold_place(text)))]

    def postal_query(self, postal_code: str) -> list[bytes]:
        """Return the digest of a seven-digit postal code."""
        return [self._digest("gram.place", "〒" + postal_code)]

    def birth_query(self, birth: date) -> list[bytes]:
        """Return the digest of a birth date."""
        return [self._digest("gram.birth", birth.isoformat())]


@lru_cache(maxsize=50_000)
def _name_grams(text: str) -> frozenset[str]:
    return frozenset(grams(fold_name(text)))
