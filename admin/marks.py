"""Marks in front of a state: the shape and color that say at once whether it is well."""

from collections.abc import Callable, Mapping
from enum import StrEnum


class Mark(StrEnum):
    """The kinds of marks that ``admin/components/marks.html`` draws."""

    GOOD = "good"
    WAIT = "wait"
    STOP = "stop"
    PLAIN = "plain"


def marks(known: Mapping[str, Mark], otherwise: Mark = Mark.PLAIN) -> Callable[[str], Mark]:
    """Return the function that gives the mark of a stored code word."""
    return lambda code: known.get(code, otherwise)
