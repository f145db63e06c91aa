"""The records that show what was done for a request: import, print text, hold, disposal."""

from collections.abc import Callable, Mapping

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from portal.domain.mailroom.roster.models import RosterImport
from portal.domain.mailroom.roster.states import ImportState
from portal.domain.oversight.registers.models import PersonRequest
from portal.domain.oversight.registers.person_requests import Measure
from portal.domain.people.households.models import DisposedHousehold, Hold, Household, PrintText
from portal.domain.people.households.states import HoldState


def shown_by(session: Session, row: PersonRequest, measure: Measure) -> int | None:
    """Return the key of the newest record that shows it for the household; None if there is none.

    A change counts from the decision on, a hold as long as it is open.
    """
    if row.household_id is None or measure not in _RECORDS:
        return None
    return session.scalars(_RECORDS[measure](row).limit(1)).first()


def _imported(row: PersonRequest) -> Select[int]:
    return (
        select(RosterImport.id)
        .join(Household, Household.id == row.household_id)
        .where(
            RosterImport.state == ImportState.APPLIED,
            RosterImport.applied_at >= row.decided_at,
            Household.changed_at >= row.decided_at,
        )
        .order_by(RosterImport.id.desc())
    )


def _print_text(row: PersonRequest) -> Select[int]:
    return (
        select(PrintText.id)
        .where(PrintText.household_id == row.household_id, PrintText.approved_at >= row.decided_at)
        .order_by(PrintText.id.desc())
    )


def _held(row: PersonRequest) -> Select[int]:
    return (
        select(Hold.id)
        .where(Hold.household_id == row.household_id, Hold.state == HoldState.OPEN)
        .order_by(Hold.id.desc())
    )


def _disposed(row: PersonRequest) -> Select[int]:
    return select(DisposedHousehold.id).where(DisposedHousehold.household_id == row.household_id)


_RECORDS: Mapping[Measure, Callable[[PersonRequest], Select[int]]] = {
    Measure.IMPORT: _imported,
    Measure.PRINT_TEXT: _print_text,
    Measure.HOLD: _held,
    Measure.DISPOSED: _disposed,
}
