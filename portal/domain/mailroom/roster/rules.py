"""Rules for one row of an extract: what it says, and which codes it earns."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from portal.domain.mailroom.roster import characters, codes
from portal.domain.mailroom.roster.addresses import AddressRules
from portal.domain.mailroom.roster.dates import DateReading, read_date
from portal.domain.mailroom.roster.layout import Layout
from portal.domain.mailroom.roster.reader import Record, RosterReader
from portal.domain.mailroom.roster.rows import NOBODY_KNOWN, Cells, Change, ParsedRow, RosterRules

OWN_CHILD = frozenset(["子", "長男", "長女", "養子", "養女", "実子", "嫡出子"]) | frozenset(
    f"{nth}{kind}"
    for nth in ("二", "三", "四", "五", "六", "七", "八", "九", "十", "次")
    for kind in "男女"
)
INSTITUTION_RELATIONSHIPS = ("施設",)


class RowRules:
    """Applies one program's rules to the records of one file (after its header was read)."""

    def __init__(self, reader: RosterReader, rules: RosterRules) -> None:
        self.rules = rules
        self.layout: Layout = reader.layout
        # a missing column reads the empty text that check() appends behind the last field
        self._at = {name: reader.positions.get(name, -1) for name in Cells._fields}
        self._positions = tuple(self._at[name] for name in Cells._fields)
        self._width = reader.width
        digits = {name: column.digits for name, column in self.layout.by_field.items()}
        self._household_digits = digits.get("household_no", 0)
        self._person_digits = digits.get("person_no", 0)
        self._has_person_no = "person_no" in self.layout.by_field
        self._person_rows = self.layout.rows == "person"
        self._codes: Mapping[str, Mapping[str, str]] = self.layout.codes
        self._styles = self.layout.date_styles
        self._address = AddressRules(self.layout, rules).view

    def check(self, record: Record) -> ParsedRow:
        """Return the row with its own codes; what only the whole file shows is added later."""
        if len(record.fields) != self._width:
            return self._misshapen(record)
        values = [*record.fields, ""]
        cells = Cells._make([values[position] for position in self._positions])
        errors: list[str] = []
        warnings: list[str] = []
        unclear: frozenset[str] = frozenset()
        if record.damaged or characters.UNUSUAL.search(record.text):
            unclear = self._look_closer(record, errors, warnings)
        household_no, household_known = self._household(cells.household_no, unclear, errors)
        person_no = self._person(cells.person_no, unclear, errors)
        is_head = self._is_householder(cells.householder, unclear, errors)
        extracted = (
            _day(cells.extracted, self._styles) if cells.extracted else None
        ) or self.rules.extracted
        # an extract dated before the base date was made for that day: births up to it are expected
        # in it
        until = max(extracted, self.rules.base_date)
        birth = self._born("name", cells.name, cells.birth_date, until, unclear, errors, warnings)
        head_birth = None
        if not self._person_rows:
            head_birth = self._born(
                "householder_name",
                cells.householder_name,
                cells.householder_birth_date,
                until,
                unclear,
                errors,
                warnings,
            )
        view = self._address(cells.postal_code, cells.town, cells.block, cells.building_room)
        if view.errors:
            errors.extend(code for code in view.errors if _ADDRESS_FIELD[code] not in unclear)
        change = self._change(cells)
        protected = (
            cells.protection != ""
            and self._codes["protection"].get(cells.protection.strip(), "yes") == "yes"
        )
        minor = False
        result, found = "reject", errors
        if not errors:
            # a householder in the window is a child alone; others are asked only whether they are
            # children
            head_reading = birth if is_head else head_birth
            minor = head_reading is not None and self._in_window(head_reading)
            result, found = "exclude", self._excluded(is_head, birth, change)
            if not found:
                result, found = "accept", warnings
                warnings.extend(view.warnings)
                self._after_base(change, birth, warnings)
                if protected:
                    warnings.append(codes.W01_PROTECTED)
                if minor:
                    warnings.append(codes.W04_MINOR_HOUSEHOLDER)
                self._look_at_names(cells, is_head, warnings)
        return ParsedRow(
            household_no,
            person_no,
            is_head,
            cells.relationship,
            cells.name,
            cells.kana,
            birth,
            self._codes["sex"].get(cells.sex.strip(), "other") if cells.sex else "",
            view.address,
            protected,
            cells.foreign != "" and self._codes["foreign"].get(cells.foreign.strip()) == "yes",
            change.reason,
            change.day,
            change.since,
            cells.remarks,
            cells.householder_name,
            cells.householder_kana,
            head_birth,
            result,
            _sorted(tuple(found)),
            household_known,
            view.institutional
            or any(word in cells.relationship for word in INSTITUTION_RELATIONSHIPS),
            minor,
            view.key,
            cells.alias.strip(),
            cells.householder_alias.strip(),
        )

    def _misshapen(self, record: Record) -> ParsedRow:
        """A row with too many or too few fields.

        Only its number columns are believed, and only if whole.
        """
        width = len(record.fields)
        household = self._at["household_no"]
        person = self._at["person_no"]
        number = record.fields[household] if 0 <= household < width else ""
        number, known = self._household(number, frozenset(), []) if number else ("", False)
        return NOBODY_KNOWN._replace(
            household_no=number,
            person_no=record.fields[person] if 0 <= person < width else "",
            codes=(codes.E01_COLUMNS,),
            household_known=known,
        )

    def _household(self, text: str, unclear: frozenset[str], errors: list[str]) -> tuple[str, bool]:
        if self.layout.grouped:
            return "", not unclear & _GROUP_FIELDS
        if "household_no" in unclear:
            return text, False
        number = characters.digits_of(text)
        if characters.is_number(number, self._household_digits):
            return number, True
        errors.append(codes.E02_HOUSEHOLD_NO)
        return text, False

    def _person(self, text: str, unclear: frozenset[str], errors: list[str]) -> str:
        if not self._has_person_no or "person_no" in unclear:
            return text
        number = characters.digits_of(text)
        if not characters.is_number(number, self._person_digits):
            errors.append(codes.E03_PERSON_NO)
        return number

    def _is_householder(self, text: str, unclear: frozenset[str], errors: list[str]) -> bool:
        if not self._person_rows or "householder" in unclear:
            return False
        flag = self._codes["householder"].get(text.strip())
        if flag is None:
            errors.append(codes.E01_COLUMNS)
        return flag == "yes"

    def _change(self, cells: Cells) -> Change:
        reason = cells.change_reason.strip()
        return Change(
            self._codes["change_reason"].get(reason, "other") if reason else "",
            _day(cells.change_date, self._styles) if cells.change_date else None,
            _day(cells.residence_since, self._styles) if cells.residence_since else None,
        )

    def _look_at_names(self, cells: Cells, is_head: bool, warnings: list[str]) -> None:
        name, head_name, kana = cells.name, cells.householder_name, cells.kana
        if characters.NOT_JISX0208.search(name) or characters.NOT_JISX0208.search(head_name):
            warnings.append(codes.W03_NOT_IN_JISX0208)
        if not is_head and cells.relationship and cells.relationship.strip() not in OWN_CHILD:
            warnings.append(codes.W05_NOT_CHILD_OF_HOUSEHOLDER)
        if characters.LATIN.search(name):
            warnings.append(codes.W09_FOREIGN_NAME)
        if name != name.strip() or kana != kana.strip() or head_name != head_name.strip():
            warnings.append(codes.W13_WIDTH_NORMALISED)

    def _look_closer(
        self, record: Record, errors: list[str], warnings: list[str]
    ) -> frozenset[str]:
        """Look at the characters field by field.

        Returns the fields that cannot be judged any further.
        """
        unclear: set[str] = set()
        name_of = {position: name for name, position in self._at.items() if position >= 0}
        for position, text in enumerate(record.fields):
            name = name_of.get(position, "")
            control = (
                characters.CONTROL_BUT_BREAKS if name in {"remarks", ""} else characters.CONTROL
            )
            if position in record.damaged or characters.DAMAGE.search(text):
                errors.append(codes.E12_BYTES)
                unclear.add(name)
            elif control.search(text):
                errors.append(codes.E13_CONTROL)
                unclear.add(name)
            elif name in {"name", "householder_name"} and characters.GAIJI_IN_NAME.search(text):
                warnings.append(codes.W02_GAIJI)
            if name in _NAMES and characters.HALF_WIDTH_KANA.search(text):
                warnings.append(codes.W13_WIDTH_NORMALISED)
        return frozenset(unclear)

    def _born(
        self,
        whose: str,
        name: str,
        text: str,
        until: date,
        unclear: frozenset[str],
        errors: list[str],
        warnings: list[str],
    ) -> DateReading | None:
        """Check one person's name and read the birth date, which cannot lie after ``until``."""
        if not name.strip() and whose not in unclear:
            errors.append(codes.E06_NAME)
        if _BIRTH_OF[whose] in unclear:
            return None
        birth = read_date(text, self._styles)
        if birth is None:
            errors.append(codes.E04_BIRTHDATE)
        elif birth.earliest > until:
            errors.append(codes.E05_BIRTHDATE_FUTURE)
        elif birth.normalised:
            warnings.append(codes.W12_ERA_NORMALISED)
        elif birth.earliest != birth.latest:
            warnings.append(codes.W14_PARTIAL_BIRTHDATE)
        return birth

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
        if change.reason in {"moved_out", "died"} and change.day is not None and change.day < base:
            found.append(codes.X03_LEFT_BEFORE_BASE)
        if change.reason == "moved_in" and change.moved_after(base):
            found.append(codes.X06_NOT_RESIDENT_AT_BASE)
        return found

    def _after_base(self, change: Change, birth: DateReading | None, warnings: list[str]) -> None:
        """Note moves and deaths since the base date.

        One without its day counts as since: people must look.
        """
        base = self.rules.base_date
        if change.reason == "died":
            warnings.append(codes.W11_DIED_AFTER_BASE)
        elif change.reason == "moved_out" or (
            change.reason == "moved_within" and change.moved_after(base)
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
