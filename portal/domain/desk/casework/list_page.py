"""The part of a list that is read."""

from msgspec import Struct


class ListPage(Struct, frozen=True):
    """The rows of one code, kind or state ("" for all) after the one with the key ``after``."""

    only: str = ""
    after: int = 0
