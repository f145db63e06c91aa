"""IDs of one shape, so that no test depends on which digits came."""

from portal.domain.foundation.errors import InputError
from portal.domain.people.credentials.formats import new_login_id
from portal.domain.people.notices.phones import parse_mobile

_given: set[str] = set()


def plain_login_id() -> str:
    """Return a fresh ID that is nothing else, and that nobody else got from this process.

    One of some thirty has the digits of a mobile telephone number, too, and a search says so. Of
    10,000 that are drawn as letters draw theirs, two are equal once in twenty times.
    """
    fresh = (one for one in iter(new_login_id, "") if one not in _given and not is_mobile_too(one))
    _given.add(given := next(fresh))
    return given


def is_mobile_too(login_id: str) -> bool:
    """Return whether an ID could be a mobile telephone number without its first zero."""
    try:
        return bool(parse_mobile(login_id))
    except InputError:
        return False
