"""Where somebody is signed in: since when, from which site and browser; end a session."""

from datetime import datetime

from msgspec import Struct

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.people.authn import sessions
from portal.domain.people.authn.models import AuthSession

PLACE, BROWSER = "place", "browser"
"""What a session stores of its sign-in: the ID of the site (empty: an office) and the browser."""
ROWS = 20
FAMILIES = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari/", "Safari"),
)
"""In this order: most browsers also claim to be one of the later ones."""


class SessionView(Struct, frozen=True):
    """One active session.

    ``place`` is a site's ID, ``browser`` a family's name; both may be empty (unknown).
    """

    id: int
    started_at: datetime
    used_at: datetime
    place: str
    browser: str
    locked: bool
    current: bool


def browser_family(user_agent: str) -> str:
    """Return the kind of browser, without version or machine; empty if unknown."""
    return next((name for mark, name in FAMILIES if mark in user_agent), "")


def sign_in_data(place: str, user_agent: str) -> dict[str, str]:
    """Return what a new session stores about its sign-in; never an address."""
    return {PLACE: place, BROWSER: browser_family(user_agent)}


def sessions_of(work: Work, staff_id: int, current: int | None = None) -> list[SessionView]:
    """Return the active sessions of an account, the most recently used first.

    ``current`` is the key of the session that asks.
    """
    living = sessions.active_sessions(work.session, _owner(staff_id), work.now)
    return [_view(row, work.now, current) for row in living[:ROWS]]


def _owner(staff_id: int) -> sessions.Owner:
    return sessions.Owner(sessions.STAFF, staff_id)


def _view(row: AuthSession, now: datetime, current: int | None) -> SessionView:
    return SessionView(
        id=row.id,
        started_at=row.ends_at - sessions.LIFETIMES[sessions.STAFF].absolute,
        used_at=row.seen_at,
        place=str(row.data.get(PLACE, "")),
        browser=str(row.data.get(BROWSER, "")),
        locked=sessions.is_locked(row, now),
        current=row.id == current,
    )


def end_session(work: Work, staff_id: int, session_id: int) -> None:
    """End one session of an account at once.

    Raises:
        NotFoundError: it is no session of this account, or has ended.
    """
    if not sessions.end_one(work.session, _owner(staff_id), session_id):
        raise NotFoundError(_s("このサインインは、もう終わっています。"))
    record(work, "session.ended", "staff_user", staff_id, count=1)


def end_others(work: Work, staff_id: int, *, keep: int | None = None) -> int:
    """End every session of an account except the one to ``keep``; return how many."""
    ended = sessions.end_all(work.session, _owner(staff_id), keep=keep)
    if ended:
        record(work, "session.ended", "staff_user", staff_id, count=ended)
    return ended
