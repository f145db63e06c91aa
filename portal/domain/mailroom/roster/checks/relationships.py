"""What the relationship column of an extract says: by the layout's codes, or in usual words."""

from collections import Counter
from collections.abc import Mapping

from portal.domain.mailroom.roster.files.layout import Layout, Relationship

OWN_CHILD = frozenset(["子", "長男", "長女", "養子", "養女", "実子", "嫡出子"]) | frozenset(
    f"{nth}{kind}"
    for nth in ("二", "三", "四", "五", "六", "七", "八", "九", "十", "次")
    for kind in "男女"
)
INSTITUTION_WORD = "施設"
MOST_UNKNOWN = 50


class Relationships:
    """Reads the relationship column of one file.

    ``unknown`` counts the values that the layout does not explain: those missing from its codes, or
    bare numbers in a layout without any.
    """

    def __init__(self, layout: Layout) -> None:
        self._codes: Mapping[str, str] = layout.codes.get("relationship", {})
        self.unknown: Counter[str] = Counter()

    def is_institution(self, text: str) -> bool:
        """Return whether the person lives in an institution."""
        if self._codes:
            return self._codes.get(text.strip()) == Relationship.INSTITUTION
        return INSTITUTION_WORD in text

    def is_own_child(self, text: str) -> bool:
        """Return whether the person is the householder's child; an empty text does not deny it."""
        value = text.strip()
        if not value:
            return True
        if self._codes:
            meaning = self._codes.get(value)
            if meaning is None:
                self._count(value)
            return meaning == Relationship.CHILD
        if value.isdecimal():
            self._count(value)
        return value in OWN_CHILD

    def _count(self, value: str) -> None:
        if value in self.unknown or len(self.unknown) < MOST_UNKNOWN:
            self.unknown[value] += 1
