"""Scan an extract for findings that take the whole file: repeated persons, households.

About 45 bytes are kept for each person, and 160 for each household.
"""

from array import array
from collections.abc import Iterable

from portal.domain.mailroom.roster.checks import codes
from portal.domain.mailroom.roster.checks.households import Households
from portal.domain.mailroom.roster.checks.results import RowDisposition
from portal.domain.mailroom.roster.checks.rows import JudgedRow, RosterRules
from portal.domain.mailroom.roster.checks.shared_keys import SharedKeys
from portal.domain.mailroom.roster.files.layout import Layout, RowSubject
from portal.domain.mailroom.roster.files.reader import Record

NOBODY = -1
_HEAD, _KID, _MINOR, _PROTECTED, _INSTITUTION = 1, 2, 4, 8, 16
Judgment = tuple[RowDisposition, tuple[str, ...]]


class Scan:
    """Collects the rows of a file in order, then judges every row and household once.

    Only numbers are kept as text; contents, names and addresses are kept as 64-bit hashes.
    """

    def __init__(self, layout: Layout, rules: RosterRules) -> None:
        self._layout = layout
        self._grouped = layout.grouped
        self._implied_heads = layout.rows is RowSubject.CHILD
        self._judgments: list[Judgment] = []
        self._judgment_ids: dict[Judgment, int] = {}
        self._row_judgment = array("H")
        self._row_household = array("i")
        self._row_flags = array("B")
        self._row_content = array("q")
        self._row_address = array("q")
        self._row_head = array("q")
        self.households = Households(rules, implied_heads=self._implied_heads)
        self._by_number: dict[str | int, int] = {}
        self._persons = SharedKeys()
        self._twins = SharedKeys()
        self._loose: list[tuple[int, str]] = []

    def __len__(self) -> int:
        return len(self._row_judgment)

    def add(self, record: Record, row: JudgedRow) -> None:
        """Add the next row."""
        index = len(self._row_judgment)
        address, head = hash(row.address_key), 0
        if self._grouped:
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
        if household == NOBODY or (self._grouped and row.result == RowDisposition.REJECT):
            self._loose.append((index, row.household_no))
        if (
            row.person_no
            and codes.E01_COLUMNS not in row.codes
            and codes.E03_PERSON_NO not in row.codes
        ):
            self._persons.add(hash(row.person_no), index)
        if row.result == RowDisposition.ACCEPT and row.birth is not None and household != NOBODY:
            self._twins.add(hash((household, "".join(row.name.split()), row.birth)), index)

    def finish(self) -> None:
        """Judge the findings of the rows together: repeated persons, lookalikes, households."""
        self._judge_repeated()
        self._judge_twins()
        self._hold_for_loose_rows()
        self._collect()
        self._mark_special()

    def judgment(self, index: int) -> Judgment:
        """Return the result and codes of a row (counted from 0)."""
        return self._judgments[self._row_judgment[index]]

    def household_of(self, index: int) -> int:
        """Return the position of a row's household in ``households``, or NOBODY."""
        return self._row_household[index]

    def _household_of(self, row: JudgedRow, address: int, head: int) -> int:
        if not row.household_known:
            return NOBODY
        key: str | int = hash((head, address)) if self._grouped else row.household_no
        found = self._by_number.setdefault(key, len(self.households))
        if found == len(self.households):
            self.households.add(str(found + 1) if self._grouped else row.household_no)
        return found

    def _judgment_id(self, judgment: Judgment) -> int:
        found = self._judgment_ids.setdefault(judgment, len(self._judgments))
        if found == len(self._judgments):
            self._judgments.append(judgment)
        return found

    def _set(self, index: int, result: RowDisposition, found: Iterable[str]) -> None:
        self._row_judgment[index] = self._judgment_id((result, tuple(sorted(set(found)))))

    def _judge_repeated(self) -> None:
        for rows in self._persons.groups():
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
        for rows in self._twins.groups():
            accepted = [index for index in rows if self.judgment(index)[0] == RowDisposition.ACCEPT]
            if len(accepted) > 1:
                for index in accepted:
                    self._set(
                        index,
                        RowDisposition.ACCEPT,
                        (*self.judgment(index)[1], codes.W15_POSSIBLE_DUPLICATE),
                    )

    def _hold_for_loose_rows(self) -> None:
        """Hold a household to which a rejected row may belong.

        Otherwise damage could leave a child of the household without a coupon.
        """
        if self._grouped:
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
            self.households.count_rejected(household)

    def _collect(self) -> None:
        households = self.households
        for index, position in enumerate(self._row_household):
            if position == NOBODY:
                continue
            (result, found), flags = self.judgment(index), self._row_flags[index]
            households.count_row(
                position,
                excluded=result == RowDisposition.EXCLUDE,
                rejected=result == RowDisposition.REJECT,
                protected=bool(flags & _PROTECTED),
            )
            if result != RowDisposition.ACCEPT:
                continue
            if flags & _HEAD:
                households.count_head(position)
            if not flags & _HEAD or flags & _MINOR:
                households.count_child(position)
            if flags & _INSTITUTION:
                households.mark_special(position)
            households.note_address(position, self._row_address[index])
            households.note_codes(position, found)

    def _mark_special(self) -> None:
        """Add the codes of institutions (to accepted rows) and large families (to householders)."""
        special = self.households.special()
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
            extra = []
            if position in institutions:
                extra.append(codes.W06_INSTITUTION)
            if self.households.has_many(position) and (
                self._row_flags[index] & _HEAD or self._implied_heads
            ):
                extra.append(codes.W08_MANY_CHILDREN)
            if extra:
                self._set(index, result, (*found, *extra))
                self.households.note_codes(position, extra)
