"""Reading staff accounts."""

from sqlalchemy.orm import Session

from portal.domain.staff.models import StaffUser


def staff_user(session: Session, staff_id: int | None) -> StaffUser | None:
    """Return an account, deactivated ones too; None where there is none of that key."""
    return session.get(StaffUser, staff_id) if staff_id is not None else None
