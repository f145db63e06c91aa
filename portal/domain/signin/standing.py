"""Whether a session may still go on: an address protection that was loaded a minute ago ends it at once."""

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from portal.domain.authn.models import AuthSession
from portal.domain.credentials.models import Credential
from portal.domain.households.models import Household
from portal.domain.households.queries import withheld

# put together once: every page of a signed-in household asks this
STANDING = (
    select(withheld().label("withheld"), Household.state)
    .join(Credential, Credential.household_id == Household.id)
    .where(Credential.id == bindparam("credential_id"))
)


def may_go_on(session: Session, auth: AuthSession) -> bool:
    """Tell whether the household behind a resident's session may still use the site (``domain.md`` §2.6)."""
    row = session.execute(STANDING, {"credential_id": auth.owner_id}).one_or_none()
    return row is not None and not row.withheld and row.state == "active"
