"""Rules for one row of an extract: what it says, and which codes it earns."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from portal.domain.roster import characters, codes
from portal.domain.roster.dates import DateReading, read_date
from portal.domain.roster.layout import Layout
from portal.domain.roster.reader import Record, RosterReader

OWN_CHILD = frozenset("子 長男 長女 養子 養女 実子 嫡出子".split()) | frozenset(
    f"{nth}{kind}" for nth in ("二", "三", "四", "五", "六", "七", "八", "九", "十", "次") for kind in "男女"
)
INSTITUTION_RELATIONSHIPS = ("施設",)
INSTITUTION_BUILDINGS = ("児童養護施設", "乳児院", "児童自立支援施設", "児童心理治療施設", "障害児入所施設", "自立援助ホーム")
CONTENT_FIELDS = ("name", "kana", "postal_code", "town", "block", "building_room")


@dataclass(frozen=True)
class RosterRules:
    """What a program decides about its extract. Days are JST days, both ends included; money is yen."""

    base_date: date
    birth_from: date
    birth_to: date
    extracted: date
    """Day of the extraction, where the file has no such column."""
    unit_yen: int
    towns: Mapping[str, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))
    """Town names by postal code of seven digits; empty means that nothing is compared."""
    long_address_limit: int = 50
    many_children: int = 6
    hold_codes: frozenset[str] = codes.HOLD_CODES


class Address(NamedTuple):
    """An address exactly as received; the postal code as seven ASCII digits where it is one."""

    postal_code: str
    town: str
    block: str
    building_room: str


class ParsedRow(NamedTuple):
    """One row as parsed, names and addresses exactly as received. ``result`` and ``codes`` judge the row alone."""

    household_no: str
    person_no: str
    is_householder: bool
    relationship: str
    name: str
    kana: str
    birth: DateReading | None
    sex: str
    address: Address
    protected: bool
    foreign: bool
    change_reason: str
    change_date: date | None
    residence_since: date | None
    remarks: str
    householder_name: str
    householder_kana: str
    householder_birth: DateReading | None
    result: str
    codes: tuple[str, ...]
    household_known: bool
    """False when the part of the row that tells its household is damaged."""
    institutional: bool
    minor_householder: bool
    address_key: str


class _AddressView(NamedTuple):
    address: Address
    errors: tuple[str, ...]
    warnings: tuple[str, ...]
    key: str
    institutional: bool


class RowRules:
    """Applies one program's rules to the records of one file (after its header was read)."""

    def __init__(self, reader: RosterReader, rules: RosterRules) -> None:
        self.rules = rules
        self.layout: Layout = reader.layout
        self._towns = {
            postal: frozenset(map(characters.fold, towns)) for postal, towns in rules.towns.items()
        }
        # a missing column reads the empty text that check() appends behind the last field
        self._at = {name: reader.positions.get(name, -1) for name in _FIELD_ORDER}
        self._positions = tuple(self._at[name] for name in _FIELD_ORDER)
        self._width = reader.width
        digits = {name: column.digits for name, column in self.layout.by_field.items()}
        self._household_digits = digits.get("household_no", 0)
        self._person_digits = digits.get("person_no", 0)
        self._has_person_no = "person_no" in self.layout.by_field
        self._person_rows = self.layout.rows == "person"
        self._codes: Mapping[str, Mapping[str, str]] = self.layout.codes
        self._styles = self.layout.date_styles
        column = self.layout.by_field["postal_code"]
        self._postal_width = column.width if self.layout.kind == "fixed" else 0
        self._address = lru_cache(maxsize=20_000)(self._view_address)

    def check(self, record: Record) -> ParsedRow:
        """Return the row with its own codes; what only the whole file shows is added later."""
        if len(record.fields) != self._width:
            return self._misshapen(record)
        values = [*record.fields, ""]
        (
            extracted, household_no, person_no, householder, relationship, name, kana, birth_text, sex, postal_code,
            town, block, building_room, residence_text, reason_text, change_text, protection, foreign, remarks,
            head_name, head_kana, head_birth_text,
        ) = [values[position] for position in self._positions]  # fmt: skip
        errors: list[str] = []
        warnings: list[str] = []
        unclear: frozenset[str] = frozenset()
        if record.damaged or characters.UNUSUAL.search(record.text):
            unclear = self._look_closer(record, errors, warnings)
        household_no, household_known = self._household(household_no, unclear, errors)
        if self._has_person_no and "person_no" not in unclear:
            person_no = characters.digits_of(person_no)
            if not _is_number(person_no, self._person_digits):
                errors.append(codes.E03_PERSON_NO)
        is_head = False
        if self._person_rows and "householder" not in unclear:
            flag = self._codes["householder"].get(householder.strip())
            is_head = flag == "yes"
            if flag is None:
                errors.append(codes.E01_COLUMNS)
        known_until = (_day(extracted, self._styles) if extracted else None) or self.rules.extracted
        if not name.strip() and "name" not in unclear:
            errors.append(codes.E06_NAME)
        birth = self._birth(birth_text, known_until, "birth_date" in unclear, errors, warnings)
        head_birth = None
        if not self._person_rows:
            if not head_name.strip() and "householder_name" not in unclear:
                errors.append(codes.E06_NAME)
            head_birth = self._birth(
                head_birth_text, known_until, "householder_birth_date" in unclear, errors, warnings
            )
        view = self._address(postal_code, town, block, building_room)
        if not unclear:
            errors.extend(view.errors)
        else:
            errors.extend(code for code in view.errors if _ADDRESS_FIELD[code] not in unclear)
        reason = self._codes["change_reason"].get(reason_text.strip(), "other") if reason_text.strip() else ""
        changed = _day(change_text, self._styles) if change_text else None
        since = _day(residence_text, self._styles) if residence_text else None
        protected = bool(protection) and self._codes["protection"].get(protection.strip(), "yes") == "yes"
        minor = False
        result, found = "reject", errors
        if not errors:
            # a householder alone or a child: only the household's eligible ages are asked for
            head_reading = birth if is_head else head_birth
            minor = head_reading is not None and self._in_window(head_reading)
            result, found = "exclude", self._excluded(is_head, birth, reason, changed, since)
            if not found:
                result = "accept"
                found = warnings
                found.extend(view.warnings)
                self._after_base(reason, changed, since, birth, warnings)
                if protected:
                    found.append(codes.W01_PROTECTED)
                if minor:
                    found.append(codes.W04_MINOR_HOUSEHOLDER)
                if characters.NOT_JISX0208.search(name) or characters.NOT_JISX0208.search(head_name):
                    found.append(codes.W03_NOT_IN_JISX0208)
                if not is_head and relationship and relationship.strip() not in OWN_CHILD:
                    found.append(codes.W05_NOT_CHILD_OF_HOUSEHOLDER)
                if characters.LATIN.search(name):
                    found.append(codes.W09_FOREIGN_NAME)
                if name != name.strip() or kana != kana.strip() or head_name != head_name.strip():
                    found.append(codes.W13_WIDTH_NORMALISED)
        institutional = view.institutional or any(word in relationship for word in INSTITUTION_RELATIONSHIPS)
        return ParsedRow(
            household_no, person_no, is_head, relationship, name, kana, birth,
            self._codes["sex"].get(sex.strip(), "other") if sex else "", view.address, protected,
            bool(foreign) and self._codes["foreign"].get(foreign.strip()) == "yes", reason, changed, since, remarks,
            head_name, head_kana, head_birth, result, _sorted(tuple(found)), household_known, institutional, minor,
            view.key,
        )  # fmt: skip

    def _misshapen(self, record: Record) -> ParsedRow:
        """A row with too many or too few fields: only its number columns are believed, and only if whole."""
        width = len(record.fields)
        household = self._at["household_no"]
        person = self._at["person_no"]
        number = record.fields[household] if 0 <= household < width else ""
        number, known = self._household(number, frozenset(), []) if number else ("", False)
        return _NOBODY._replace(
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
        if _is_number(number, self._household_digits):
            return number, True
        errors.append(codes.E02_HOUSEHOLD_NO)
        return text, False

    def _look_closer(self, record: Record, errors: list[str], warnings: list[str]) -> frozenset[str]:
        """Look at the characters field by field; returns the fields that cannot be judged any further."""
        unclear: set[str] = set()
        name_of = {position: name for name, position in self._at.items() if position >= 0}
        for position, text in enumerate(record.fields):
            name = name_of.get(position, "")
            control = characters.CONTROL_BUT_BREAKS if name in {"remarks", ""} else characters.CONTROL
            if position in record.damaged or characters.DAMAGE.search(text):
                errors.append(codes.E12_BYTES)
                unclear.add(name)
            elif control.search(text):
                errors.append(codes.E13_CONTROL)
                unclear.add(name)
            elif name in {"name", "householder_name"} and characters.GAIJI_IN_NAME.search(text):
                warnings.append(codes.W02_GAIJI)
            if name in {"name", "kana", "householder_name", "householder_kana"}:
                if characters.HALF_WIDTH_KANA.search(text):
                    warnings.append(codes.W13_WIDTH_NORMALISED)
        return frozenset(unclear)

    def _birth(
        self, text: str, known_until: date, unclear: bool, errors: list[str], warnings: list[str]  # noqa: FBT001
    ) -> DateReading | None:
        if unclear:
            return None
        birth = read_date(text, self._styles)
        if birth is None:
            errors.append(codes.E04_BIRTHDATE)
        elif birth.earliest > known_until:
            errors.append(codes.E05_BIRTHDATE_FUTURE)
        elif birth.normalised:
            warnings.append(codes.W12_ERA_NORMALISED)
        elif birth.earliest != birth.latest:
            warnings.append(codes.W14_PARTIAL_BIRTHDATE)
        return birth

    def _in_window(self, birth: DateReading) -> bool:
        return birth.latest >= self.rules.birth_from and birth.earliest <= self.rules.birth_to

    def _excluded(
        self, is_head: bool, birth: DateReading | None, reason: str, changed: date | None, since: date | None  # noqa: FBT001
    ) -> list[str]:
        base = self.rules.base_date
        found = []
        if not is_head and birth is not None:
            if birth.latest < self.rules.birth_from:
                found.append(codes.X01_TOO_OLD)
            elif birth.earliest > self.rules.birth_to:
                found.append(codes.X02_TOO_YOUNG)
        if reason in {"moved_out", "died"} and changed is not None and changed < base:
            found.append(codes.X03_LEFT_BEFORE_BASE)
        if reason == "moved_in":
            arrived = changed or since
            if arrived is not None and arrived > base:
                found.append(codes.X06_NOT_RESIDENT_AT_BASE)
        return found

    def _after_base(
        self, reason: str, changed: date | None, since: date | None, birth: DateReading | None, warnings: list[str]
    ) -> None:
        """Note moves and deaths since the base date. A missing day of one counts as since: people must look."""
        base = self.rules.base_date
        if reason == "died":
            warnings.append(codes.W11_DIED_AFTER_BASE)
        elif reason == "moved_out" or (
            reason == "moved_within" and (moved := changed or since) is not None and moved > base
        ):
            warnings.append(codes.W10_MOVED_AFTER_BASE)
        elif reason in {"", "other"} and since is not None and since > base:
            # no reason is given, but the address is new; a child born into it did not move
            if birth is None or since > birth.latest:
                warnings.append(codes.W10_MOVED_AFTER_BASE)

    def _complete_postal(self, text: str, digits: str, town: str) -> str:
        """Complete a code in full-width digits that was cut to its field's width, if the town leaves one choice."""
        if len(digits) < 3 or len(text.encode(self.layout.encoding, "replace")) < self._postal_width - 1:
            return digits
        key = characters.fold(town)
        found = [code for code, towns in self._towns.items() if code.startswith(digits) and key in towns]
        return found[0] if len(found) == 1 and not text.isascii() else digits

    def _view_address(self, postal_code: str, town: str, block: str, building_room: str) -> _AddressView:
        errors: list[str] = []
        warnings: list[str] = []
        digits = characters.digits_of(postal_code)
        if self._postal_width and not _is_number(digits, 7):
            digits = self._complete_postal(postal_code, digits, town)
        if not _is_number(digits, 7):
            errors.append(codes.E07_POSTAL)
        if not town.strip():
            errors.append(codes.E08_TOWN)
        if not errors and self._towns and characters.fold(town) not in self._towns.get(digits, frozenset()):
            warnings.append(codes.W07_POSTAL_TOWN)
        parts = (town, block, building_room)
        whole = "".join(parts)
        if characters.GAIJI.search(whole):
            warnings.append(codes.W02_GAIJI)
        if characters.NOT_JISX0208.search(whole):
            warnings.append(codes.W03_NOT_IN_JISX0208)
        if characters.HALF_WIDTH_KANA.search(whole) or any(part != part.strip() for part in parts):
            warnings.append(codes.W13_WIDTH_NORMALISED)
        if len(whole) > self.rules.long_address_limit:
            warnings.append(codes.W17_LONG_ADDRESS)
        key = "\x1f".join((digits, *map(characters.fold, parts)))
        institutional = any(word in building_room for word in INSTITUTION_BUILDINGS)
        return _AddressView(
            Address(digits, town, block, building_room), tuple(errors), tuple(warnings), key, institutional
        )


_FIELD_ORDER = (
    "extracted", "household_no", "person_no", "householder", "relationship", "name", "kana", "birth_date", "sex",
    "postal_code", "town", "block", "building_room", "residence_since", "change_reason", "change_date", "protection",
    "foreign", "remarks", "householder_name", "householder_kana", "householder_birth_date",
)  # fmt: skip
_GROUP_FIELDS = frozenset(
    {"householder_name", "householder_birth_date", "postal_code", "town", "block", "building_room"}
)
_ADDRESS_FIELD = {codes.E07_POSTAL: "postal_code", codes.E08_TOWN: "town"}
_NOBODY = ParsedRow(
    "", "", False, "", "", "", None, "", Address("", "", "", ""), False, False, "", None, None, "", "", "", None,
    "reject", (), False, False, False, "",
)  # fmt: skip


def _is_number(text: str, digits: int) -> bool:
    return text.isascii() and text.isdigit() and len(text) == digits if digits else bool(text)


def _day(text: str, styles: frozenset[str]) -> date | None:
    reading = read_date(text, styles)
    return None if reading is None else reading.earliest


@lru_cache(maxsize=4096)
def _sorted(found: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(set(found)))
