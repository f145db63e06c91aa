"""What an extract says of each household, in columns: some fifty bytes of each, and its result."""

from array import array
from collections.abc import Iterable
from typing import NamedTuple

from portal.domain.mailroom.roster.checks import codes
from portal.domain.mailroom.roster.checks.results import HouseholdDisposition
from portal.domain.mailroom.roster.checks.rows import RosterRules


class HouseholdJudgment(NamedTuple):
    """The result for one household, with its codes and number of children."""

    household_no: str
    disposition: HouseholdDisposition
    eligible_children: int
    codes: tuple[str, ...]
    rows: int


_HAS_ADDRESS, _SEVERAL_ADDRESSES, _PROTECTED, _SPECIAL = 1, 2, 4, 8


class Households:
    """The households of an extract, by their position: the order in which the file names them.

    ``implied_heads``: a row is a child, whose householder stands in the same row.
    """

    def __init__(self, rules: RosterRules, *, implied_heads: bool) -> None:
        self._rules = rules
        self._implied_heads = implied_heads
        self._numbers, self._ends = bytearray(), array("Q", [0])
        self._rows, self._staying, self._rejected = array("I"), array("I"), array("I")
        self._heads, self._children = array("I"), array("I")
        self._address = array("q")
        self._traits = array("B")
        self._codes = array("I")
        self._code_sets: list[frozenset[str]] = [frozenset()]
        self._code_ids = {self._code_sets[0]: 0}

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, number: str) -> None:
        """Add a household of which nothing is known yet."""
        self._numbers += number.encode()
        self._ends.append(len(self._numbers))
        for column in (self._rows, self._staying, self._rejected, self._heads, self._children):
            column.append(0)
        self._address.append(0)
        self._traits.append(0)
        self._codes.append(0)

    def rows_of(self, position: int) -> int:
        """Return how many rows name it."""
        return self._rows[position]

    def number_of(self, position: int) -> str:
        """Return its number as the file has it."""
        return self._numbers[self._ends[position] : self._ends[position + 1]].decode()

    def count_row(self, position: int, *, excluded: bool, rejected: bool, protected: bool) -> None:
        """Count any row of it."""
        self._rows[position] += 1
        self._staying[position] += not excluded
        self._rejected[position] += rejected
        if protected:
            self._traits[position] |= _PROTECTED

    def count_head(self, position: int) -> None:
        """Count an accepted householder."""
        self._heads[position] += 1

    def count_child(self, position: int) -> None:
        """Count an accepted child."""
        self._children[position] += 1

    def count_rejected(self, position: int) -> None:
        """Count a rejected row that may belong to it."""
        self._rejected[position] += 1

    def note_address(self, position: int, address: int) -> None:
        """Note where an accepted person of it lives."""
        if not self._traits[position] & _HAS_ADDRESS:
            self._address[position] = address
            self._traits[position] |= _HAS_ADDRESS
        elif self._address[position] != address:
            self._traits[position] |= _SEVERAL_ADDRESSES

    def note_codes(self, position: int, found: Iterable[str]) -> None:
        """Add what was found about it."""
        together = self._code_sets[self._codes[position]].union(found)
        known = self._code_ids.setdefault(together, len(self._code_sets))
        if known == len(self._code_sets):
            self._code_sets.append(together)
        self._codes[position] = known

    def mark_special(self, position: int) -> None:
        """Note that somebody of it lives in an institution."""
        self._traits[position] |= _SPECIAL

    def has_many(self, position: int) -> bool:
        """Tell whether it has more children than usual."""
        return self._children[position] > self._rules.many_children

    def special(self) -> set[int]:
        """Return those with many children or somebody in an institution."""
        return {
            position
            for position, traits in enumerate(self._traits)
            if traits & _SPECIAL or self.has_many(position)
        }

    def judge(self, position: int) -> HouseholdJudgment:
        """Return its result."""
        number, rows = self.number_of(position), self._rows[position]
        refused = self._refusal(position)
        if refused is not None:
            disposition, code = refused
            return HouseholdJudgment(number, disposition, 0, (code,), rows)
        found = self._code_sets[self._codes[position]]
        if self._rejected[position]:
            found = found | {codes.W20_INCOMPLETE_HOUSEHOLD}
        if self._traits[position] & _PROTECTED:
            # even if the protected person is not eligible, since the address is the same
            found = found | {codes.W01_PROTECTED}
        held = found & self._rules.hold_codes
        return HouseholdJudgment(
            number,
            HouseholdDisposition.HOLD if held else HouseholdDisposition.ISSUE,
            self._children[position],
            tuple(sorted(found)),
            rows,
        )

    def _refusal(self, position: int) -> tuple[HouseholdDisposition, str] | None:
        """Return why a household gets nothing, or None."""
        heads = 1 if self._implied_heads else self._heads[position]
        childless = self._children[position] == 0 and heads and not self._rejected[position]
        if self._staying[position] == 0 or childless:
            return HouseholdDisposition.NONE, codes.X04_NO_ELIGIBLE_CHILD
        if heads == 0:
            return HouseholdDisposition.REJECT, codes.E09_NO_HOUSEHOLDER
        if heads > 1:
            return HouseholdDisposition.REJECT, codes.E10_TWO_HOUSEHOLDERS
        if self._traits[position] & _SEVERAL_ADDRESSES:
            return HouseholdDisposition.REJECT, codes.E14_HOUSEHOLD_ADDRESS
        return None
