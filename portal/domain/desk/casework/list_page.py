"""The part of a list that is read."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ListPage:
    """The rows of one code, kind or state ("" for all) after the one with the key ``after``."""

    only: str = ""
    after: int = 0
