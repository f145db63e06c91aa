"""Read the address window of a letter: the ward's data as received, or the approved print text."""

import re
from collections.abc import Collection
from dataclasses import asdict, dataclass, field, replace

from sqlalchemy import select

from portal.domain.foundation.work import Work
from portal.domain.letters.letters.drawing.barcode import customer_bars, split_chome
from portal.domain.letters.letters.other_address import other_addresses
from portal.domain.people.households.models import Household, PrintText
from portal.domain.people.households.print_texts import open_print_fields
from portal.domain.people.households.records import HouseholdFields, open_household

WITH_PREFECTURE = re.compile("(東京都|北海道|京都府|大阪府|.{2,3}県)")
READ_AT_ONCE = 500
AT_COUNTER = "区窓口交付"
"""Printed in the window instead of name and address where no address may be used."""


@dataclass(frozen=True, slots=True)
class Addressee:
    """One window. ``image`` is the approved picture of a name that no font can print."""

    number: str = field(repr=False)
    name: str = field(repr=False)
    postal_code: str = field(repr=False)
    lines: tuple[str, ...] = field(repr=False)
    bars: str | None = field(repr=False)
    image: bytes | None = field(default=None, repr=False)


_STORED = select(
    Household.id,
    Household.wrapped_key,
    Household.sealed,
    Household.number_digest,
    Household.counter,
    PrintText.sealed,
).outerjoin(PrintText, PrintText.household_id == Household.id)


def read_addressees(
    work: Work, household_ids: Collection[int], *, printed: bool = False
) -> dict[int, Addressee]:
    """Decrypt the households' names and addresses for the window, by household.

    The ward's name is put before towns that name no prefecture. Another address that the ward
    ordered for the next letter replaces the registered one; with ``printed``, that of a letter that
    is printed and not handed over yet.

    Raises IntegrityFaultError for a wrong key or a changed row.
    """
    found: dict[int, Addressee] = {}
    ward = work.program.names.ward.ja
    wanted = list(household_ids)
    for start in range(0, len(wanted), READ_AT_ONCE):
        part = wanted[start : start + READ_AT_ONCE]
        rows = work.session.execute(_STORED.where(Household.id.in_(part)))
        elsewhere = other_addresses(work, part, printed=printed)
        for household_id, wrapped, sealed, digest, counter, print_text in rows:
            fields, image = open_household(work.vault.unwrap(wrapped), sealed, digest), None
            if counter:
                found[household_id] = Addressee(fields.number, "", "", (AT_COUNTER,), None)
                continue
            if print_text is not None:
                approved = open_print_fields(work.vault, print_text, household_id)
                fields, image = approved.applied_to(fields), approved.image
            if (other := elsewhere.get(household_id)) is not None:
                fields = replace(fields, **asdict(other))
            found[household_id] = _addressee(fields, "" if other is not None else ward, image)
    return found


def _addressee(fields: HouseholdFields, ward: str, image: bytes | None) -> Addressee:
    town = fields.town if WITH_PREFECTURE.match(fields.town) else ward + fields.town
    lines = tuple(line for line in (town + fields.street, fields.building) if line)
    _town, chome = split_chome(fields.town)
    rest = f"{chome}{fields.street} {fields.building}".strip()
    bars = customer_bars(fields.postal_code, rest)
    return Addressee(fields.number, fields.name, fields.postal_code, lines, bars, image)
