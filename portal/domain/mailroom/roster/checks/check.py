"""Check a whole extract in a stream, without storing anything: rows, households and totals."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import IO, Any, NamedTuple

from portal.domain.foundation.held_file import CameIn
from portal.domain.foundation.texts import _s
from portal.domain.mailroom.roster.checks.results import HouseholdDisposition, RowDisposition
from portal.domain.mailroom.roster.checks.rows import RosterRules, RowFields
from portal.domain.mailroom.roster.checks.rules import RowRules
from portal.domain.mailroom.roster.checks.scan import NOBODY, Scan
from portal.domain.mailroom.roster.files.csv_bytes import RosterFileError
from portal.domain.mailroom.roster.files.layout import Layout
from portal.domain.mailroom.roster.files.reader import RosterReader


class RowResult(NamedTuple):
    """One row of the report."""

    record: int
    line: int
    household_no: str
    person_no: str
    result: RowDisposition
    codes: tuple[str, ...]


class CheckedRow(NamedTuple):
    """One row with all its fields.

    ``household`` is the position of its household, or NOBODY if it cannot be determined.
    """

    record: int
    line: int
    household: int
    result: RowDisposition
    codes: tuple[str, ...]
    row: RowFields


class CheckedHousehold(NamedTuple):
    """One household with its result.

    In an extract without household numbers, ``household_no`` is valid only within this file.
    """

    position: int
    household_no: str
    disposition: HouseholdDisposition
    eligible_children: int
    amount_yen: int
    codes: tuple[str, ...]
    rows: int


class RosterReport:
    """The result of a check.

    Rows are read from the file again when requested, so that no number of them fills the memory.
    ``extra_columns`` are the headers that the layout does not name, ``unknown_relationships`` the
    values that it does not explain, with their numbers; they may be anything, so they are shown but
    never stored.
    """

    def __init__(
        self,
        reader: RosterReader,
        rules: RosterRules,
        scan: Scan,
        unknown_relationships: Mapping[str, int] | None = None,
    ) -> None:
        self._reader = reader
        self._scan = scan
        self.layout: Layout = reader.layout
        self.rules = rules
        self.sha256 = reader.sha256
        self.extra_columns = reader.extra_columns
        self.unknown_relationships = unknown_relationships or {}
        self.totals: dict[str, Any] = self._totals()

    @property
    def clean(self) -> bool:
        """Whether every row was accepted or excluded and no household has to be held."""
        return not self.totals["rows"].get(RowDisposition.REJECT) and not (
            {HouseholdDisposition.HOLD, HouseholdDisposition.REJECT}
            & self.totals["households"].keys()
        )

    def households(self) -> Iterator[CheckedHousehold]:
        """Yield the households in the order in which the file first names them."""
        for position in range(len(self._scan.households)):
            yield self.household(position)

    def household(self, position: int) -> CheckedHousehold:
        """Return one household by its position (see ``CheckedRow.household``)."""
        found = self._scan.households.judge(position)
        return CheckedHousehold(
            position,
            found.household_no,
            found.disposition,
            found.eligible_children,
            found.eligible_children * self.rules.unit_yen,
            found.codes,
            found.rows,
        )

    def rows(self) -> Iterator[CheckedRow]:
        """Yield every row in file order.

        Raises RosterFileError if the file changed since the check.
        """
        rules: RowRules | None = None
        for index, record in enumerate(self._reader.records()):
            if index >= len(self._scan):
                raise _changed()
            # the header, and so the position of every column, is known once a record is read
            rules = rules or RowRules(self._reader, self.rules)
            result, codes = self._scan.judgment(index)
            yield CheckedRow(
                record.number,
                record.line,
                self._scan.household_of(index),
                result,
                codes,
                rules.fields(record, result),
            )
        if self._reader.sha256 != self.sha256:
            raise _changed()

    def completed(self) -> Iterator[tuple[CheckedHousehold | None, tuple[CheckedRow, ...]]]:
        """Yield each household with its rows as soon as its last row was read.

        Rows that belong to no household are yielded with None. Households keep the order in which
        the file completes them; only unfinished ones are in memory.
        """
        waiting: dict[int, list[CheckedRow]] = {}
        for row in self.rows():
            if row.household == NOBODY:
                yield None, (row,)
                continue
            members = waiting.setdefault(row.household, [])
            members.append(row)
            if len(members) == self._scan.households.rows_of(row.household):
                yield self.household(row.household), tuple(waiting.pop(row.household))

    def row_results(self) -> Iterator[RowResult]:
        """Yield every row's line of the report.

        This is cheaper than ``rows``, because nothing is parsed again.
        """
        scan, positions, grouped = self._scan, self._reader.positions, self.layout.grouped
        household_at, person_at = positions.get("household_no", -1), positions.get("person_no", -1)
        for index, record in enumerate(self._reader.records()):
            if index >= len(scan):
                raise _changed()
            fields, result = record.fields, scan.judgment(index)
            number = fields[household_at] if 0 <= household_at < len(fields) else ""
            if grouped and scan.household_of(index) != NOBODY:
                number = scan.households.number_of(scan.household_of(index))
            person = fields[person_at] if 0 <= person_at < len(fields) else ""
            yield RowResult(record.number, record.line, number, person, *result)
        if self._reader.sha256 != self.sha256:
            raise _changed()

    def write_json(self, out: IO[str]) -> None:
        """Write records, households and totals as one JSON object, row by row."""
        out.write('{"sha256":' + json.dumps(self.sha256) + ',\n"records":[')
        between = "\n"
        for row in self.row_results():
            out.write(between + json.dumps(row._asdict(), ensure_ascii=False))
            between = ",\n"
        out.write('\n],\n"households":[')
        between = "\n"
        for household in self.households():
            values = household._asdict()
            del values["position"], values["rows"]
            out.write(between + json.dumps(values, ensure_ascii=False))
            between = ",\n"
        notes = {
            "extra_columns": self.extra_columns,
            "unknown_relationships": dict(self.unknown_relationships),
            "totals": self.totals,
        }
        out.write("\n],\n" + json.dumps(notes, ensure_ascii=False)[1:] + "\n")

    def _totals(self) -> dict[str, Any]:
        rows: Counter[str] = Counter()
        row_codes: Counter[str] = Counter()
        for (result, codes), count in Counter(
            map(self._scan.judgment, range(len(self._scan)))
        ).items():
            rows[result] += count
            for code in codes:
                row_codes[code] += count
        dispositions: Counter[str] = Counter()
        household_codes: Counter[str] = Counter()
        children: Counter[str] = Counter()
        for household in self.households():
            dispositions[household.disposition] += 1
            household_codes.update(household.codes)
            children[household.disposition] += household.eligible_children
        unit = self.rules.unit_yen
        return {
            "records": len(self._scan),
            "rows": dict(sorted(rows.items())),
            "row_codes": dict(sorted(row_codes.items())),
            "households": dict(sorted(dispositions.items())),
            "household_codes": dict(sorted(household_codes.items())),
            "children_issue": children[HouseholdDisposition.ISSUE],
            "children_hold": children[HouseholdDisposition.HOLD],
            "yen_issue": children[HouseholdDisposition.ISSUE] * unit,
            "yen_hold": children[HouseholdDisposition.HOLD] * unit,
        }


def check_file(
    path: CameIn,
    layout: Layout,
    rules: RosterRules,
    *,
    progress: Callable[[int], None] | None = None,
) -> RosterReport:
    """Check an extract without storing anything.

    ``progress`` is called with the number of bytes read since its last call, in each reading.

    Raises RosterFileError (with the line) if the whole file must be refused.
    """
    reader = RosterReader(path, layout, progress)
    scan = Scan(layout, rules)
    row_rules: RowRules | None = None
    for record in reader.records():
        row_rules = row_rules or RowRules(reader, rules)
        scan.add(record, row_rules.check(record))
    scan.finish()
    unknown = row_rules.relationships.unknown if row_rules is not None else None
    return RosterReport(reader, rules, scan, unknown)


def _changed() -> RosterFileError:
    return RosterFileError(
        _s(
            "確認の途中でファイルの中身が変わりました。書き換えが終わってから、"
            "もう一度実行してください。"
        )
    )
