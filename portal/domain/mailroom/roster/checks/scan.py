"""Scan an extract for findings that take the whole file: repeated persons, households.

About 200 bytes are kept for each person.
"""

from array import array
from collections.abc import Iterable
from typing import NamedTuple

from portal.domain.mailroom.roster.checks import codes
from portal.domain.mailroom.roster.checks.results import HouseholdDisposition, RowDisposition
from portal.domain.mailroom.roster.checks.rows import ParsedRow, RosterRules
from portal.domain.mailroom.roster.files.layout import Layout, RowSubject
from portal.domain.mailroom.roster.files.reader import Record

NOBODY = -1
_HEAD, _KID, _MINOR, _PROTECTED, _INSTITUTION = 1, 2, 4, 8, 16
Judgment = tuple[RowDisposition, tuple[str, ...]]


class HouseholdJudgment(NamedTuple):
    """The result for one household, with its codes and number of children."""

    household_no: str
    disposition: HouseholdDisposition
    eligible_children: int
    codes: tuple[str, ...]
    rows: int


class _Household:
    __slots__ = (
        "address",
        "codes",
        "heads",
        "kids",
        "number",
        "protected",
        "rejected",
        "rows",
        "several",
        "special",
        "staying",
    )

    def __init__(self, number: str) -> None:
        self.number = number
        self.rows = self.heads = self.kids = self.rejected = self.staying = 0
        self.address: int | None = None
        self.several = self.protected = self.special = False
        self.codes: frozenset[str] = frozenset()

    def count(self, flags: int, found: tuple[str, ...], address: int) -> None:
        """Count an accepted row."""
        if flags & _HEAD:
            self.heads += 1
            self.kids += 1 if flags & _MINOR else 0
        else:
            self.kids += 1
        if found:
            self.codes = self.codes.union(found)
        if self.address is None:
            self.address = address
        self.several |= self.address != address
        self.special |= bool(flags & _INSTITUTION)


