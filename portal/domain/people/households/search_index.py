"""Which households have which pieces of text, as sets of their keys."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from pyroaring import BitMap

from portal.domain.people.households.opened_pieces import Opened
from portal.domain.people.households.search_feed import Mark
from portal.domain.people.households.search_keys import Key, Query, Space, key_of, plain_of


@dataclass(slots=True)
class Index:
    """Which households have a key; only added to: what one lost costs a look at its row."""

    mark: Mark
    holders: defaultdict[Key, BitMap] = field(default_factory=lambda: defaultdict(BitMap))
    all: BitMap = field(default_factory=BitMap)
    damaged: int = 0

    def add(self, opened: Iterable[Opened]) -> int:
        """Add households; return the last one's key, 0 if there was none."""
        household_id = 0
        found: dict[Space, defaultdict[str, list[int]]] = {
            space: defaultdict(list) for space in Space
        }
        for household_id, pieces in opened:
            if pieces is None:
                self.damaged += 1
                continue
            self.all.add(household_id)
            for space, texts in pieces.of.items():
                held = found[space]
                for text in texts:
                    held[text].append(household_id)
        for space, texts_of in found.items():
            for text, ids in texts_of.items():
                if (key := key_of(space, text)) is not None:
                    self.holders[key].update(ids)
        return household_id

    def find(self, query: Query) -> BitMap:
        """Return the keys of the households that have everything that is asked."""
        found: BitMap | None = None
        for part in query:
            one = BitMap()
            for keys in part:
                one |= self._with_all(keys)
            found = one if found is None else found & one
        return BitMap() if found is None else found

    def _with_all(self, keys: frozenset[Key]) -> BitMap:
        maps = [self._holding(key) for key in keys]
        held = sorted((one for one in maps if one is not None), key=len)
        return BitMap.intersection(*held) if held and len(held) == len(maps) else BitMap()

    def _holding(self, key: Key) -> BitMap | None:
        found = self.holders.get(key)
        plain = plain_of(key)
        if plain is None:
            return found
        also = self.holders.get(plain)
        return found | also if found is not None and also is not None else found or also

    def pack(self) -> None:
        """Give back memory that growing left."""
        for one in self.holders.values():
            one.shrink_to_fit()
