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
    """Which households have a key; only added to: what one lost costs a look at its row.

    ``packed``: what a rebuild found, as bytes; a set of a million families is half as large so, and
    a search unpacks the few that it needs. ``holders``: what came since.
    """

    mark: Mark
    packed: dict[Key, bytes] = field(default_factory=dict)
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
        plain = plain_of(key)
        found = self._unpacked(key)
        return found if plain is None else _either(found, self._unpacked(plain))

    def _unpacked(self, key: Key) -> BitMap | None:
        packed = self.packed.get(key)
        old = None if packed is None else BitMap.deserialize(packed)
        return _either(old, self.holders.get(key))

    def pack(self) -> None:
        """Pack what was added; not while others search."""
        while self.holders:
            key, found = self.holders.popitem()
            if (packed := self.packed.get(key)) is not None:
                found |= BitMap.deserialize(packed)
            self.packed[key] = found.serialize()


def _either(one: BitMap | None, other: BitMap | None) -> BitMap | None:
    return one | other if one is not None and other is not None else one or other
