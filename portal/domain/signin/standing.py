"""Whether a session may still go on: an address protection that was loaded a minute ago ends it at once."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.authn.models import AuthSession
from portal.domain.credentials.models import Credential
from portal.domain.households.models import Household
from portal.domain.households.queries import withheld


def may_go_on(session: Session, auth: AuthSession) -> bool:
    """Tell whether the household behind a resident's session may still use the site (``domain.md`` §2.6)."""
    row = session.execute(
        select(withheld(), Household.state)
        .join(Credential, Credential.household_id == Household.id)
        .where(Credential.id == auth.owner_id)
    ).one_or_none()
    return row is not None and not row[0] and row.state == "active"
