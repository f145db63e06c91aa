"""Find the rows of a large file that share a key, in twelve bytes a row."""

from array import array
from collections.abc import Iterator

PARTS = 256


class SharedKeys:
    """Collects a key of 64 bits for each row, then yields the rows that have the same one.

    Keys lie in parts by their last bits, so that looking for equal ones takes the memory of one.
    """

    def __init__(self) -> None:
        self._keys = [array("q") for _part in range(PARTS)]
        self._rows = [array("I") for _part in range(PARTS)]

    def add(self, key: int, row: int) -> None:
        """Add a row, counted from 0."""
        part = key % PARTS
        self._keys[part].append(key)
        self._rows[part].append(row)

    def groups(self) -> Iterator[list[int]]:
        """Yield the rows of each key that several have, in their order; forget all keys."""
        while self._keys:
            first: dict[int, int] = {}
            shared: dict[int, list[int]] = {}
            for key, row in zip(self._keys.pop(), self._rows.pop(), strict=True):
                earlier = first.setdefault(key, row)
                if earlier != row:
                    shared.setdefault(key, [earlier]).append(row)
            yield from shared.values()
