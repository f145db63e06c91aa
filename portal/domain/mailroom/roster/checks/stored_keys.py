"""Read back from stored fields the keys from which digests of households and children were made."""

from collections.abc import Iterator
from datetime import date, timedelta

from portal.domain.mailroom.roster.checks import characters
from portal.domain.mailroom.roster.checks.people import PART
from portal.domain.people.households.records import ChildFields, HouseholdFields

FIRST_YEAR, LAST_YEAR = 1900, 2050
SAME_KEYS = 9
"""How many households or children of one key are told apart by a number behind it."""


def household_keys(fields: HouseholdFields) -> Iterator[str]:
    """Yield the keys that a household may have; ``household_key`` of an import made one of them."""
    if fields.number:
        yield fields.number
        return
    address = PART.join(
        (
            fields.postal_code,
            *map(characters.fold, (fields.town, fields.street, fields.building)),
        )
    )
    for birth in _births(fields.birth):
        yield from _numbered(PART.join(("group", "".join(fields.name.split()), birth, address)))


def child_keys(fields: ChildFields, household_key: str) -> Iterator[str]:
    """Yield the keys that a child may have who was in this household when it was stored."""
    if fields.person_no:
        yield from _numbered(fields.person_no)
        return
    name = "".join(fields.name.split())
    for birth in _births(fields.birth):
        yield from _numbered(PART.join((household_key, name, birth)))


def likely_child_key(fields: ChildFields, household_key: str) -> str:
    """Return the likeliest key of a child without a number who came from this household."""
    birth = fields.birth.isoformat() if fields.birth else ""
    return PART.join((household_key, "".join(fields.name.split()), birth))


def _numbered(key: str) -> Iterator[str]:
    yield key
    for number in range(2, SAME_KEYS + 1):
        yield PART.join((key, str(number)))


def _births(known: date | None) -> Iterator[str]:
    """Yield a birth date as keys have it.

    Of one that is known in part only, keys have the earliest day and the fields none.
    """
    if known is not None:
        yield known.isoformat()
        return
    yield ""
    yield from (day.isoformat() for day in every_day())


def every_day() -> Iterator[date]:
    """Yield all days on which anybody of the program may be born."""
    day, end = date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 1, 1)
    while day < end:
        yield day
        day += timedelta(days=1)
