"""Apply a later extract's changes to stored households, and hold those that need a decision."""

from collections.abc import Callable
from dataclasses import replace

from msgspec import Struct
from sqlalchemy import delete, select

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.work import Work
from portal.domain.mailroom.roster.checks import codes
from portal.domain.mailroom.roster.holds.naming import named
from portal.domain.mailroom.roster.holds.services import close_hold, put_hold, settle
from portal.domain.mailroom.roster.imports.comparing import FIXABLE, codes_now
from portal.domain.mailroom.roster.imports.kinds import Kind
from portal.domain.mailroom.roster.imports.staging import ABSENT
from portal.domain.mailroom.roster.models import (
    RosterDifference,
    RosterImport,
    StagedChild,
    StagedHold,
    StagedHousehold,
)
from portal.domain.people.entitlements.services import NewEntitlement, create_all
from portal.domain.people.households.models import Child, Household, PrintText
from portal.domain.people.households.moved import next_ordinal
from portal.domain.people.households.protection import ProtectionSource
from portal.domain.people.households.queries import open_holds
from portal.domain.people.households.records import (
    HouseholdFields,
    birth_digest,
    open_child,
    open_household,
    seal_child,
    seal_household,
)
from portal.domain.people.households.search_feed import note_changed
from portal.domain.people.households.states import CHILD
from portal.domain.people.signin.ending import end_sign_ins

HOLD_OF = {
    Kind.HOUSEHOLD_GONE: codes.W10_MOVED_AFTER_BASE,
    Kind.HOUSEHOLD_REJECTED: codes.W20_INCOMPLETE_HOUSEHOLD,
    Kind.HOUSEHOLDER: codes.W11_DIED_AFTER_BASE,
    Kind.CHILD_GONE: codes.W10_MOVED_AFTER_BASE,
    Kind.CHILD_ELSEWHERE: codes.W15_POSSIBLE_DUPLICATE,
    Kind.CHILD_LOOKALIKE: codes.W15_POSSIBLE_DUPLICATE,
    Kind.PROTECTION_SET: codes.W01_PROTECTED,
}
"""The differences that need a decision, with the hold that is put for it."""


Step = Callable[[], None]


def no_step() -> None:
    """Ignore a step, for callers without a progress bar."""


class ImportTerms(Struct, frozen=True):
    """The terms of applying an import.

    ``amount_yen`` is the yen of each new child; ``step`` is called to report progress.
    """

    amount_yen: int
    step: Step = no_step


