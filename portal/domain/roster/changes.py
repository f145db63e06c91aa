"""What a later extract changes in stored households; whatever needs a decision is held instead."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.actors import Actor
from portal.domain.audit.services import record
from portal.domain.coupons.services import suspend_household
from portal.domain.entitlements.services import create_for_children, hold_household
from portal.domain.households.models import Child, Hold, Household, SearchIndex
from portal.domain.households.records import (
    HouseholdFields,
    birth_digest,
    open_child,
    open_household,
    seal_child,
    seal_household,
)
from portal.domain.households.search_index import Indexer
from portal.domain.households.states import CHILD
from portal.domain.roster import codes
from portal.domain.roster.differences import Kind
from portal.domain.roster.models import RosterDifference, StagedChild, StagedHold, StagedHousehold
from portal.domain.vault import Vault


class Applier:
    """Carries out the differences of one import inside its transaction."""

    def __init__(
        self, session: Session, vault: Vault, indexer: Indexer, amount_yen: int, actor: Actor, now: datetime
    ) -> None:
        self._session = session
        self._vault = vault
        self._indexer = indexer
        self._amount = amount_yen
        self._actor = actor
        self._now = now

    def apply(self, difference: RosterDifference) -> None:
        """Carry out one difference; a new household was inserted before."""
        kind = Kind(difference.kind)
        if kind is Kind.HOUSEHOLD_NEW or difference.household_id is None:
            return
        household = self._session.get_one(Household, difference.household_id, with_for_update=True)
        staged = self._session.get(StagedHousehold, difference.staged_id) if difference.staged_id else None
        match kind:
            case Kind.HOUSEHOLD_GONE:
                self._hold(household, codes.W10_MOVED_AFTER_BASE, kind)
            case Kind.CHILD_GONE:
                self._child_gone(household, difference.child_id)
            case Kind.PROTECTION_SET:
                household.protected = True
                self._hold(household, codes.W01_PROTECTED, kind)
            case Kind.PROTECTION_CLEARED:
                # Only the ward's people lift a protection: it stays until they release the hold.
                self._hold(household, codes.W01_PROTECTED, kind)
            case Kind.ADDRESS | Kind.CORRECTION if staged is not None:
                self._new_fields(household, staged)
            case Kind.CHILD_CORRECTION if staged is not None and difference.child_id is not None:
                self._new_child_fields(household, staged, difference.child_id)
            case Kind.CHILD_NEW if staged is not None:
                self._new_children(household, staged)
            case Kind.HOLD_NEW if staged is not None:
                self._new_codes(household, staged)
            case _:
                pass
        household.changed_at = self._now
        self._index(household)
        record(
            self._session, self._actor, self._now, f"roster.{kind.value}", "household", household.id,
            household_id=household.id, import_id=difference.import_id,
        )  # fmt: skip

    def _hold(self, household: Household, code: str, kind: Kind) -> None:
        open_one = select(Hold.id).where(
            Hold.household_id == household.id, Hold.code == code, Hold.state == "open"
        )
        if self._session.scalar(open_one) is None:
            self._session.add(
                Hold(
                    household_id=household.id,
                    code=code,
                    created_at=self._now,
                    detail={"difference": kind.value},
                )
            )
        if code not in household.codes:
            household.codes = sorted([*household.codes, code])
        hold_household(self._session, household.id, self._now)
        suspend_household(self._session, household.id, self._actor, self._now, reason=code)

    def _fields(self, household: Household) -> tuple[bytes, HouseholdFields]:
        key = self._vault.unwrap(household.wrapped_key)
        return key, open_household(key, household.sealed, household.number_digest)

    def _staged_fields(self, staged: StagedHousehold) -> tuple[bytes, HouseholdFields]:
        key = self._vault.unwrap(staged.wrapped_key)
        return key, open_household(key, staged.sealed, staged.number_digest)

    def _new_fields(self, household: Household, staged: StagedHousehold) -> None:
        key, old = self._fields(household)
        _new_key, new = self._staged_fields(staged)
        household.sealed = seal_household(key, replace(new, number=old.number), household.number_digest)
        if new.birth is not None:
            household.birth_digest = birth_digest(self._vault, household.number_digest, new.birth)

    def _new_child_fields(self, household: Household, staged: StagedHousehold, child_id: int) -> None:
        child = self._session.get_one(Child, child_id)
        key, new_key = self._vault.unwrap(household.wrapped_key), self._vault.unwrap(staged.wrapped_key)
        said = self._session.scalars(
            select(StagedChild).where(
                StagedChild.household_id == staged.id, StagedChild.person_digest == child.person_digest
            )
        ).one()
        child.sealed = seal_child(
            key, open_child(new_key, said.sealed, child.person_digest), child.person_digest
        )

    def _child_gone(self, household: Household, child_id: int | None) -> None:
        child = self._session.get_one(Child, child_id)
        child.state = CHILD.next(child.state, "remove")
        self._hold(household, codes.W10_MOVED_AFTER_BASE, Kind.CHILD_GONE)

    def _new_children(self, household: Household, staged: StagedHousehold) -> None:
        key, new_key = self._vault.unwrap(household.wrapped_key), self._vault.unwrap(staged.wrapped_key)
        ordinal = (
            self._session.scalar(select(func.max(Child.ordinal)).where(Child.household_id == household.id))
            or 0
        )
        for said in self._session.scalars(
            select(StagedChild).where(StagedChild.household_id == staged.id).order_by(StagedChild.ordinal)
        ):
            known = self._session.scalar(select(Child).where(Child.person_digest == said.person_digest))
            if known is not None:
                if known.household_id != household.id:
                    # The same child in two households: never two coupons, people decide (domain.md §2.5).
                    self._hold(household, codes.W15_POSSIBLE_DUPLICATE, Kind.CHILD_NEW)
                continue
            ordinal += 1
            fields = open_child(new_key, said.sealed, said.person_digest)
            child = Child(
                household_id=household.id, ordinal=ordinal, person_digest=said.person_digest, codes=list(said.codes),
                sealed=seal_child(key, fields, said.person_digest),
            )  # fmt: skip
            self._session.add(child)
            self._session.flush()
            held = self._is_held(household)
            create_for_children(
                self._session, household.id, [child.id], amount_yen=self._amount, now=self._now, held=held
            )

    def _is_held(self, household: Household) -> bool:
        query = select(Hold.id).where(Hold.household_id == household.id, Hold.state == "open").limit(1)
        return self._session.scalar(query) is not None

    def _new_codes(self, household: Household, staged: StagedHousehold) -> None:
        known = set(household.codes)
        for code in self._session.scalars(
            select(StagedHold.code).where(StagedHold.household_id == staged.id)
        ):
            if code not in known:
                self._hold(household, code, Kind.HOLD_NEW)
        household.codes = sorted({*household.codes, *staged.codes})

    def _index(self, household: Household) -> None:
        key, fields = self._fields(household)
        children = [
            open_child(key, child.sealed, child.person_digest)
            for child in self._session.scalars(select(Child).where(Child.household_id == household.id))
        ]
        row = self._session.get_one(SearchIndex, household.id)
        row.names = self._indexer.names(fields, children)
        row.places = self._indexer.places(fields)
        row.births = self._indexer.births(fields, children)
