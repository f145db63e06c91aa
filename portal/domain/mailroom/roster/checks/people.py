"""Convert the checked rows of one household into the fields to store, as received."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from msgspec import Struct

from portal.domain.mailroom.roster.checks.check import CheckedHousehold, CheckedRow
from portal.domain.mailroom.roster.checks.results import HouseholdDisposition, RowDisposition
from portal.domain.mailroom.roster.checks.rows import RowFields
from portal.domain.mailroom.roster.files.dates import DateReading
from portal.domain.people.households.records import ChildFields, HouseholdFields

PART = "\x1f"


@dataclass(frozen=True, slots=True)
class StoredChild:
    """An eligible child, with the key that identifies the person, and the row's codes."""

    key: str
    fields: ChildFields
    codes: tuple[str, ...]


class StoredHousehold(Struct, frozen=True):
    """A household with a householder, ready to be sealed; children oldest first."""

    key: str
    fields: HouseholdFields
    children: tuple[StoredChild, ...]
    protected: bool


def _birth(reading: DateReading | None) -> date | None:
    return reading.earliest if reading is not None and not reading.partial else None


def group_key(row: RowFields) -> str:
    """Return the key of a household without a number: its householder and address.

    Layouts such as ``sample-min`` have no household numbers.
    """
    birth = row.householder_birth.earliest.isoformat() if row.householder_birth else ""
    return PART.join(("group", "".join(row.householder_name.split()), birth, row.address_key))


def household_key(judged: CheckedHousehold, rows: Sequence[CheckedRow], *, grouped: bool) -> str:
    """Return the key that identifies a household from one extract to the next."""
    if not grouped:
        return judged.household_no
    known = next((row for row in rows if row.result == RowDisposition.ACCEPT), rows[0])
    return group_key(known.row)


def _child(checked: CheckedRow, household_key: str) -> StoredChild:
    row = checked.row
    birth = _birth(row.birth)
    when = row.birth.earliest.isoformat() if row.birth else ""
    key = row.person_no or PART.join((household_key, "".join(row.name.split()), when))
    fields = ChildFields(
        person_no=row.person_no,
        name=row.name,
        kana=row.kana,
        birth=birth,
        sex=row.sex,
        relationship=row.relationship,
        foreign=row.foreign,
        alias=row.alias,
    )
    return StoredChild(key, fields, checked.codes)


def _with_distinct_keys(children: list[StoredChild]) -> Iterator[StoredChild]:
    """Keep two rows with the same name and birth, but no person numbers, as two children.

    Such a household is held (W15).
    """
    seen: Counter[str] = Counter()
    for child in children:
        seen[child.key] += 1
        count = seen[child.key]
        yield child if count == 1 else replace(child, key=PART.join((child.key, str(count))))


def gather(
    judged: CheckedHousehold, rows: Sequence[CheckedRow], key: str, *, grouped: bool
) -> StoredHousehold | None:
    """Return the fields to store of a household; None if it was refused or has no householder.

    ``key`` is the result of ``household_key``.
    """
    if judged.disposition not in {HouseholdDisposition.ISSUE, HouseholdDisposition.HOLD}:
        return None
    accepted = [row for row in rows if row.result == RowDisposition.ACCEPT]
    if not accepted:
        return None
    first = accepted[0].row
    head = next((row for row in accepted if row.row.is_householder), None)
    if head is None and not first.householder_name:
        return None
    holder = head.row if head is not None else first
    fields = HouseholdFields(
        number="" if grouped else judged.household_no,
        person_no=holder.person_no if head is not None else "",
        name=holder.name if head is not None else holder.householder_name,
        kana=holder.kana if head is not None else holder.householder_kana,
        birth=_birth(holder.birth if head is not None else holder.householder_birth),
        postal_code=holder.address.postal_code,
        town=holder.address.town,
        street=holder.address.block,
        building=holder.address.building_room,
        foreign=holder.foreign,
        alias=holder.alias if head is not None else holder.householder_alias,
    )
    kids = [row for row in accepted if not row.row.is_householder or row.row.minor_householder]
    kids.sort(key=lambda row: (row.row.birth.earliest if row.row.birth else date.max, row.record))
    children = tuple(_with_distinct_keys([_child(row, key) for row in kids]))
    return StoredHousehold(key, fields, children, protected="W01_PROTECTED" in judged.codes)
