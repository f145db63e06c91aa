"""Children whose entitlement moved elsewhere, as their former household still sees them.

It sees a name, and "under confirmation".
"""

from datetime import datetime

from msgspec import Struct
from sqlalchemy import ColumnElement, SQLColumnExpression, bindparam, func, select
from sqlalchemy.orm import Session

from portal.domain.foundation.errors import ConflictError
from portal.domain.foundation.texts import _
from portal.domain.foundation.vault import seal_json, unseal_json
from portal.domain.foundation.work import Work
from portal.domain.people.households.models import Child, Household, MovedChild

# built once: building a statement takes as long as running it
OF_HOUSEHOLD = (
    select(MovedChild)
    .where(MovedChild.household_id == bindparam("household_id"))
    .order_by(MovedChild.ordinal)
)


class MovedView(Struct, frozen=True):
    """One child on the former household's pages.

    ``last_end`` is what that household saw before (exclusive, UTC).
    """

    ordinal: int
    name: str
    kana: str
    amount_yen: int
    last_end: datetime | None

    def __repr__(self) -> str:
        """Show nothing personal."""
        return "MovedView(…)"


def under_confirmation() -> ConflictError:
    """Return the only answer that a former household gets about such a child.

    It never contains a reason, date or place.
    """
    return ConflictError(
        _("このこどもの分は、確認中です。確認が終わるまで、お待ちください。"),
        code="under_confirmation",
    )


def keep_moved(work: Work, household: Household, view: MovedView) -> None:
    """Store what the household will still see of a child that leaves it."""
    row = MovedChild(household_id=household.id, ordinal=view.ordinal, sealed=b"")
    fields = {
        "name": view.name,
        "kana": view.kana,
        "amount_yen": view.amount_yen,
        "last_end": view.last_end.isoformat() if view.last_end else None,
    }
    row.sealed = seal_json(
        work.vault.unwrap(household.wrapped_key), fields, _context(household.id, view.ordinal)
    )
    work.session.add(row)
    work.session.flush()


def moved_children(work: Work, household_id: int) -> list[MovedView]:
    """Return what a household still sees of children that left it, oldest first.

    Raises:
        IntegrityFaultError: a wrong key, or a row that was changed or moved.
    """
    rows = work.session.scalars(OF_HOUSEHOLD, {"household_id": household_id}).all()
    if not rows:
        return []
    key = work.vault.unwrap(work.session.get_one(Household, household_id).wrapped_key)
    found = []
    for row in rows:
        fields = unseal_json(key, row.sealed, _context(household_id, row.ordinal))
        end = fields["last_end"]
        found.append(
            MovedView(
                row.ordinal, **(fields | {"last_end": datetime.fromisoformat(end) if end else None})
            )
        )
    return found


def is_moved(session: Session, household_id: int, ordinal: int) -> bool:
    """Return whether the household's child with this number moved elsewhere."""
    query = select(MovedChild.id).where(
        MovedChild.household_id == household_id, MovedChild.ordinal == ordinal
    )
    return session.scalar(query) is not None


def has_moved_child(household_id: SQLColumnExpression[int]) -> ColumnElement[bool]:
    """Return the SQL condition that a child left a household, for another slice's select."""
    return select(MovedChild.id).where(MovedChild.household_id == household_id).exists()


def has_moved(session: Session, household_id: int) -> bool:
    """Return whether any child of a household moved elsewhere."""
    query = select(MovedChild.id).where(MovedChild.household_id == household_id)
    return session.scalar(query.limit(1)) is not None


def refuse_moved(session: Session, household_id: int, ordinal: int) -> None:
    """Refuse any request of a household for a child that left it.

    Raises:
        ConflictError: the child is "under confirmation".
    """
    if is_moved(session, household_id, ordinal):
        raise under_confirmation()


def next_ordinal(session: Session, household_id: int) -> int:
    """Return the number of a household's next child; one that left keeps its number."""
    numbers = [
        session.scalar(select(func.max(table.ordinal)).where(table.household_id == household_id))
        for table in (Child, MovedChild)
    ]
    return max(number or 0 for number in numbers) + 1


def _context(household_id: int, ordinal: int) -> str:
    return f"moved:{household_id}:{ordinal}"
