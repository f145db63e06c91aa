"""Read staff accounts."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.people.staff.models import StaffUser


def staff_user(session: Session, staff_id: int | None) -> StaffUser | None:
    """Return an account, deactivated ones included; None if no account has this key."""
    return session.get(StaffUser, staff_id) if staff_id is not None else None


def staff_names(session: Session, ids: Iterable[int]) -> dict[int, str]:
    """Return the names of accounts by key, deactivated ones included."""
    rows = session.execute(
        select(StaffUser.id, StaffUser.display_name).where(StaffUser.id.in_(list(ids)))
    )
    return dict(rows.all())
