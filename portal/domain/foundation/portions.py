"""Work on many things a portion at a time, so that no more of them are in memory at once."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def portions(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield lists of up to ``size`` items, in their order; the last may be shorter."""
    left = iter(items)
    while portion := list(islice(left, size)):
        yield portion
