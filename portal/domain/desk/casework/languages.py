"""The language in which a household reads, as far as it is known."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Channel
from portal.domain.foundation.languages import SOURCE_LOCALE
from portal.domain.people.credentials.models import Credential
from portal.domain.requests.requests.models import Request


def language_of(session: Session, household_id: int) -> str:
    """Return a household's locale id.

    That of its last sign-in, else of its last request in the portal, else Japanese.
    """
    signed_in = session.scalar(
        select(Credential.locale)
        .where(Credential.household_id == household_id, Credential.locale.is_not(None))
        .order_by(Credential.id.desc())
        .limit(1)
    )
    asked = select(Request.language).where(
        Request.household_id == household_id, Request.channel == Channel.PORTAL.value
    )
    return signed_in or session.scalar(asked.order_by(Request.id.desc()).limit(1)) or SOURCE_LOCALE
