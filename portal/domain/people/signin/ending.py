"""End at once whatever signs a household in, where it must not wait for the next request.

Protection and a change of recipient do so, in their own transaction; a new letter, a loss and a
suspension do with the step of the account (``credentials.services.move``).
"""

from sqlalchemy import select, update

from portal.domain.foundation.work import Work
from portal.domain.people.authn import passkeys, sessions
from portal.domain.people.credentials.models import Credential


def end_sign_ins(work: Work, household_id: int) -> None:
    """End the sessions, passkeys and known browsers of a household; ID and password stay."""
    accounts = select(Credential.id).where(Credential.household_id == household_id)
    keys = work.session.scalars(accounts).all()
    if not keys:
        return
    sessions.end_many(work.session, sessions.RESIDENT, keys)
    passkeys.forget_all(work.session, keys)
    work.session.execute(
        update(Credential).where(Credential.id.in_(keys)).values(devices_forgotten_at=work.now)
    )
