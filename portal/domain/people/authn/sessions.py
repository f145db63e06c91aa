"""Sessions: a hashed 256-bit ID, new at every step up; an idle and an absolute end."""

import hashlib
import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, cast

from msgspec import Struct, field
from sqlalchemy import ColumnElement, CursorResult, bindparam, delete, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from portal.domain.foundation.base import insert_at_once, table_of
from portal.domain.people.authn.models import AuthSession


class Lifetime(Struct, frozen=True):
    """How long a site's session may idle and last (NIST SP 800-63B AAL2, ``security.md`` §2).

    ``locks``: after idling, a fully signed-in person finds the screen locked instead of the session
    ended; the password unlocks it, and the second factor stays valid until the absolute end.
    """

    idle: timedelta
    absolute: timedelta
    locks: bool = False


class Stage(StrEnum):
    """How far the sign-in of a session has come."""

    BIRTH = "birth"
    """A resident gave ID and password for the first time; the birth date comes next."""
    CHANNEL = "channel"
    """The birth date was right; a channel for one-time codes comes next."""
    CODE = "code"
    """A resident gave ID and password; the one-time code comes next."""
    PASSWORD = "password"  # noqa: S105  (the name of a stage)
    """A member of the staff gave login and password; the code comes next."""
    FULL = "full"
    LOCKED = "locked"
    """Fully signed in, but the password is required first."""


RESIDENT = "resident"
STAFF = "staff"
LIFETIMES = {
    RESIDENT: Lifetime(timedelta(minutes=15), timedelta(hours=12)),
    STAFF: Lifetime(timedelta(minutes=15), timedelta(hours=8), locks=True),
}
BINDING = "forms"
"""The key of a session's data that its forms are bound to after the ID changed."""
TOUCH_EVERY = timedelta(seconds=60)


class Owner(Struct, frozen=True):
    """Whose session it is: an account of one site, a credential or a member of the staff."""

    site: str
    id: int


class NewSession(Struct, frozen=True):
    """A session to begin.

    Attributes:
        owner: Whose it is.
        stage: How far the sign-in has come.
        data: What the session keeps for its next steps.
        device: What kind of device the browser runs on.
        verified_at: When the second factor was given (UTC), by default now for a full session.
        replaces: The session that ends, so that a fixed ID is worth nothing.
        taken_out: Whether it was ended already (``take_out``).
    """

    owner: Owner
    stage: Stage
    data: Mapping[str, Any] = field(default_factory=dict)
    device: str | None = None
    verified_at: datetime | None = None
    replaces: AuthSession | None = None
    taken_out: bool = False


def token_hash(token: str) -> bytes:
    """Return the hash of a session ID, as stored."""
    return hashlib.sha256(token.encode()).digest()


def start(session: Session, new: NewSession, now: datetime) -> str:
    """Begin a session and return its ID.

    It ends no later than the session of the same owner that it replaces.
    """
    owner, replaced = new.owner, new.replaces
    ends_at = now + LIFETIMES[owner.site].absolute
    if replaced is not None:
        if replaced.owner_id == owner.id and replaced.site == owner.site:
            ends_at = replaced.ends_at
        if not new.taken_out:
            take_out(session, replaced)
    token = secrets.token_urlsafe(32)
    insert_at_once(
        session,
        AuthSession(
            token_hash=token_hash(token),
            site=owner.site,
            stage=new.stage,
            owner_id=owner.id,
            data=dict(new.data),
            device=new.device,
            created_at=now,
            seen_at=now,
            ends_at=ends_at,
            verified_at=new.verified_at or (now if new.stage is Stage.FULL else None),
        ),
    )
    return token


def take_out(session: Session, replaced: AuthSession) -> bool:
    """End a session that another one replaces; return False if it has ended meanwhile.

    By a plain statement; what it was to keep is not written any more.
    """
    if replaced in session:
        session.expunge(replaced)
    known = {"key": replaced.id, "token_hash": replaced.token_hash}
    return cast("CursorResult[Any]", session.execute(_TAKE_OUT, known)).rowcount == 1


_SESSIONS = table_of(AuthSession)
# built once: building a statement takes as long as running it
_KNOWN = _SESSIONS.c.id == bindparam("key"), _SESSIONS.c.token_hash == bindparam("token_hash")
_TAKE_OUT = delete(_SESSIONS).where(*_KNOWN).execution_options(preserve_rowcount=True)
_THERE = select(_SESSIONS.c.id).where(*_KNOWN)
OF_TOKEN = select(AuthSession).where(
    AuthSession.token_hash == bindparam("token_hash"), AuthSession.site == bindparam("site")
)

COLUMNS = tuple(_SESSIONS.c)
"""What a wide statement reads of a session; they come first in its rows."""
_NAMES = tuple(column.key for column in COLUMNS)


def from_row(row: Sequence[Any], now: datetime) -> AuthSession | None:
    """Return the session of a row that begins with ``COLUMNS``; None if it ended.

    It is no row of the transaction: nothing that is changed in it is kept.
    """
    auth = AuthSession(**dict(zip(_NAMES, row, strict=False)))
    return auth if is_alive(auth, now) else None


def load(session: Session, site: str, token: str, now: datetime) -> AuthSession | None:
    """Return the active session of an ID; None if it is unknown, idle or ended."""
    found = session.scalar(OF_TOKEN, {"token_hash": token_hash(token), "site": site})
    return found if found is not None and is_alive(found, now) else None