class Scan:
    """Collects the rows of a file in order, then judges every row and household once.

    Only numbers are kept as text; contents, names and addresses are kept as 64-bit hashes.
    """

    def __init__(self, layout: Layout, rules: RosterRules) -> None:
        self._layout = layout
        self._rules = rules
        self._implied_heads = layout.rows is RowSubject.CHILD
        self._judgments: list[Judgment] = []
        self._judgment_ids: dict[Judgment, int] = {}
        self._row_judgment = array("H")
        self._row_household = array("i")
        self._row_flags = array("B")
        self._row_content = array("q")
        self._row_address = array("q")
        self._row_head = array("q")
        self._households: list[_Household] = []
        self._by_number: dict[str | int, int] = {}
        self._persons: dict[str, int] = {}
        self._repeated: dict[str, list[int]] = {}
        self._twins: dict[int, int | list[int]] = {}
        self._loose: list[tuple[int, str]] = []
        self.households: list[HouseholdJudgment] = []

    def __len__(self) -> int:
        return len(self._row_judgment)

    def add(self, record: Record, row: ParsedRow) -> None:
        """Add the next row."""
        index = len(self._row_judgment)
        address, head = hash(row.address_key), 0
        if self._layout.grouped:
            head = hash((row.householder_name, row.householder_birth))
            self._row_head.append(head)
        household = self._household_of(row, address, head)
        self._row_judgment.append(self._judgment_id((row.result, row.codes)))
        self._row_household.append(household)
        self._row_flags.append(
            (_HEAD if row.is_householder else _KID)
            | (_MINOR if row.minor_householder and row.is_householder else 0)
            | (_PROTECTED if row.protected else 0)
            | (_INSTITUTION if row.institutional else 0)
        )
        self._row_content.append(hash(tuple(record.fields)))
        self._row_address.append(address)
        if household == NOBODY or (self._layout.grouped and row.result == RowDisposition.REJECT):
            self._loose.append((index, row.household_no))
        if (
            row.person_no
            and codes.E01_COLUMNS not in row.codes
            and codes.E03_PERSON_NO not in row.codes
        ):
            first = self._persons.setdefault(row.person_no, index)
            if first != index:
                self._repeated.setdefault(row.person_no, [first]).append(index)
        if row.result == RowDisposition.ACCEPT and row.birth is not None and household != NOBODY:
            twin = hash((household, "".join(row.name.split()), row.birth))
            earlier = self._twins.setdefault(twin, index)
            if earlier is not index:
                self._twins[twin] = [*([earlier] if isinstance(earlier, int) else earlier), index]

    def finish(self) -> None:
        """Judge the findings of the rows together: repeated persons, lookalikes, households."""
        self._judge_repeated()
        self._judge_twins()
        self._hold_for_loose_rows()
        self._collect()
        self._mark_special()
        self.households = [self._judge(household) for household in self._households]

    def judgment(self, index: int) -> Judgment:
        """Return the result and codes of a row (counted from 0)."""
        return self._judgments[self._row_judgment[index]]

    def household_of(self, index: int) -> int:
        """Return the position of a row's household in ``households``, or NOBODY."""
        return self._row_household[index]

    def _household_of(self, row: ParsedRow, address: int, head: int) -> int:
        if not row.household_known:
            return NOBODY
        key: str | int = hash((head, address)) if self._layout.grouped else row.household_no
        found = self._by_number.setdefault(key, len(self._households))
        if found == len(self._households):
            self._households.append(
                _Household(str(found + 1) if self._layout.grouped else row.household_no)
            )
        return found

    def _judgment_id(self, judgment: Judgment) -> int:
        found = self._judgment_ids.setdefault(judgment, len(self._judgments))
        if found == len(self._judgments):
            self._judgments.append(judgment)
        return found

    def _set(self, index: int, result: RowDisposition, found: Iterable[str]) -> None:
        self._row_judgment[index] = self._judgment_id((result, tuple(sorted(set(found)))))

    def _judge_repeated(self) -> None:
        for rows in self._repeated.values():
            if len({self._row_content[index] for index in rows}) > 1:
                for index in rows:
                    result, found = self.judgment(index)
                    kept = found if result == RowDisposition.REJECT else ()
                    self._set(index, RowDisposition.REJECT, (*kept, codes.E11_PERSON_CONFLICT))
                continue
            for index in rows[1:]:
                result, found = self.judgment(index)
                if result != RowDisposition.REJECT:
                    kept = found if result == RowDisposition.EXCLUDE else ()
                    self._set(index, RowDisposition.EXCLUDE, (*kept, codes.X05_DUPLICATE))

    def _judge_twins(self) -> None:
        for rows in self._twins.values():
            if isinstance(rows, int):
                continue
            accepted = [index for index in rows if self.judgment(index)[0] == RowDisposition.ACCEPT]
            if len(accepted) > 1:
                for index in accepted:
                    self._set(
                        index,
                        RowDisposition.ACCEPT,
                        (*self.judgment(index)[1], codes.W15_POSSIBLE_DUPLICATE),
                    )
        self._twins.clear()

    def _hold_for_loose_rows(self) -> None:
        """Hold a household to which a rejected row may belong.

        Otherwise damage could leave a child of the household without a coupon.
        """
        if self._layout.grouped:
            if not self._loose:
                return
            addresses = {self._row_address[index] for index, _no in self._loose}
            heads = {self._row_head[index] for index, _no in self._loose}
            touched = {
                household
                for household, address, head in zip(
                    self._row_household, self._row_address, self._row_head, strict=True
                )
                if household != NOBODY and (address in addresses or head in heads)
            }
        else:
            width = self._layout.by_field["household_no"].digits
            padded = (
                number.strip().zfill(width) for _index, number in self._loose if number.strip()
            )
            touched = {self._by_number[number] for number in padded if number in self._by_number}
        for household in touched:
            self._households[household].rejected += 1

    def _collect(self) -> None:
        for index, position in enumerate(self._row_household):
            if position != NOBODY:
                household, (result, found) = self._households[position], self.judgment(index)
                household.rows += 1
                household.protected |= bool(self._row_flags[index] & _PROTECTED)
                household.staying += result != RowDisposition.EXCLUDE
                household.rejected += result == RowDisposition.REJECT
                if result == RowDisposition.ACCEPT:
                    household.count(self._row_flags[index], found, self._row_address[index])
        for household in self._households:
            household.special |= household.kids > self._rules.many_children

    def _mark_special(self) -> None:
        """Add the codes of institutions (to accepted rows) and large families (to householders)."""
        special = {
            position for position, household in enumerate(self._households) if household.special
        }
        if not special:
            return
        institutions = {
            self._row_household[index]
            for index, flags in enumerate(self._row_flags)
            if flags & _INSTITUTION and self.judgment(index)[0] == RowDisposition.ACCEPT
        }
        for index, position in enumerate(self._row_household):
            if position not in special:
                continue
            result, found = self.judgment(index)
            if result != RowDisposition.ACCEPT:
                continue
            household, extra = self._households[position], []
            if position in institutions:
                extra.append(codes.W06_INSTITUTION)
            if household.kids > self._rules.many_children and (
                self._row_flags[index] & _HEAD or self._implied_heads
            ):
                extra.append(codes.W08_MANY_CHILDREN)
            if extra:
                self._set(index, result, (*found, *extra))
                household.codes = household.codes.union(extra)

    def _judge(self, household: _Household) -> HouseholdJudgment:
        refused = self._refusal(household)
        if refused is not None:
            disposition, code = refused
            return HouseholdJudgment(household.number, disposition, 0, (code,), household.rows)
        found = household.codes
        if household.rejected:
            found = found | {codes.W20_INCOMPLETE_HOUSEHOLD}
        if household.protected:
            # even if the protected person is not eligible, since the address is the same
            found = found | {codes.W01_PROTECTED}
        held = found & self._rules.hold_codes
        return HouseholdJudgment(
            household.number,
            HouseholdDisposition.HOLD if held else HouseholdDisposition.ISSUE,
            household.kids,
            tuple(sorted(found)),
            household.rows,
        )

    def _refusal(self, household: _Household) -> tuple[HouseholdDisposition, str] | None:
        """Return why a household gets nothing, or None."""
        heads = 1 if self._implied_heads else household.heads
        if household.staying == 0 or (household.kids == 0 and heads and not household.rejected):
            return HouseholdDisposition.NONE, codes.X04_NO_ELIGIBLE_CHILD
        if heads == 0:
            return HouseholdDisposition.REJECT, codes.E09_NO_HOUSEHOLDER
        if heads > 1:
            return HouseholdDisposition.REJECT, codes.E10_TWO_HOUSEHOLDERS
        if household.several:
            return HouseholdDisposition.REJECT, codes.E14_HOUSEHOLD_ADDRESS
        return None
