"""The personal fields of a household and of a child, as they are sealed and opened."""

from dataclasses import dataclass
from datetime import date

from portal.domain.foundation.vault import Vault, seal_json, unseal_json

HOUSEHOLD_STEP, CHILD_STEP = 512, 256
"""Bytes up to which all households, and all children, are sealed alike long (decision 0033)."""


@dataclass(frozen=True, slots=True)
class HouseholdFields:
    """What the ward handed over about a household, character for character.

    ``number`` is the ward's household number or the grouping key; ``birth`` the householder's birth
    date (None if partly unknown); ``street`` 番地, ``building`` 方書; ``alias`` 通称, by which a
    foreign resident may be known.
    """

    number: str
    person_no: str
    name: str
    kana: str
    birth: date | None
    postal_code: str
    town: str
    street: str
    building: str
    foreign: bool = False
    alias: str = ""

    def __repr__(self) -> str:
        """Show nothing personal: a trace must never print a name."""
        return "HouseholdFields(…)"


@dataclass(frozen=True, slots=True)
class ChildFields:
    """What the ward handed over about a child, as received.

    ``birth`` is None only while a hold for it is open.
    """

    person_no: str
    name: str
    kana: str
    birth: date | None
    sex: str = ""
    relationship: str = ""
    foreign: bool = False
    alias: str = ""

    def __repr__(self) -> str:
        """Show nothing personal."""
        return "ChildFields(…)"


def seal_household(key: bytes, fields: HouseholdFields, number_digest: bytes) -> bytes:
    """Encrypt a household's fields, bound to its number so that rows cannot be swapped."""
    context = "household:" + number_digest.hex()
    return seal_json(key, fields, context, step=HOUSEHOLD_STEP)


def open_household(key: bytes, sealed: bytes, number_digest: bytes) -> HouseholdFields:
    """Decrypt a household's fields.

    Raises:
        IntegrityFaultError: a wrong key, or a row that was changed or moved.
    """
    values = unseal_json(key, sealed, "household:" + number_digest.hex())
    birth = values["birth"]
    return HouseholdFields(**(values | {"birth": date.fromisoformat(birth) if birth else None}))


def seal_child(key: bytes, fields: ChildFields, person_digest: bytes) -> bytes:
    """Encrypt a child's fields, bound to the person."""
    return seal_json(key, fields, "child:" + person_digest.hex(), step=CHILD_STEP)


def open_child(key: bytes, sealed: bytes, person_digest: bytes) -> ChildFields:
    """Decrypt a child's fields.

    Raises:
        IntegrityFaultError: a wrong key, or a row that was changed or moved.
    """
    values = unseal_json(key, sealed, "child:" + person_digest.hex())
    birth = values["birth"]
    return ChildFields(**(values | {"birth": date.fromisoformat(birth) if birth else None}))


def household_digest(vault: Vault, number: str) -> bytes:
    """Return the keyed digest by which a household number is found."""
    return vault.blind("household", number)


def person_digest(vault: Vault, person_no: str) -> bytes:
    """Return the keyed digest by which a person number is found."""
    return vault.blind("person", person_no)


def birth_digest(vault: Vault, number_digest: bytes, birth: date) -> bytes:
    """Return the keyed hash to compare a typed birth date with, different for each household."""
    return vault.code_digest("birth:" + number_digest.hex(), birth.isoformat())


def birth_digests(vault: Vault, number_digest: bytes, birth: date) -> tuple[bytes, ...]:
    """Return all hashes that ``birth_digest`` may have made, the newest pepper's first."""
    return vault.code_digests("birth:" + number_digest.hex(), birth.isoformat())