def still_there(session: Session, auth: AuthSession) -> bool:
    """Return whether a session that was loaded earlier in this transaction has not ended since."""
    known = {"key": auth.id, "token_hash": auth.token_hash}
    return session.scalar(_THERE, known) is not None


def is_alive(found: AuthSession, now: datetime) -> bool:
    """Return whether a session has neither ended nor gone idle (one that locks stays alive)."""
    lifetime = LIFETIMES[found.site]
    if lifetime.locks and found.stage in {Stage.FULL, Stage.LOCKED}:
        return now < found.ends_at
    return now < found.ends_at and now < found.seen_at + lifetime.idle


def end_of(found: AuthSession, now: datetime) -> datetime:
    """Return when a session ends (UTC) that is used now and then left alone."""
    used = now if now - found.seen_at > TOUCH_EVERY else found.seen_at
    return min(used + LIFETIMES[found.site].idle, found.ends_at)


def is_locked(found: AuthSession, now: datetime) -> bool:
    """Return whether the password is required first: locked by hand, or idle too long."""
    lifetime = LIFETIMES[found.site]
    idle = lifetime.locks and found.stage == Stage.FULL and now >= found.seen_at + lifetime.idle
    return found.stage == Stage.LOCKED or idle


def binding(found: AuthSession) -> str:
    """Return what the forms of a session are bound to.

    It stays the same when unlocking changes the ID.
    """
    return str(found.data.get(BINDING, "")) or found.token_hash.hex()


def lock(session: Session, session_id: int) -> bool:
    """Lock a fully signed-in session; return False if it was locked already or does not exist."""
    locked = session.execute(
        update(AuthSession)
        .where(AuthSession.id == session_id, AuthSession.stage == Stage.FULL)
        .values(stage=Stage.LOCKED)
        .returning(AuthSession.id)
    )
    return locked.scalar_one_or_none() is not None


def unlock(session: Session, found: AuthSession, now: datetime) -> str:
    """Continue a locked session under a new ID with its end, data and forms; return the ID."""
    continued = NewSession(
        Owner(found.site, found.owner_id or 0),
        Stage.FULL,
        data=found.data | {BINDING: binding(found)},
        device=found.device,
        verified_at=found.verified_at,
        replaces=found,
    )
    return start(session, continued, now)


_KEEP = update(_SESSIONS).where(_SESSIONS.c.id == bindparam("key")).values(data=bindparam("kept"))


def keep_data(session: Session, auth: AuthSession, data: dict[str, Any]) -> None:
    """Replace the data that a session keeps for its next steps.

    A plain statement costs a fifth of a flush.
    """
    session.execute(_KEEP, {"key": auth.id, "kept": data})
    set_committed_value(auth, "data", data)


def touch(session: Session, session_id: int, now: datetime) -> None:
    """Record that the session was used."""
    session.execute(update(AuthSession).where(AuthSession.id == session_id).values(seen_at=now))


def end(session: Session, site: str, token: str) -> None:
    """End one session."""
    session.execute(
        delete(AuthSession).where(
            AuthSession.token_hash == token_hash(token), AuthSession.site == site
        )
    )


def end_all(session: Session, owner: Owner, *, keep: int | None = None) -> int:
    """End all sessions of an owner, except the one to ``keep``; return how many ended."""
    statement = delete(AuthSession).where(*_owned_by(owner))
    if keep is not None:
        statement = statement.where(AuthSession.id != keep)
    return len(session.scalars(statement.returning(AuthSession.id)).all())


def _owned_by(owner: Owner) -> tuple[ColumnElement[bool], ...]:
    return (AuthSession.site == owner.site, AuthSession.owner_id == owner.id)


def end_many(session: Session, site: str, owner_ids: Collection[int]) -> None:
    """End all sessions of many owners at once."""
    session.execute(
        delete(AuthSession)
        .where(AuthSession.site == site, AuthSession.owner_id.in_(owner_ids))
        .execution_options(synchronize_session=False)
    )


def end_one(session: Session, owner: Owner, session_id: int) -> bool:
    """End one session of an owner; return False if the owner has no session with this key."""
    ended = session.execute(
        delete(AuthSession)
        .where(*_owned_by(owner), AuthSession.id == session_id)
        .returning(AuthSession.id)
    )
    return ended.scalar_one_or_none() is not None


def active_sessions(session: Session, owner: Owner, now: datetime) -> list[AuthSession]:
    """Return the active, fully signed-in sessions of an owner, the most recently used first."""
    rows = session.scalars(
        select(AuthSession)
        .where(
            *_owned_by(owner),
            AuthSession.ends_at > now,
            AuthSession.stage.in_((Stage.FULL, Stage.LOCKED)),
        )
        .order_by(AuthSession.seen_at.desc(), AuthSession.id.desc())
    )
    return [row for row in rows if is_alive(row, now)]


def count(session: Session, owner: Owner, now: datetime) -> int:
    """Return the number of active sessions of an owner."""
    return len(active_sessions(session, owner, now))


def sweep(session: Session, now: datetime) -> None:
    """Delete ended sessions."""
    session.execute(delete(AuthSession).where(AuthSession.ends_at <= now))
