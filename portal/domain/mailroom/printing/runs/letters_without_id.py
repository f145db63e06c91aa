"""What a kind of letter without an ID decides.

Who gets one, what stands on it, what lies beside it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from sqlalchemy.orm import Session

from portal.domain.letters.letters.content import LetterContent
from portal.domain.mailroom.printing.runs.preflight import Finding


@dataclass(frozen=True, slots=True)
class Item:
    """Somebody who gets a letter, as it stands now.

    When this changes, what was drawn is thrown away.

    ``key`` is a household's or a staff address's. ``stamp``: when what is printed was changed last.
    """

    key: int
    children: int
    amount_yen: int
    stamp: tuple[datetime | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Chosen:
    """Who gets one now, in the order of the post; how many households do not, by reason.

    Who cannot be printed.
    """

    items: tuple[Item, ...]
    left_out: Mapping[str, int] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


class Writer(Protocol):
    """One kind of letter without an ID."""

    @property
    def kind(self) -> str:
        """The kind of the run."""

    @property
    def to_households(self) -> bool:
        """Whether its keys are households."""

    @property
    def enclosed(self) -> tuple[str, ...]:
        """What lies in the envelope beside the letter."""

    def require(self, session: Session, run_id: int | None) -> None:
        """Refuse to begin, or to go on with a run. Raises NotAllowedError or ConflictError."""

    def started(self, session: Session, run_id: int, now: datetime) -> None:
        """Note what a run is made from."""

    def choose(self, session: Session) -> Chosen:
        """Look at everybody; changes nothing."""

    def still_due_items(
        self, session: Session, keys: Collection[int], *, lock: bool
    ) -> Mapping[int, Item]:
        """Return those of the keys that may still get one.

        With ``lock`` they cannot change to the commit.
        """

    def contents(self, session: Session, numbers: Mapping[int, str]) -> Sequence[LetterContent]:
        """Return the letters of these keys, with the numbers that they bear."""

    def draw(self, contents: Sequence[LetterContent], day: date) -> bytes:
        """Return one PDF with a page for each letter, dated ``day``."""

    def shared(self, day: date, run_id: int) -> Mapping[str, bytes]:
        """Return the files that all letters of the run share, by their names."""
