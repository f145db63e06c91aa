"""Check one row of an extract: parse its fields, and find its codes and its result."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

from portal.domain.foundation.cells import begins_like_formula
from portal.domain.mailroom.roster.checks import characters, codes
from portal.domain.mailroom.roster.checks.addresses import AddressRules, AddressView
from portal.domain.mailroom.roster.checks.relationships import Relationships
from portal.domain.mailroom.roster.checks.results import RowDisposition
from portal.domain.mailroom.roster.checks.rows import (
    Cells,
    Change,
    JudgedRow,
    RosterRules,
    RowFields,
)
from portal.domain.mailroom.roster.files.dates import DateReading, read_date
from portal.domain.mailroom.roster.files.layout import ChangeReason, Layout, RowSubject
from portal.domain.mailroom.roster.files.reader import Record, RosterReader

LEAVING = (ChangeReason.MOVED_OUT, ChangeReason.DIED)


class RowRules:
    """Applies a program's rules to the records of one file, after its header was read."""

    def __init__(self, reader: RosterReader, rules: RosterRules) -> None:
        self.rules = rules
        self.layout: Layout = reader.layout
        self._grouped = self.layout.grouped
        # a missing column (-1) reads the empty text that _cells() appends after the last field
        self._at = {name: reader.positions.get(name, -1) for name in Cells._fields}
        self._pick = itemgetter(*(self._at[name] for name in Cells._fields))
        self._width = reader.width
        digits = {name: column.digits for name, column in self.layout.by_field.items()}
        self._household_digits = digits.get("household_no", 0)
        self._person_digits = digits.get("person_no", 0)
        self._has_person_no = "person_no" in self.layout.by_field
        self._person_rows = self.layout.rows is RowSubject.PERSON
        self._codes: Mapping[str, Mapping[str, str]] = self.layout.codes
        self._styles = self.layout.date_styles
        self._addresses = AddressRules(self.layout, rules)
        self.relationships = Relationships(self.layout)

    def check(self, record: Record) -> JudgedRow:
        """Return the row with its own codes; the scan adds those of the whole file later."""
        if len(record.fields) != self._width:
            return self._misshapen(record)
        cells, found = self._cells(record), _Found([], [])
        if record.damaged or characters.UNUSUAL.search(record.text):
            self._check_characters(record, found)
        read = self._read(cells, found)
        address = self._addresses.view(
            cells.postal_code, cells.town, cells.block, cells.building_room
        )
        self._check_read(cells, read, address, found)
        result, row_codes = self._judge(cells, read, address, found)
        return JudgedRow(
            household_no=read.household_no,
            person_no=read.person_no,
            household_known=read.household_known,
            result=result,
            codes=row_codes,
            name=cells.name,
            birth=read.birth,
            is_householder=read.is_head,
            householder_name=cells.householder_name,
            householder_birth=read.head_birth,
            minor_householder=result is not RowDisposition.REJECT and self._has_minor_head(read),
            protected=read.protected,
            institutional=address.institutional
            or self.relationships.is_institution(cells.relationship),
            address_key=address.key,
        )

    def fields(self, record: Record, result: RowDisposition) -> RowFields:
        """Return what is stored of a row whose ``result`` is known; nothing is judged again."""
        if result is RowDisposition.REJECT:
            return self._of_rejected(self.check(record))
        cells = self._cells(record)
        read = self._read(cells, _Found([], []))  # nothing is damaged in a row that counts
        where = (cells.postal_code, cells.town, cells.block, cells.building_room)
        return RowFields(
            household_no=read.household_no,
            person_no=read.person_no,
            protected=read.protected,
            address_key=self._addresses.view(*where).key if self._grouped else "",
            householder_name=cells.householder_name,
            householder_birth=read.head_birth,
            is_householder=read.is_head,
            minor_householder=self._has_minor_head(read),
            name=cells.name,
            kana=cells.kana,
            birth=read.birth,
            alias=cells.alias.strip(),
            sex=self._codes["sex"].get(cells.sex.strip(), "other") if cells.sex else "",
            relationship=cells.relationship,
            foreign=self._is_foreign(cells.foreign),
            address=self._addresses.plain(*where),
            householder_kana=cells.householder_kana,
            householder_alias=cells.householder_alias.strip(),
        )

    def _of_rejected(self, row: JudgedRow) -> RowFields:
        return RowFields(
            row.household_no,
            row.person_no,
            row.protected,
            row.address_key if self._grouped else "",
            row.householder_name,
            row.householder_birth,
        )

    def _cells(self, record: Record) -> Cells:
        return Cells._make(self._pick([*record.fields, ""]))

    def _read(self, cells: Cells, found: "_Found") -> "_Read":
        """Return the parsed cells; the codes of faults in numbers and marks go to ``found``."""
        household_no, household_known = self._household(cells.household_no, found)
        return _Read(
            household_no,
            household_known,
            self._person(cells.person_no, found),
            self._is_householder(cells.householder, found),
            self._born("birth_date", cells.birth_date, found),
            None
            if self._person_rows
            else self._born("householder_birth_date", cells.householder_birth_date, found),
            self._is_protected(cells.protection),
        )

    def _check_read(
        self, cells: Cells, read: "_Read", address: AddressView, found: "_Found"
    ) -> None:
        """Check names, births and the address; the codes of their faults go to ``found``."""
        extracted = _day(cells.extracted, self._styles) if cells.extracted else None
        # an extract dated before the base date was made for that day, so it has births up to it
        until = max(extracted or self.rules.extracted, self.rules.base_date)
        self._check_born("name", cells.name, read.birth, until, found)
        if not self._person_rows:
            name = cells.householder_name
            self._check_born("householder_name", name, read.head_birth, until, found)
        if address.errors:
            found.errors.extend(
                code for code in address.errors if _ADDRESS_FIELD[code] not in found.unclear
            )

    def _judge(
        self, cells: Cells, read: "_Read", address: AddressView, found: "_Found"
    ) -> tuple[RowDisposition, tuple[str, ...]]:
        """Return the row's result and its codes."""
        if found.errors:
            return RowDisposition.REJECT, _sorted(tuple(found.errors))
        change = self._change(cells)
        excluded = self._excluded(read.is_head, read.birth, change)
        if excluded:
            return RowDisposition.EXCLUDE, _sorted(tuple(excluded))
        warnings = found.warnings
        warnings.extend(address.warnings)
        self._after_base(change, read.birth, warnings)
        if read.protected:
            warnings.append(codes.W01_PROTECTED)
        if self._has_minor_head(read):
            warnings.append(codes.W04_MINOR_HOUSEHOLDER)
        self._check_names(cells, read.is_head, warnings)
        return RowDisposition.ACCEPT, _sorted(tuple(warnings))

    def _has_minor_head(self, read: "_Read") -> bool:
        """Return whether the householder was born in the window: a child who lives alone."""
        head_birth = read.birth if read.is_head else read.head_birth
        return head_birth is not None and self._in_window(head_birth)

    def _misshapen(self, record: Record) -> JudgedRow:
        """Reject a row with a wrong number of fields, but keep its numbers if they are valid."""
        width = len(record.fields)
        household = self._at["household_no"]
        person = self._at["person_no"]
        number = record.fields[household] if 0 <= household < width else ""
        number, known = self._household(number, _Found([], [])) if number else ("", False)
        return JudgedRow(
            household_no=number,
            person_no=record.fields[person] if 0 <= person < width else "",
            household_known=known,
            result=RowDisposition.REJECT,
            codes=(codes.E01_COLUMNS,),
        )

    def _household(self, text: str, found: "_Found") -> tuple[str, bool]:
        if self._grouped:
            return "", not found.unclear & _GROUP_FIELDS
        if "household_no" in found.unclear:
            return text, False
        number = characters.digits_of(text)
        if characters.is_number(number, self._household_digits):
            return number, True
        found.errors.append(codes.E02_HOUSEHOLD_NO)
        return text, False

    def _person(self, text: str, found: "_Found") -> str:
        if not self._has_person_no or "person_no" in found.unclear:
            return text
        number = characters.digits_of(text)
        if not characters.is_number(number, self._person_digits):
            found.errors.append(codes.E03_PERSON_NO)
        return number

    def _is_householder(self, text: str, found: "_Found") -> bool:
        if not self._person_rows or "householder" in found.unclear:
            return False
        flag = self._codes["householder"].get(text.strip())
        if flag is None:
            found.errors.append(codes.E01_COLUMNS)
        return flag == "yes"

    def _is_protected(self, text: str) -> bool:
        """Return whether the row marks a protected person; an unknown mark counts as one."""
        return text != "" and self._codes["protection"].get(text.strip(), "yes") == "yes"

    def _is_foreign(self, text: str) -> bool:
        return text != "" and self._codes["foreign"].get(text.strip()) == "yes"

    def _change(self, cells: Cells) -> Change:
        reason = cells.change_reason.strip()
        return Change(
            self._codes["change_reason"].get(reason, "other") if reason else "",
            _day(cells.change_date, self._styles) if cells.change_date else None,
            _day(cells.residence_since, self._styles) if cells.residence_since else None,
        )

    def _check_names(self, cells: Cells, is_head: bool, warnings: list[str]) -> None:
        name, head_name, kana = cells.name, cells.householder_name, cells.kana
        if characters.beyond_jisx0208(name) or characters.beyond_jisx0208(head_name):
            warnings.append(codes.W03_NOT_IN_JISX0208)
        if not is_head and not self.relationships.is_own_child(cells.relationship):
            warnings.append(codes.W05_NOT_CHILD_OF_HOUSEHOLDER)
        if characters.LATIN.search(name):
            warnings.append(codes.W09_FOREIGN_NAME)
        if name != name.strip() or kana != kana.strip() or head_name != head_name.strip():
            warnings.append(codes.W13_WIDTH_NORMALISED)
        if any(begins_like_formula(text) for text in (name, kana, head_name)):
            warnings.append(codes.W21_FORMULA_NAME)

    def _check_characters(self, record: Record, found: "_Found") -> None:
        """Check the characters field by field, and name the fields that cannot be judged."""
        unclear: set[str] = set()
        name_of = {position: name for name, position in self._at.items() if position >= 0}
        for position, text in enumerate(record.fields):
            name = name_of.get(position, "")
            control = (
                characters.CONTROL_BUT_BREAKS if name in {"remarks", ""} else characters.CONTROL
            )
            if position in record.damaged or characters.DAMAGE.search(text):
                found.errors.append(codes.E12_BYTES)
                unclear.add(name)
            elif control.search(text):
                found.errors.append(codes.E13_CONTROL)
                unclear.add(name)
            elif name in {"name", "householder_name"} and characters.GAIJI_IN_NAME.search(text):
                found.warnings.append(codes.W02_GAIJI)
            if name in _NAMES and characters.HALF_WIDTH_KANA.search(text):
                found.warnings.append(codes.W13_WIDTH_NORMALISED)
        found.unclear = frozenset(unclear)

    def _born(self, field: str, text: str, found: "_Found") -> DateReading | None:
        return None if field in found.unclear else read_date(text, self._styles)

    def _check_born(
        self, whose: str, name: str, birth: DateReading | None, until: date, found: "_Found"
    ) -> None:
        """Check a person's name, and the birth date, which must not be after ``until``."""
        if not name.strip() and whose not in found.unclear:
            found.errors.append(codes.E06_NAME)
        if _BIRTH_OF[whose] in found.unclear:
            return
        if birth is None:
            found.errors.append(codes.E04_BIRTHDATE)
        elif birth.earliest > until:
            found.errors.append(codes.E05_BIRTHDATE_FUTURE)
        elif birth.normalised:
            found.warnings.append(codes.W12_ERA_NORMALISED)
        elif birth.earliest != birth.latest:
            found.warnings.append(codes.W14_PARTIAL_BIRTHDATE)

    def _in_window(self, birth: DateReading) -> bool:
        return birth.latest >= self.rules.birth_from and birth.earliest <= self.rules.birth_to

    def _excluded(self, is_head: bool, birth: DateReading | None, change: Change) -> list[str]:
        base = self.rules.base_date
        found = []
        if not is_head and birth is not None:
            if birth.latest < self.rules.birth_from:
                found.append(codes.X01_TOO_OLD)
            elif birth.earliest > self.rules.birth_to:
                found.append(codes.X02_TOO_YOUNG)
        if change.reason in LEAVING and change.day is not None and change.day < base:
            found.append(codes.X03_LEFT_BEFORE_BASE)
        if change.reason == ChangeReason.MOVED_IN and change.moved_after(base):
            found.append(codes.X06_NOT_RESIDENT_AT_BASE)
        return found

    def _after_base(self, change: Change, birth: DateReading | None, warnings: list[str]) -> None:
        """Warn of moves and deaths since the base date; an undated one counts as since then."""
        base = self.rules.base_date
        if change.reason == ChangeReason.DIED:
            warnings.append(codes.W11_DIED_AFTER_BASE)
        elif change.reason == ChangeReason.MOVED_OUT or (
            change.reason == ChangeReason.MOVED_WITHIN and change.moved_after(base)
        ):
            warnings.append(codes.W10_MOVED_AFTER_BASE)
        elif (
            change.reason in {"", "other"}
            and change.since is not None
            and change.since > base
            and (birth is None or change.since > birth.latest)
        ):
            # no reason is given, but the address is new; a child born into it did not move
            warnings.append(codes.W10_MOVED_AFTER_BASE)


@dataclass(slots=True)
class _Found:
    """The codes found in one row, and the fields that are too damaged to be checked."""

    errors: list[str]
    warnings: list[str]
    unclear: frozenset[str] = frozenset()


class _Read(NamedTuple):
    """The parsed cells of one row."""

    household_no: str
    household_known: bool
    person_no: str
    is_head: bool
    birth: DateReading | None
    head_birth: DateReading | None
    protected: bool


_BIRTH_OF = {"name": "birth_date", "householder_name": "householder_birth_date"}
_GROUP_FIELDS = frozenset(
    {"householder_name", "householder_birth_date", "postal_code", "town", "block", "building_room"}
)
_NAMES = frozenset({"name", "kana", "householder_name", "householder_kana"})
_ADDRESS_FIELD = {codes.E07_POSTAL: "postal_code", codes.E08_TOWN: "town"}


def _day(text: str, styles: frozenset[str]) -> date | None:
    reading = read_date(text, styles)
    return None if reading is None else reading.earliest


@lru_cache(maxsize=4096)
def _sorted(found: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(set(found)))
