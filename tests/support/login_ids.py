"""IDs of one shape, so that no test depends on which digits came."""

from portal.domain.foundation.errors import InputError
from portal.domain.people.credentials.formats import new_login_id
from portal.domain.people.notices.phones import parse_mobile


def plain_login_id() -> str:
    """Return a fresh ID that is nothing else.

    One of some thirty has the digits of a mobile telephone number, too, and a search says so.
    """
    return next(one for one in iter(new_login_id, "") if not is_mobile_too(one))


def is_mobile_too(login_id: str) -> bool:
    """Return whether an ID could be a mobile telephone number without its first zero."""
    try:
        return bool(parse_mobile(login_id))
    except InputError:
        return False
