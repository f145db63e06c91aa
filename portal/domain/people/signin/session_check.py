"""Whether a session may continue: protection measures end it with the next request.

So does an account that has gone on without it: each stage belongs to one state of the account.
"""

from datetime import datetime

from sqlalchemy import and_, bindparam, not_, or_
from sqlalchemy.orm import Session

from portal.domain.foundation.base import UtcDateTime
from portal.domain.people.authn import sessions
from portal.domain.people.authn.models import AuthSession
from portal.domain.people.credentials.models import Credential
from portal.domain.people.households.models import Household
from portal.domain.people.households.queries import withheld
from portal.domain.people.households.states import HouseholdState
from portal.domain.people.signin.steps import STATE_OF

_FITS = or_(
    *(
        and_(Credential.state == state, AuthSession.stage == stage)
        for stage, state in STATE_OF.items()
    )
)
_NOT_RESET = or_(
    Credential.reset_at.is_(None), Credential.reset_at > bindparam("now", type_=UtcDateTime)
)
# session, account and household in one statement, built once: every page of a household runs it
LIVING = (
    sessions.OF_TOKEN.join(Credential, Credential.id == AuthSession.owner_id)
    .add_columns(Credential)
    .join(Household, Household.id == Credential.household_id)
    .where(not_(withheld()), Household.state == HouseholdState.ACTIVE, _FITS, _NOT_RESET)
)


def active_session(
    session: Session, token: str, now: datetime
) -> tuple[AuthSession, Credential] | None:
    """Return the active session of an ID with its account; None if it ended.

    A household that may no longer use the site has none (``domain.md`` §2.6).
    """
    row = session.execute(LIVING, session_key(token, now)).one_or_none()
    return (row[0], row[1]) if row is not None and sessions.is_alive(row[0], now) else None


def session_key(token: str, now: datetime) -> dict[str, object]:
    """Return the values by which ``LIVING`` finds the session of an ID at an instant (UTC)."""
    return {"token_hash": sessions.token_hash(token), "site": sessions.RESIDENT, "now": now}