class Applier:
    """Applies the differences of one import inside its transaction."""

    def __init__(self, work: Work, imported: RosterImport, terms: ImportTerms) -> None:
        self._work = work
        self._import_id = imported.id
        self._has_protection = imported.has_protection
        self._amount = terms.amount_yen

    def apply(self, difference: RosterDifference) -> None:
        """Apply one difference; new households were inserted already."""
        kind = Kind(difference.kind)
        if kind is Kind.HOUSEHOLD_NEW:
            return
        staged = (
            self._work.session.get(StagedHousehold, difference.staged_id)
            if difference.staged_id
            else None
        )
        household = self._household(difference, staged)
        if kind is Kind.PROTECTION_SET:
            named(self._work, household, ProtectionSource.EXTRACT)
            household.protected = True
            end_sign_ins(self._work, household.id)
        if kind in HOLD_OF:
            put_hold(
                self._work,
                household,
                HOLD_OF[kind],
                difference=kind.value,
            )
        self._carry_out(difference, household, staged)
        if staged is not None and staged.disposition != ABSENT:
            current = codes_now(
                frozenset(household.codes), frozenset(staged.codes), self._has_protection
            )
            household.codes = sorted(current)
        household.changed_at = self._work.now
        record(
            self._work,
            f"roster.{kind.value}",
            "household",
            household.id,
            household_id=household.id,
            import_id=self._import_id,
        )
        self._work.session.flush()

    def _household(self, difference: RosterDifference, staged: StagedHousehold | None) -> Household:
        if difference.household_id is not None:
            return self._work.session.get_one(
                Household, difference.household_id, with_for_update=True
            )
        digest = staged.number_digest if staged is not None else b""
        return self._work.session.scalars(
            select(Household).where(Household.number_digest == digest)
        ).one()

    def _carry_out(
        self, difference: RosterDifference, household: Household, staged: StagedHousehold | None
    ) -> None:
        kind, child_id = Kind(difference.kind), difference.child_id
        match kind:
            case Kind.CHILD_GONE | Kind.CHILD_BACK:
                child = self._work.session.get_one(Child, child_id)
                action = "remove" if kind is Kind.CHILD_GONE else "restore"
                child.state = CHILD.next(child.state, action)
            case Kind.PROTECTION_CLEARED if household.protected:
                # only people of the ward end a protection: it lasts until they release the hold
                put_hold(
                    self._work,
                    household,
                    codes.W01_PROTECTED,
                    difference=kind.value,
                )
            case Kind.HOUSEHOLD_BACK:
                self._back(household)
            case Kind.HOLD_NEW if staged is not None:
                for code in sorted(self._staged_holds(staged) - set(household.codes)):
                    put_hold(
                        self._work,
                        household,
                        code,
                        difference=kind.value,
                    )
            case Kind.HOLD_CLEARED if staged is not None:
                self._clear(household, self._staged_holds(staged))
            case Kind.ADDRESS | Kind.CORRECTION | Kind.HOUSEHOLDER if staged is not None:
                self._new_fields(household, staged)
            case Kind.CHILD_CORRECTION if staged is not None and child_id is not None:
                self._new_child_fields(household, staged, child_id)
            case Kind.CHILD_NEW if staged is not None:
                self._new_children(household, staged)
            case _:
                pass

    def _staged_holds(self, staged: StagedHousehold) -> set[str]:
        return set(
            self._work.session.scalars(
                select(StagedHold.code).where(StagedHold.household_id == staged.id)
            )
        )

    def _back(self, household: Household) -> None:
        for hold in open_holds(self._work.session, household.id):
            if hold.detail.get("difference") == Kind.HOUSEHOLD_GONE:
                hold.detail = {**hold.detail, "difference": Kind.HOUSEHOLD_BACK.value}

    def _clear(self, household: Household, still: set[str]) -> None:
        for hold in open_holds(self._work.session, household.id):
            if hold.code in FIXABLE and hold.code not in still:
                close_hold(
                    self._work,
                    hold,
                    corrected_by=self._import_id,
                )
        settle(self._work, household)

    def _fields(self, row: Household | StagedHousehold) -> tuple[bytes, HouseholdFields]:
        key = self._work.vault.unwrap(row.wrapped_key)
        return key, open_household(key, row.sealed, row.number_digest)

    def _new_fields(self, household: Household, staged: StagedHousehold) -> None:
        key, old = self._fields(household)
        _new_key, new = self._fields(staged)
        household.sealed = seal_household(
            key, replace(new, number=old.number), household.number_digest
        )
        if new.birth is not None:
            household.birth_digest = birth_digest(
                self._work.vault, household.number_digest, new.birth
            )
        self._changed(household, staged)

    def _new_child_fields(
        self, household: Household, staged: StagedHousehold, child_id: int
    ) -> None:
        child = self._work.session.get_one(Child, child_id)
        staged_child = self._work.session.scalars(
            select(StagedChild).where(
                StagedChild.household_id == staged.id,
                StagedChild.person_digest == child.person_digest,
            )
        ).one()
        fields = open_child(
            self._work.vault.unwrap(staged.wrapped_key), staged_child.sealed, child.person_digest
        )
        child.sealed = seal_child(
            self._work.vault.unwrap(household.wrapped_key), fields, child.person_digest
        )
        child.codes = list(staged_child.codes)
        self._changed(household, staged)

    def _new_children(self, household: Household, staged: StagedHousehold) -> None:
        key, new_key = (
            self._work.vault.unwrap(household.wrapped_key),
            self._work.vault.unwrap(staged.wrapped_key),
        )
        ordinal = next_ordinal(self._work.session, household.id) - 1
        for staged_child in self._work.session.scalars(
            select(StagedChild)
            .where(StagedChild.household_id == staged.id)
            .order_by(StagedChild.ordinal)
        ).all():
            known = select(Child.id).where(Child.person_digest == staged_child.person_digest)
            if self._work.session.scalar(known) is not None:
                continue
            ordinal += 1
            fields = open_child(new_key, staged_child.sealed, staged_child.person_digest)
            child = Child(
                household_id=household.id,
                ordinal=ordinal,
                person_digest=staged_child.person_digest,
                codes=list(staged_child.codes),
                sealed=seal_child(key, fields, staged_child.person_digest),
            )
            self._work.session.add(child)
            self._work.session.flush()
            held = household.withheld or bool(open_holds(self._work.session, household.id))
            new = NewEntitlement(child.id, household.id, self._amount, held)
            create_all(self._work.session, [new], self._work.now)
        self._changed(household, staged)

    def _changed(self, household: Household, staged: StagedHousehold) -> None:
        """Tell the search of a changed household, and delete its print text.

        A print text is approved only for the data as they were.
        """
        self._work.session.flush()
        note_changed(self._work.session, (household.id,))
        dropped = self._work.session.execute(
            delete(PrintText).where(PrintText.household_id == household.id).returning(PrintText.id)
        ).first()
        if dropped is not None and codes.W02_GAIJI in self._staged_holds(staged):
            put_hold(
                self._work,
                household,
                codes.W02_GAIJI,
                print_text="outdated",
            )
