"""Records of the checks: the program's rules for an extract, and one parsed row."""

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
    """Day of the extraction, used if the file has no such column."""
    unit_yen: int
    towns: Mapping[str, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))
    """Town names by postal code of seven digits; if empty, towns are not checked."""
    long_address_limit: int = 50
    many_children: int = 6
    hold_codes: frozenset[str] = codes.HOLD_CODES


class Address(NamedTuple):
    """An address exactly as received, except that a valid postal code is seven ASCII digits."""

    postal_code: str
    town: str
    block: str
    building_room: str


class JudgedRow(NamedTuple):
    """What the check of a whole file needs of one row.

    ``result`` and ``codes`` are about this row alone, without the rest of the file.
    """

    household_no: str
    person_no: str
    household_known: bool
    """Whether the row's household is known; its number may be damaged."""
    result: RowDisposition
    codes: tuple[str, ...]
    name: str = ""
    birth: DateReading | None = None
    is_householder: bool = False
    householder_name: str = ""
    householder_birth: DateReading | None = None
    minor_householder: bool = False
    protected: bool = False
    institutional: bool = False
    address_key: str = ""


class RowFields(NamedTuple):
    """What is stored of one row, with names and addresses exactly as received.

    Of a rejected row only its numbers, its mark of protection and what groups it are read.
    ``address_key`` is empty where households have numbers.
    """

    household_no: str
    person_no: str
    protected: bool
    address_key: str
    householder_name: str
    householder_birth: DateReading | None
    is_householder: bool = False
    minor_householder: bool = False
    name: str = ""
    kana: str = ""
    birth: DateReading | None = None
    alias: str = ""
    sex: str = ""
    relationship: str = ""
    foreign: bool = False
    address: Address = Address("", "", "", "")
    householder_kana: str = ""
    householder_alias: str = ""


class Cells(NamedTuple):
    """The texts of one row, by the fields of a layout (``layout.FIELDS``, in the same order)."""

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
    """The last change of a person's registration: its reason and day.

    ``since`` is the day since which the person has lived at the address.
    """

    reason: str
    day: date | None
    since: date | None

    def moved_after(self, base: date) -> bool:
        """Return whether the person moved after the base date.

        That is decided by the day of the change, or else by ``since``.
        """
        moved = self.day or self.since
        return moved is not None and moved > base
