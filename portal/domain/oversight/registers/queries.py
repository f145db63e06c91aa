"""Read the registers: entries with their texts."""

from collections.abc import Collection
from datetime import date

from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Organization
from portal.domain.foundation.vault import unseal_json
from portal.domain.foundation.work import Work
from portal.domain.oversight.registers.kinds import RegisterKind, Result
from portal.domain.oversight.registers.models import RegisterEntry, RegisterFile
from portal.domain.oversight.registers.services import place_of
from portal.domain.oversight.registers.states import ENTRY, EntryState
from portal.domain.people.staff.models import StaffUser


class Entry(Struct, frozen=True):
    """One entry as people read it; ``person`` is the name of the account it belongs to."""

    id: int
    kind: RegisterKind
    state: EntryState
    day: date
    until: date | None
    number: str
    party: str
    person: str
    note: str
    decision_no: str
    decision_on: date | None
    result: Result | None = None
    follows: int | None = None
    has_file: bool = False

    @property
    def about(self) -> str:
        """Whose or what it is."""
        return self.person or self.party

    def may(self, action: str) -> bool:
        """Return whether an action fits its state."""
        return ENTRY.can(self.state, action)


def entries(work: Work, kind: RegisterKind | None = None) -> list[Entry]:
    """Return the entries of one register or of all, the newest day first."""
    statement = select(RegisterEntry, StaffUser.display_name).outerjoin(
        StaffUser, StaffUser.id == RegisterEntry.staff_id
    )
    if kind is not None:
        statement = statement.where(RegisterEntry.kind == kind)
    rows = work.session.execute(
        statement.order_by(RegisterEntry.day.desc(), RegisterEntry.id.desc())
    )
    files = set(work.session.scalars(select(RegisterFile.entry_id)))
    return [_read(work, row, name or "", files) for row, name in rows]


def open_entries(session: Session, kind: RegisterKind) -> int:
    """Return how many entries of a register wait for the ward, or for being mended."""
    wait = RegisterEntry.state.in_((EntryState.WAITING, EntryState.REJECTED))
    return session.scalar(select(func.count()).where(RegisterEntry.kind == kind, wait)) or 0


def _read(work: Work, row: RegisterEntry, person: str, filed: Collection[int]) -> Entry:
    texts = unseal_json(work.vault.unwrap(row.wrapped_key), row.sealed, place_of(row.kind))
    return Entry(
        id=row.id,
        kind=RegisterKind(row.kind),
        state=EntryState(row.state),
        day=row.day,
        until=row.until,
        number=row.number or "",
        party=texts["party"],
        person=person,
        note=texts["note"],
        decision_no=row.decision_no or "",
        decision_on=row.decision_on,
        result=Result(row.result) if row.result else None,
        follows=row.follows_id,
        has_file=row.id in filed,
    )


def people_to_record(session: Session) -> dict[int, str]:
    """Return the active accounts of contractor and subcontractors, by key, with their names."""
    rows = session.execute(
        select(StaffUser.id, StaffUser.display_name)
        .where(StaffUser.active, StaffUser.organization != Organization.WARD)
        .order_by(StaffUser.display_name, StaffUser.id)
    )
    return dict(rows.all())
