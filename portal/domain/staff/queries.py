"""Reading staff accounts, and who sits behind a session of the staff site."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.authn import sessions
from portal.domain.authn.models import AuthSession
from portal.domain.staff.models import StaffUser

# session and account in one, put together once: every page of the staff site asks this
SIGNED_IN = sessions.OF_TOKEN.join(StaffUser, StaffUser.id == AuthSession.owner_id).add_columns(StaffUser)


def staff_user(session: Session, staff_id: int | None) -> StaffUser | None:
    """Return an account, deactivated ones too; None where there is none of that key."""
    return session.get(StaffUser, staff_id) if staff_id is not None else None


def staff_names(session: Session, ids: Iterable[int]) -> dict[int, str]:
    """Return the names of accounts by key, deactivated ones too, for lists of what people did."""
    rows = session.execute(select(StaffUser.id, StaffUser.display_name).where(StaffUser.id.in_(list(ids))))
    return {key: name for key, name in rows}  # noqa: C416  (dict() of rows does not type)


def signed_in(session: Session, token: str, now: datetime) -> tuple[AuthSession | None, StaffUser | None]:
    """Return the living session of an id with its account, deactivated ones too; none of both where it ended."""
    key = {"token_hash": sessions.token_hash(token), "site": sessions.STAFF}
    row = session.execute(SIGNED_IN, key).one_or_none()
    if row is None or not sessions.is_alive(row[0], now):
        return None, None
    return row[0], row[1]
