"""Whether a session may continue: protection measures end it with the next request."""

from datetime import datetime

from sqlalchemy import not_
from sqlalchemy.orm import Session

from portal.domain.people.authn import sessions
from portal.domain.people.authn.models import AuthSession
from portal.domain.people.credentials.models import Credential
from portal.domain.people.households.models import Household
from portal.domain.people.households.queries import withheld
from portal.domain.people.households.states import HouseholdState

# session, account and household in one statement, built once: every page of a household runs it
_LIVING = (
    sessions.OF_TOKEN.join(Credential, Credential.id == AuthSession.owner_id)
    .add_columns(Credential)
    .join(Household, Household.id == Credential.household_id)
    .where(not_(withheld()), Household.state == HouseholdState.ACTIVE)
)


def active_session(
    session: Session, token: str, now: datetime
) -> tuple[AuthSession, Credential] | None:
    """Return the active session of an ID with its account; None if it ended.

    A household that may no longer use the site has none (``domain.md`` §2.6).
    """
    key = {"token_hash": sessions.token_hash(token), "site": sessions.RESIDENT}
    row = session.execute(_LIVING, key).one_or_none()
    return (row[0], row[1]) if row is not None and sessions.is_alive(row[0], now) else None
