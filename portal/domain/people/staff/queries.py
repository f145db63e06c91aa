"""Read staff accounts."""

from collections.abc import Iterable

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from portal.domain.people.staff.models import StaffUser

# built once: building a statement takes longer than running it
_NAMES = select(StaffUser.id, StaffUser.display_name).where(
    StaffUser.id.in_(bindparam("keys", expanding=True))
)


def staff_user(session: Session, staff_id: int | None) -> StaffUser | None:
    """Return an account, deactivated ones included; None if no account has this key."""
    return session.get(StaffUser, staff_id) if staff_id is not None else None


def staff_names(session: Session, ids: Iterable[int]) -> dict[int, str]:
    """Return the names of accounts by key, deactivated ones included."""
    keys = list(ids)
    return dict(session.execute(_NAMES, {"keys": keys}).all()) if keys else {}
