"""Set an own password: on record, and told to the owner of the account."""

from portal.domain.foundation.actors import Actor, Role
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.work import Work
from portal.domain.people.credentials.models import Credential
from portal.domain.people.notices.events import AccountEvent
from portal.domain.people.signin.devices import forget_devices
from portal.domain.people.signin.notify import notify_owner


def put_own_password(work: Work, credential: Credential, hashed: str) -> None:
    """Store the hash of an own password of a locked account; nothing else sets one.

    Every browser is an unknown one from then on.
    """
    credential.own_password_hash = hashed
    credential.changed_at = work.now
    forget_devices(work, credential)
    record(
        work.acting_as(Actor(Role.RESIDENT, credential.id)),
        "account.own_password",
        "credential",
        credential.id,
        household_id=credential.household_id,
    )
    notify_owner(work, credential, AccountEvent.PASSWORD_CHANGED)
