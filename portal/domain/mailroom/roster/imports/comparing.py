"""Compare one stored household with the same household in the new extract."""

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from portal.domain.foundation.vault import Vault
from portal.domain.mailroom.roster.checks import codes
from portal.domain.mailroom.roster.imports.kinds import Kind
from portal.domain.people.households.records import HouseholdFields, open_child, open_household
from portal.domain.people.households.states import CHILD

ADDRESS_FIELDS = ("postal_code", "town", "street", "building")
FIXABLE = frozenset({codes.W02_GAIJI, codes.W14_PARTIAL_BIRTHDATE, codes.W20_INCOMPLETE_HOUSEHOLD})
"""Holds for faults in the data, which end as soon as the ward's data no longer has the fault."""
Change = tuple[Kind, int | None]
"""A kind of difference and the child that it is about."""


class ComparedChild(Struct, frozen=True):
    """A child on one side, its fields encrypted; a staged one has no state and is not placed."""

    id: int
    person_digest: bytes
    sealed: bytes
    state: str = ""
    placed: bool = False


class Side(Struct, frozen=True):
    """One side of the comparison: data key (wrapped), fields (encrypted), codes and children."""

    wrapped_key: bytes
    sealed: bytes
    protected: bool
    codes: frozenset[str]
    children: Sequence[ComparedChild]


class Known(Struct, frozen=True):
    """A household on both sides.

    ``holds`` are its open holds by code, with the difference reported with each (or "").
    """

    household_id: int
    staged_id: int
    number_digest: bytes
    before: Side
    now: Side
    holds: Mapping[str, str]
    staged_holds: frozenset[str]


def compare(vault: Vault, known: Known, *, has_protection: bool) -> Iterator[Change]:
    """Yield the differences; each kind is reported once, not by every extract that repeats it."""
    found = [*_of_codes(known, has_protection=has_protection), *_of_people(vault, known)]
    if (
        not found
        and codes_now(known.before.codes, known.now.codes, has_protection) != known.before.codes
    ):
        found.append((Kind.NOTES, None))
    yield from found


def codes_now(before: frozenset[str], now: frozenset[str], has_protection: bool) -> frozenset[str]:
    """Return the codes currently set by the extracts.

    An extract without a protection column leaves protection as it is.
    """
    return now if has_protection else now | (before & {codes.W01_PROTECTED})


def _of_codes(known: Known, *, has_protection: bool) -> Iterator[Change]:
    before, now = known.before, known.now
    was_protected = codes.W01_PROTECTED in before.codes
    if now.protected and not was_protected:
        yield Kind.PROTECTION_SET, None
    if has_protection and was_protected and not now.protected:
        yield Kind.PROTECTION_CLEARED, None
    if known.staged_holds - before.codes - {codes.W01_PROTECTED}:
        yield Kind.HOLD_NEW, None
    if FIXABLE & known.holds.keys() - known.staged_holds:
        yield Kind.HOLD_CLEARED, None
    if Kind.HOUSEHOLD_GONE in known.holds:
        yield Kind.HOUSEHOLD_BACK, None


def _of_people(vault: Vault, known: Known) -> Iterator[Change]:
    old_key, new_key = vault.unwrap(known.before.wrapped_key), vault.unwrap(known.now.wrapped_key)
    old = open_household(old_key, known.before.sealed, known.number_digest)
    new = open_household(new_key, known.now.sealed, known.number_digest)
    if any(getattr(old, name) != getattr(new, name) for name in ADDRESS_FIELDS):
        yield Kind.ADDRESS, None
    if _another_person(old, new):
        yield Kind.HOUSEHOLDER, None
    elif _person(old) != _person(new):
        yield Kind.CORRECTION, None
    before = {child.person_digest: child for child in known.before.children}
    now = {child.person_digest: child for child in known.now.children}
    yield from ((Kind.CHILD_NEW, None) for digest in now if digest not in before)
    for digest, child in before.items():
        if digest in now:
            if CHILD.can(child.state, "restore"):
                yield Kind.CHILD_BACK, child.id
            if open_child(old_key, child.sealed, digest) != open_child(
                new_key, now[digest].sealed, digest
            ):
                yield Kind.CHILD_CORRECTION, child.id
        elif (
            CHILD.can(child.state, "remove")
            and not child.placed
            and codes.W20_INCOMPLETE_HOUSEHOLD not in known.now.codes
        ):
            # if a row of the household was rejected, the child may be in it: W20 holds it anyway
            yield Kind.CHILD_GONE, child.id


def _another_person(old: HouseholdFields, new: HouseholdFields) -> bool:
    if old.person_no and new.person_no:
        return old.person_no != new.person_no
    return old.name != new.name and old.birth != new.birth


def _person(fields: HouseholdFields) -> tuple[object, ...]:
    return (fields.person_no, fields.name, fields.kana, fields.birth, fields.foreign, fields.alias)
