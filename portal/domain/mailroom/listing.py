"""The part of a list that a reader gets: a numbered page, or the rows after a key."""

from typing import Any, TypeVar

from msgspec import Struct
from sqlalchemy import Select

PAGE = 20

Rows = TypeVar("Rows", bound=Select[Any])


class ListPage(Struct, frozen=True):
    """A page of a list; ``number`` counts from 1.

    ``limit`` is 20, or one more to see whether a page follows. Without ``include_protected`` the
    list has no protected households.
    """

    number: int = 1
    limit: int = PAGE
    include_protected: bool = False

    @property
    def offset(self) -> int:
        """The number of rows on the pages before this one."""
        return (max(1, self.number) - 1) * PAGE

    def of(self, ordered: Rows) -> Rows:
        """Return the statement of this page's rows."""
        return ordered.offset(self.offset).limit(self.limit)


class Excerpt(Struct, frozen=True):
    """The rows of a list after a key, at most ``limit`` of them; all where it is None.

    Without ``include_protected`` the list has no protected households.
    """

    include_protected: bool = False
    after: int = 0
    limit: int | None = None
