"""Approved print texts for a name or address that no font can print; the original stays stored."""

import base64
from dataclasses import asdict, dataclass, field, replace

from sqlalchemy import select

from portal.domain.foundation.vault import Vault, seal_json, unseal_json
from portal.domain.foundation.work import Work
from portal.domain.people.households.models import PrintText
from portal.domain.people.households.records import HouseholdFields


@dataclass(frozen=True, slots=True)
class PrintFields:
    """Replacements for printing; an empty one keeps what the ward handed over.

    ``children`` replaces names by the child's ordinal; ``image`` is a PNG of the householder's
    name.
    """

    name: str = ""
    town: str = ""
    street: str = ""
    building: str = ""
    children: dict[int, str] = field(default_factory=dict)
    image: bytes | None = None

    def __repr__(self) -> str:
        """Show nothing personal."""
        return "PrintFields(…)"

    def applied_to(self, fields: HouseholdFields) -> HouseholdFields:
        """Return the fields as they are printed."""
        return replace(
            fields,
            name=self.name or fields.name,
            town=self.town or fields.town,
            street=self.street or fields.street,
            building=self.building or fields.building,
        )


def _context(household_id: int) -> str:
    return f"print_text:{household_id}"


def seal_print_fields(vault: Vault, fields: PrintFields, household_id: int) -> bytes:
    """Encrypt with the key-encryption key, bound to the household."""
    values = asdict(fields)
    values["image"] = base64.b64encode(fields.image).decode() if fields.image else None
    return seal_json(vault.kek, values, _context(household_id))


def open_print_fields(vault: Vault, sealed: bytes, household_id: int) -> PrintFields:
    """Decrypt a print text.

    Raises:
        IntegrityFaultError: another household's text, or another key.
    """
    values = unseal_json(vault.kek, sealed, _context(household_id))
    children = {int(ordinal): name for ordinal, name in values["children"].items()}
    image = base64.b64decode(values["image"]) if values["image"] else None
    return PrintFields(**(values | {"children": children, "image": image}))


def print_fields(work: Work, household_id: int) -> PrintFields | None:
    """Return the approved print text of a household; None if it is printed as received."""
    sealed = work.session.scalar(
        select(PrintText.sealed).where(PrintText.household_id == household_id)
    )
    return None if sealed is None else open_print_fields(work.vault, sealed, household_id)
