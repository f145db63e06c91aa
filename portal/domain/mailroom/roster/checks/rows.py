"""The program's rules for an extract, and one parsed row."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import NamedTuple

from portal.domain.mailroom.roster.checks import codes
from portal.domain.mailroom.roster.checks.results import RowDisposition
from portal.domain.mailroom.roster.files.dates import DateReading


@dataclass(frozen=True)
class RosterRules:
    """The program's settings for its extract.

    Days are JST days, both ends included; money is yen.
    """

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
    """One row as parsed, names and addresses exactly as received.

    ``result`` and ``codes`` judge the row alone.
    """

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
    result: RowDisposition
    codes: tuple[str, ...]
    household_known: bool
    """False when the part of the row that tells its household is damaged."""
    institutional: bool
    minor_householder: bool
    address_key: str
    alias: str = ""
    householder_alias: str = ""


class Cells(NamedTuple):
    """The texts of one row, by field; the fields of a layout, in the same order."""

    extracted: str
    household_no: str
    person_no: str
    householder: str
    relationship: str
    name: str
    kana: str
    birth_date: str
    sex: str
    postal_code: str
    town: str
    block: str
    building_room: str
    residence_since: str
    change_reason: str
    change_date: str
    protection: str
    foreign: str
    remarks: str
    householder_name: str
    householder_kana: str
    householder_birth_date: str
    alias: str
    householder_alias: str


class Change(NamedTuple):
    """The last change of a person's registration.

    Why, on which day, and since when the person lives at this address.
    """

    reason: str
    day: date | None
    since: date | None

    def moved_after(self, base: date) -> bool:
        """Return whether the move came after the base date.

        By its own day, or else by the day since which the person lives at the address.
        """
        moved = self.day or self.since
        return moved is not None and moved > base


NOBODY_KNOWN = ParsedRow(
    "",
    "",
    False,
    "",
    "",
    "",
    None,
    "",
    Address("", "", "", ""),
    False,
    False,
    "",
    None,
    None,
    "",
    "",
    "",
    None,
    RowDisposition.REJECT,
    (),
    False,
    False,
    False,
    "",
)
"""A rejected row of which nothing is believed."""
