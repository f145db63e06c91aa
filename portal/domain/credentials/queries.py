"""Reading credentials: whose session this is, and which one of a household is the latest."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.credentials.models import Credential
from portal.domain.errors import NotFoundError
from portal.domain.texts import _


def credential_by_id(session: Session, credential_id: int | None) -> Credential:
    """Return one credential (a resident session's owner).

    Raises:
        NotFoundError: there is none of that key.
    """
    found = session.get(Credential, credential_id) if credential_id is not None else None
    if found is None:
        raise NotFoundError(_("見つかりませんでした。"))
    return found


def latest_credential(session: Session, household_id: int) -> Credential | None:
    """Return the credential that a household got last, None before its first letter."""
    statement = select(Credential).where(Credential.household_id == household_id)
    return session.scalar(statement.order_by(Credential.id.desc()).limit(1))
