"""The figures of one side, and where two sides differ."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from msgspec import Struct

from portal.domain.foundation.transfers.kinds import SHEET_FIGURES, Figure, KindRule


@dataclass(frozen=True, slots=True)
class Figures:
    """What one side counted of a file; None is what it did not say.

    Attributes:
        rows: How many rows (see ``KindRule.rows_are``).
        children: How many children.
        yen: The sum in yen.
        sha256: The file's SHA-256 in lower-case hexadecimal digits.
    """

    rows: int | None = None
    children: int | None = None
    yen: int | None = None
    sha256: str | None = None

    def of(self, figure: Figure) -> int | str | None:
        """Return one figure."""
        return {
            Figure.ROWS: self.rows,
            Figure.CHILDREN: self.children,
            Figure.YEN: self.yen,
            Figure.SHA256: self.sha256,
        }.get(figure)


class Difference(Struct, frozen=True):
    """One figure on which two sides disagree: the sender's value and the receiver's."""

    figure: Figure
    sent: int | str | None
    got: int | str | None

    def stored(self) -> dict[str, int | str | None]:
        """Return the difference as plain values, in the form that is stored."""
        return {"figure": self.figure.value, "sent": self.sent, "got": self.got}


def read_differences(stored: Iterable[dict[str, int | str | None]]) -> tuple[Difference, ...]:
    """Return stored differences."""
    return tuple(Difference(Figure(str(one["figure"])), one["sent"], one["got"]) for one in stored)


def compare(rule: KindRule, sent: Figures, got: Figures) -> Iterator[Difference]:
    """Yield every figure on which the sender and the receiver disagree.

    A figure that a kind needs differs also where one side does not say it; one that it may give
    is compared where both say it.
    """
    for figure in SHEET_FIGURES:
        theirs, ours = sent.of(figure), got.of(figure)
        both = theirs is not None and ours is not None
        compared = figure in rule.needed or (figure in rule.also and both)
        if compared and theirs != ours:
            yield Difference(figure, theirs, ours)
