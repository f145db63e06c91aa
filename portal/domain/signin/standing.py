"""Whether a session may still go on: an address protection that was loaded a minute ago ends it at once."""

from datetime import datetime

from sqlalchemy import not_
from sqlalchemy.orm import Session

from portal.domain.authn import sessions
from portal.domain.authn.models import AuthSession
from portal.domain.credentials.models import Credential
from portal.domain.households.models import Household
from portal.domain.households.queries import withheld

# session and household in one, put together once: every page of a signed-in household asks this
GOING_ON = (
    sessions.OF_TOKEN.join(Credential, Credential.id == AuthSession.owner_id)
    .join(Household, Household.id == Credential.household_id)
    .where(not_(withheld()), Household.state == "active")
)


def going_on(session: Session, token: str, now: datetime) -> AuthSession | None:
    """Return the living session of an id whose household may still use the site (``domain.md`` §2.6); else None."""
    key = {"token_hash": sessions.token_hash(token), "site": sessions.RESIDENT}
    found = session.scalar(GOING_ON, key)
    return found if found is not None and sessions.is_alive(found, now) else None
