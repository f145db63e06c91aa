"""Households and children added by the ward's instruction, stored as an import would."""

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.domain.foundation.errors import ConflictError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.people.households.models import BY_INSTRUCTION, Child, Household
from portal.domain.people.households.moved import next_ordinal
from portal.domain.people.households.old_digests import leave_empty_rows
from portal.domain.people.households.records import (
    ChildFields,
    HouseholdFields,
    birth_digest,
    household_digest,
    open_household,
    person_digest,
    seal_child,
    seal_household,
)
from portal.domain.people.households.search_feed import note_changed

PART = "\x1f"


def child_key(fields: ChildFields, household_number: str) -> str:
    """Return the key that identifies a child: its number, else household, name and birth date."""
    birth = fields.birth.isoformat() if fields.birth else ""
    return fields.person_no or PART.join((household_number, "".join(fields.name.split()), birth))


def add_household(
    work: Work, fields: HouseholdFields, *, protected: bool = False, counter: bool = False
) -> Household:
    """Store a household by the ward's instruction; ``fields.number`` must be new.

    Raises:
        ConflictError: a household with this number is stored already.
    """
    digest = household_digest(work.vault, fields.number)
    if (
        work.session.scalar(select(Household.id).where(Household.number_digest == digest))
        is not None
    ):
        raise _household_known()
    key, wrapped = work.vault.new_data_key()
    household = Household(
        number_digest=digest,
        wrapped_key=wrapped,
        sealed=seal_household(key, fields, digest),
        protected=protected,
        counter=counter,
        import_id=BY_INSTRUCTION,
        created_at=work.now,
        changed_at=work.now,
        birth_digest=birth_digest(work.vault, digest, fields.birth) if fields.birth else None,
    )
    try:
        with work.session.begin_nested():
            work.session.add(household)
    except IntegrityError:
        raise _household_known() from None
    note_changed(work.session, (household.id,))
    leave_empty_rows(work.session, Household.id == household.id)
    return household


def add_child(work: Work, household: Household, fields: ChildFields) -> Child:
    """Store a child in a locked household by the ward's instruction.

    A person is stored once for good.

    Raises:
        ConflictError: this person is stored already, in whatever household.
    """
    key = work.vault.unwrap(household.wrapped_key)
    number = open_household(key, household.sealed, household.number_digest).number
    digest = person_digest(work.vault, child_key(fields, number))
    if person_known(work.session, digest):
        raise _child_known()
    child = Child(
        household_id=household.id,
        ordinal=next_ordinal(work.session, household.id),
        person_digest=digest,
        added=True,
        placed=True,
        sealed=seal_child(key, fields, digest),
    )
    try:
        with work.session.begin_nested():
            work.session.add(child)
    except IntegrityError:
        # somebody stored the same person between the check and the insert
        raise _child_known() from None
    return child


def _household_known() -> ConflictError:
    return ConflictError(_s("この世帯番号の世帯は、もうあります。"), code="household_known")


def _child_known() -> ConflictError:
    return ConflictError(
        _s("このこどもは、もう対象者です。一人のこどもに、二重には出せません。"), code="child_known"
    )


def person_known(session: Session, digest: bytes) -> bool:
    """Return whether a person is stored as an entitled child."""
    return session.scalar(select(Child.id).where(Child.person_digest == digest)) is not None
