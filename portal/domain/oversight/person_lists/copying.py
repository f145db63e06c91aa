"""Rows that somebody typed off: which rows of a list they are, and whether in its order.

A typed row is one of a list if each of its cells stands in one row there, in whatever column. So a
column may be missing, and a row that changed between two lists is in one of them alone.
"""

from collections.abc import Sequence
from typing import NamedTuple

from portal.domain.oversight.person_lists.marking import Marker

FEWEST = 2
"""A row of fewer cells could be any; a single cell tells only if one row has it."""


class Copied(NamedTuple):
    """How many typed rows are the list's; of how many neighbors the order tells, and agrees."""

    rows: int
    pairs: int
    in_order: int


def compare(
    marker: Marker, kept: Sequence[frozenset[str]], table: Sequence[Sequence[str]]
) -> Copied:
    """Compare typed rows with the digests of a list's rows, in the order of its file."""
    cells = {cell for line in table for cell in line if cell}
    digests = {cell: marker.copied(cell) for cell in cells}
    wanted = set(digests.values())
    places: dict[str, set[int]] = {}
    for place, row in enumerate(kept):
        for digest in row & wanted:
            places.setdefault(digest, set()).add(place)
    found = [_places([digests[cell] for cell in line if cell], places) for line in table]
    rows = sum(bool(one) for one in found)
    return Copied(rows, *_order([min(one) for one in found if len(one) == 1]))


def _places(line: Sequence[str], places: dict[str, set[int]]) -> set[int]:
    """Return where in the list a typed row can be from."""
    said = {digest for digest in line if digest}
    if not said:
        return set()
    found = set.intersection(*(places.get(digest, set()) for digest in said))
    return found if len(said) >= FEWEST or len(found) == 1 else set()


def _order(typed: Sequence[int]) -> tuple[int, int]:
    """Return how many neighbors of the list were typed, and how many in the list's order."""
    turn = {place: number for number, place in enumerate(typed)}
    pairs = [
        (turn[place], turn[place + 1]) for place in turn if place % 2 == 0 and place + 1 in turn
    ]
    return len(pairs), sum(first < second for first, second in pairs)
