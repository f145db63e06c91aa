"""Apply a staged import in one transaction.

New households are inserted by INSERT … SELECT, differences applied by the rule of their kind.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, Insert, case, exists, insert, literal, select
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import ConflictError, NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.mailroom.roster.holds.naming import named_by_extract
from portal.domain.mailroom.roster.imports.changes import Applier, ImportTerms
from portal.domain.mailroom.roster.imports.staging import clear_staging
from portal.domain.mailroom.roster.models import (
    RosterDifference,
    RosterImport,
    StagedChild,
    StagedHold,
    StagedHousehold,
)
from portal.domain.mailroom.roster.states import ROSTER_IMPORT, ImportState, StagedChange
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.entitlements.states import ENTITLEMENT, EntitlementState
from portal.domain.people.households.models import Child, Hold, Household
from portal.domain.people.households.old_digests import leave_empty_rows
from portal.domain.people.households.protection import ProtectionSource, record_protection
from portal.domain.people.households.search_feed import note_new
from portal.domain.people.households.states import HoldState

STEPS = 7
"""The number of steps that ``apply_import`` reports."""


def apply_import(work: Work, import_id: int, terms: ImportTerms) -> RosterImport:
    """Apply a staged import, all or nothing; a second call is refused.

    ``terms.step`` is called ``STEPS`` times, for a progress bar.

    Raises:
        NotFoundError: there is no such import.
        ConflictError: it was applied before, or a later one replaced it.
    """
    found = _staged_import(work.session, import_id)
    if found.first:
        # first.py stored the households already
        for _step in range(STEPS - 2):
            terms.step()
    else:
        for statement in _new_rows(import_id, terms.amount_yen, work.now):
            work.session.execute(statement)
            terms.step()
        note_new(work.session, Household.import_id == import_id)
        leave_empty_rows(work.session, Household.import_id == import_id)
        terms.step()
    _apply_differences(work.session, Applier(work, found, terms), import_id)
    terms.step()
    if found.has_protection:
        named_by_extract(work, import_id)
        record_protection(work, ProtectionSource.EXTRACT, subject_id=import_id)
    found.state = ROSTER_IMPORT.next(found.state, "apply")
    found.applied_at = work.now
    work.session.flush()
    clear_staging(work.session, import_id)
    terms.step()
    record(
        work,
        "roster.applied",
        "roster_import",
        import_id,
        totals=found.totals.get("households", {}),
        differences=found.differences,
    )
    return found


def _apply_differences(session: Session, applier: Applier, import_id: int) -> None:
    for difference in session.scalars(
        select(RosterDifference)
        .where(RosterDifference.import_id == import_id)
        .order_by(RosterDifference.id)
    ).all():
        applier.apply(difference)
        difference.applied, difference.staged_id = True, None


def _staged_import(session: Session, import_id: int) -> RosterImport:
    """Return a staged import, locked. Raises as ``apply_import``."""
    found = session.scalar(
        select(RosterImport).where(RosterImport.id == import_id).with_for_update()
    )
    if found is None:
        raise NotFoundError(_s("取り込み %(id)d は見つかりません。") % {"id": import_id})
    if found.state != ImportState.STAGED:
        raise ConflictError(
            _s("取り込み %(id)d は、もう適用したか、新しい取り込みに置きかわっています。")
            % {"id": import_id}
        )
    return found


def _new_rows(import_id: int, amount_yen: int, now: datetime) -> tuple[Insert, ...]:
    """Return the statements that insert the new households and their rows, one per table."""
    return (
        _new_households(import_id, now),
        _new_children(import_id),
        _new_holds(import_id, now),
        _new_entitlements(import_id, amount_yen, now),
    )


_STORED = Household.number_digest == StagedHousehold.number_digest
"""Joins a staged household with its stored one."""


def _is_new(import_id: int) -> tuple[ColumnElement[bool], ...]:
    return (StagedHousehold.import_id == import_id, StagedHousehold.change == StagedChange.NEW)


def _new_households(import_id: int, now: datetime) -> Insert:
    columns = ("number_digest", "wrapped_key", "sealed", "birth_digest", "protected", "codes")
    return insert(Household).from_select(
        [*columns, "state", "import_id", "created_at", "changed_at"],
        select(
            *(getattr(StagedHousehold, name) for name in columns),
            literal("active"),
            literal(import_id),
            literal(now, Household.created_at.type),
            literal(now, Household.created_at.type),
        )
        .where(*_is_new(import_id))
        .order_by(StagedHousehold.id),
    )


def _new_children(import_id: int) -> Insert:
    """Insert the children, except one that another stored household has: people decide on it."""
    elsewhere = exists(
        select(Child.id)
        .where(Child.person_digest == StagedChild.person_digest)
        .correlate(StagedChild)
    )
    return insert(Child).from_select(
        ["household_id", "ordinal", "person_digest", "sealed", "state", "codes"],
        select(
            Household.id,
            StagedChild.ordinal,
            StagedChild.person_digest,
            StagedChild.sealed,
            literal("active"),
            StagedChild.codes,
        )
        .join(StagedHousehold, StagedHousehold.id == StagedChild.household_id)
        .join(Household, _STORED)
        .where(*_is_new(import_id), ~elsewhere)
        .order_by(Household.id, StagedChild.ordinal),
    )


def _new_holds(import_id: int, now: datetime) -> Insert:
    return insert(Hold).from_select(
        ["household_id", "code", "state", "created_at", "detail"],
        select(
            Household.id,
            StagedHold.code,
            literal(HoldState.OPEN),
            literal(now, Hold.created_at.type),
            literal({}, Hold.detail.type),
        )
        .join(StagedHousehold, StagedHousehold.id == StagedHold.household_id)
        .join(Household, _STORED)
        .where(*_is_new(import_id)),
    )


def _new_entitlements(import_id: int, amount_yen: int, now: datetime) -> Insert:
    instant = literal(now, Entitlement.created_at.type)
    open_hold = exists(
        select(Hold.id).where(Hold.household_id == Household.id, Hold.state == HoldState.OPEN)
    )
    state = case((open_hold, literal(EntitlementState.HELD)), else_=literal(ENTITLEMENT.initial))
    return insert(Entitlement).from_select(
        ["child_id", "household_id", "amount_yen", "state", "created_at", "changed_at"],
        select(Child.id, Household.id, literal(amount_yen), state, instant, instant)
        .join(Household, Household.id == Child.household_id)
        .where(Household.import_id == import_id)
        .order_by(Child.id),
    )
