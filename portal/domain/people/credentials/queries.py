"""Read credentials: the owner of a session, and the latest one of a household."""

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.texts import _
from portal.domain.foundation.work import Work
from portal.domain.people.authn.channels import CodeChannel, SourceState
from portal.domain.people.authn.codes import address_digest
from portal.domain.people.authn.models import OtpAuthenticator
from portal.domain.people.credentials.models import Credential

# built once: building a statement takes as long as running it
LATEST = (
    select(Credential)
    .where(Credential.household_id == bindparam("household_id"))
    .order_by(Credential.id.desc())
    .limit(1)
)


def credential_by_id(session: Session, credential_id: int | None) -> Credential:
    """Return one credential (a resident session's owner).

    Raises:
        NotFoundError: no credential has this key.
    """
    found = session.get(Credential, credential_id) if credential_id is not None else None
    if found is None:
        raise NotFoundError(_("見つかりませんでした。"))
    return found


def latest_credential(session: Session, household_id: int) -> Credential | None:
    """Return the credential that a household got last; None before its first letter."""
    return session.scalar(LATEST, {"household_id": household_id})


def households_with_telephone(work: Work, telephone: str) -> list[int]:
    """Return all households that enrolled a telephone number (``+8190…``), protected ones too."""
    statement = (
        select(Credential.household_id)
        .join(OtpAuthenticator, OtpAuthenticator.credential_id == Credential.id)
        .where(
            OtpAuthenticator.address_digest == address_digest(work.vault, telephone),
            OtpAuthenticator.kind == CodeChannel.SMS,
            OtpAuthenticator.state.in_((SourceState.CONFIRMED, SourceState.CLOSED)),
        )
        .distinct()
        .order_by(Credential.household_id)
    )
    return list(work.session.scalars(statement))
