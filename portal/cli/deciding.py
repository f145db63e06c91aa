"""The person in whose name a command decides, with the same permission as on the staff site."""

from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Actor, Channel, Organization, Role
from portal.domain.foundation.errors import NotAllowedError
from portal.domain.foundation.texts import _s
from portal.domain.people.staff.permissions import Permission, may
from portal.domain.people.staff.services import find_staff


def person(session: Session, login: str, permission: Permission) -> Actor:
    """Return the account's actor.

    Raises:
        NotFoundError: there is no such account.
        NotAllowedError: it does not hold the permission.
    """
    user = find_staff(session, login)
    if not may(user, permission):
        raise NotAllowedError(
            _s("職員 %(login)s は、これを決められません。") % {"login": user.login}
        )
    return Actor(Role(user.role), user.id, Organization(user.organization), Channel.COMMAND)
