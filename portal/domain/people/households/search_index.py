"""Keyed digests of folded grams: those of a household, and those of a query."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from portal.domain.foundation.vault import Vault
from portal.domain.people.households.folding import (
    fold_name,
    fold_place,
    grams,
    name_words,
    query_grams,
)
from portal.domain.people.households.records import ChildFields, HouseholdFields
from portal.domain.people.households.romaji import combined, reading_grams

GRAM_BYTES = 4
REMEMBERED = 200_000


class _Digests(dict[str, bytes]):
    """Digests of grams for one purpose, computed on first use.

    The same grams recur in every family.
    """

    def __init__(self, vault: Vault, purpose: str) -> None:
        super().__init__()
        self._vault = vault
        self._purpose = purpose

    def __missing__(self, gram: str) -> bytes:
        if len(self) >= REMEMBERED:
            self.clear()
        digest = self[gram] = self._vault.blind(self._purpose, gram, GRAM_BYTES)
        return digest


class Indexer:
    """Compute search rows with the keys of one vault."""

    def __init__(self, vault: Vault) -> None:
        self._names = names = _Digests(vault, "gram.name")
        self._places = _Digests(vault, "gram.place")
        self._births = _Digests(vault, "gram.birth")

        @lru_cache(maxsize=50_000)
        def name_digests(text: str) -> frozenset[bytes]:
            return frozenset(map(names.__getitem__, grams(fold_name(text))))

        self._name_digests = name_digests

    def names(self, household: HouseholdFields, children: Iterable[ChildFields]) -> bytes:
        """Return the packed digests of all names, kana and aliases of a household."""
        found: set[bytes] = set()
        people: list[HouseholdFields | ChildFields] = [household, *children]
        for person in people:
            for text in filter(None, (person.name, person.kana, person.alias)):
                found |= self._name_digests(text)
        return b"".join(sorted(found))

    def places(self, household: HouseholdFields) -> bytes:
        """Return the packed digests of the address, and the postal code as one more key."""
        found = grams(fold_place(household.town + household.street + " " + household.building))
        found.add("〒" + household.postal_code)
        return b"".join(sorted(map(self._places.__getitem__, found)))

    def births(self, household: HouseholdFields, children: Iterable[ChildFields]) -> bytes:
        """Return the packed digests of all birth dates of a household."""
        births = [household.birth, *(c.birth for c in children)]
        dates = {birth.isoformat() for birth in births if birth}
        return b"".join(sorted(map(self._births.__getitem__, dates)))

    def name_query(self, text: str) -> list[bytes]:
        """Return the digests that a household with this name, or part of it, must have.

        The words may be in any order.
        """
        wanted = {gram for word in name_words(text) for gram in query_grams(word)}
        return [self._names[gram] for gram in sorted(wanted)]

    def reading_queries(self, text: str) -> list[list[bytes]]:
        """Return, for each way to read Latin letters as kana, the digests of a household's names.

        Empty where a word is not romanized Japanese.
        """
        wanted = [
            sorted({gram for kana in read for gram in reading_grams(kana)})
            for read in combined(name_words(text))
        ]
        return [[self._names[gram] for gram in found] for found in wanted if found]

    def place_query(self, text: str) -> list[bytes]:
        """Return the digests that a household with this part of an address must have."""
        return [self._places[g] for g in sorted(query_grams(fold_place(text)))]

    def postal_query(self, postal_code: str) -> list[bytes]:
        """Return the digest of a seven-digit postal code."""
        return [self._places["〒" + postal_code]]

    def birth_query(self, birth: date) -> list[bytes]:
        """Return the digest of a birth date."""
        return [self._births[birth.isoformat()]]
