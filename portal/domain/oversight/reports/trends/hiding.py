"""Which figures are published, and how: small ones and their complement hidden, all rounded.

Reports have exact sums in which protected families are counted; trends leave them out. So that
nobody subtracts the one from the other, a figure has noise without a bound before it is rounded
to tens: no exact sum that somebody knows makes it certain that a family is missing. The noise is
made of the figure's place and a key, so that counting again gives the same.
"""

import math
from collections.abc import Collection, Mapping, Sequence

from msgspec import Struct

from portal.domain.foundation.vault import Vault

LEAST = 10
"""No cell below it is published."""
SPREAD = 4
"""Of the noise (two-sided exponential): half of it is within 3, 95 of 100 within 12."""
UNKNOWN_TOWN = "?"
"""Acts of families of which no town is known; no town is called so."""
_SIZE = 8


class Published(Struct, frozen=True):
    """The figures of one measure in one span, rounded to tens: the whole, and the towns shown.

    ``whole`` is None where it is hidden; a town that is hidden is absent.
    """

    whole: int | None
    towns: Mapping[str, int]


def published(vault: Vault, place: str, counts: Mapping[str, int]) -> Published:
    """Return what is published of the counts of all towns; ``place`` names measure and span."""
    drawn = {town: noise(vault, f"{place}:{town}") for town in counts}
    seen = {town: count + min(0, drawn[town]) for town, count in counts.items()}
    away = hidden(seen, sorted(counts, key=lambda town: (drawn[town], town)))
    whole, of_whole = sum(counts.values()), noise(vault, place)
    is_small = whole + min(0, of_whole) < LEAST or tells(seen, away)
    return Published(
        None if is_small else rounded(whole + of_whole),
        {town: rounded(counts[town] + drawn[town]) for town in counts if town not in away},
    )


def hidden(cells: Mapping[str, int], order: Sequence[str]) -> frozenset[str]:
    """Return the cells to hide: those below 10, and their complement, in the order given.

    What is hidden is at least two cells that have 10 together, or all of them: whoever knows the
    whole and every shown cell knows a sum of several families in several places and nothing else.
    The order is none of sizes: who is hidden as the smallest of the others would tell its size.
    """
    away = {name for name, count in cells.items() if count < LEAST}
    rest = [name for name in order if name not in away]
    while rest and tells(cells, away):
        away.add(rest.pop(0))
    return frozenset(away)


def tells(cells: Mapping[str, int], away: Collection[str]) -> bool:
    """Return whether the sum of the cells that are hidden tells what one of them is.

    A small sum is small in each, also in a single one, which is only hidden when it is small; and
    nines alone are the only cells below ten that have their sum.
    """
    values = [cells[name] for name in away]
    return bool(values) and (sum(values) < LEAST or set(values) == {LEAST - 1})


def noise(vault: Vault, place: str) -> int:
    """Return the noise of a place, always the same under the same key."""
    drawn = int.from_bytes(vault.blind("trend", place, _SIZE)[:_SIZE], "big")
    return noise_of((drawn + 0.5) / 2 ** (8 * _SIZE))


def noise_of(share: float) -> int:
    """Return the two-sided exponential noise of an evenly drawn share between 0 and 1."""
    side = share - 0.5
    return round(-SPREAD * math.copysign(math.log(max(1e-18, 1 - 2 * abs(side))), side))


def rounded(count: int) -> int:
    """Return a count in tens, 10 at least."""
    return max(LEAST, (count + LEAST // 2) // LEAST * LEAST)
