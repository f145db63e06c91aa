"""Sessions: a 256-bit ID stored as a hash, a new ID at every step up, an idle and an absolute end."""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from portal.domain.foundation.base import table_of
from portal.domain.people.authn.models import AuthSession


@dataclass(frozen=True, slots=True)
class Lifetime:
    """How long a site's session may idle and last (NIST SP 800-63B AAL2, ``security.md`` §2).

    ``locks``: after idling, a fully signed-in person finds the screen locked instead of the session
    ended; the password unlocks it, and the second factor stays valid until the absolute end.
    """

    idle: timedelta
    absolute: timedelta
    locks: bool = False


RESIDENT = "resident"
STAFF = "staff"
FULL, LOCKED = "full", "locked"
LIFETIMES = {
    RESIDENT: Lifetime(timedelta(minutes=15), timedelta(hours=12)),
    STAFF: Lifetime(timedelta(minutes=15), timedelta(hours=8), locks=True),
}
BINDING = "forms"
"""The key of a session's data that its forms are bound to after the ID changed."""
TOUCH_EVERY = timedelta(seconds=60)


def token_hash(token: str) -> bytes:
    """Return the hash of a session ID, as stored."""
    return hashlib.sha256(token.encode()).digest()


def start(
    session: Session,
    site: str,
    stage: str,
    owner_id: int,
    now: datetime,
    *,
    data: dict[str, Any] | None = None,
    device: str | None = None,
    replaces: AuthSession | None = None,
    verified_at: datetime | None = None,
) -> str:
    """Begin a session and return its ID.

    The session it replaces ends, so that a fixed ID is worth nothing. ``verified_at`` is when the
    second factor was given, by default now for a full session.
    """
    ends_at = now + LIFETIMES[site].absolute
    if replaces is not None:
        if replaces.owner_id == owner_id and replaces.site == site:
            ends_at = replaces.ends_at
        session.delete(replaces)
    token = secrets.token_urlsafe(32)
    session.add(
        AuthSession(
            token_hash=token_hash(token),
            site=site,
            stage=stage,
            owner_id=owner_id,
            data=data or {},
            device=device,
            created_at=now,
            seen_at=now,
            ends_at=ends_at,
            verified_at=verified_at or (now if stage == FULL else None),
        )
    )
    session.flush()
    return token


# built once: building a statement takes as long as running it
OF_TOKEN = select(AuthSession).where(
    AuthSession.token_hash == bindparam("token_hash"), AuthSession.site == bindparam("site")
)


def load(session: Session, site: str, token: str, now: datetime) -> AuthSession | None:
    """Return the living session of an ID; None if it is unknown, idle or ended."""
    found = session.scalar(OF_TOKEN, {"token_hash": token_hash(token), "site": site})
    return found if found is not None and is_alive(found, now) else None


def is_alive(found: AuthSession, now: datetime) -> bool:
    """Tell whether a session is neither past its end nor idle (one that locks instead stays alive)."""
    lifetime = LIFETIMES[found.site]
    if lifetime.locks and found.stage in {FULL, LOCKED}:
        return now < found.ends_at
    return now < found.ends_at and now < found.seen_at + lifetime.idle


def is_locked(found: AuthSession, now: datetime) -> bool:
    """Tell whether the password is required before anything else: locked by hand, or idle too long."""
    lifetime = LIFETIMES[found.site]
    idle = lifetime.locks and found.stage == FULL and now >= found.seen_at + lifetime.idle
    return found.stage == LOCKED or idle


def binding(found: AuthSession) -> str:
    """Return what the forms of a session are bound to.

    It stays the same when unlocking changes the ID.
    """
    return str(found.data.get(BINDING, "")) or found.token_hash.hex()


def lock(session: Session, session_id: int) -> bool:
    """Lock a fully signed-in session; return False if it was locked already or does not exist."""
    locked = session.execute(
        update(AuthSession)
        .where(AuthSession.id == session_id, AuthSession.stage == FULL)
        .values(stage=LOCKED)
        .returning(AuthSession.id)
    )
    return locked.scalar_one_or_none() is not None


def unlock(session: Session, found: AuthSession, now: datetime) -> str:
    """Continue a locked session under a new ID, with the same end, data and forms; return the ID."""
    data = found.data | {BINDING: binding(found)}
    return start(
        session,
        found.site,
        FULL,
        found.owner_id or 0,
        now,
        data=data,
        device=found.device,
        replaces=found,
        verified_at=found.verified_at,
    )


_SESSIONS = table_of(AuthSession)
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


def end_all(session: Session, site: str, owner_id: int, *, keep: int | None = None) -> int:
    """End all sessions of an owner, except the one to ``keep``; return how many ended."""
    statement = delete(AuthSession).where(
        AuthSession.site == site, AuthSession.owner_id == owner_id
    )
    if keep is not None:
        statement = statement.where(AuthSession.id != keep)
    return len(session.scalars(statement.returning(AuthSession.id)).all())


def end_many(session: Session, site: str, owner_ids: Collection[int]) -> None:
    """End all sessions of many owners at once."""
    session.execute(
        delete(AuthSession)
        .where(AuthSession.site == site, AuthSession.owner_id.in_(owner_ids))
        .execution_options(synchronize_session=False)
    )


def end_one(session: Session, site: str, owner_id: int, session_id: int) -> bool:
    """End one session of an owner; return False if the owner has no session with this key."""
    ended = session.execute(
        delete(AuthSession)
        .where(
            AuthSession.site == site, AuthSession.owner_id == owner_id, AuthSession.id == session_id
        )
        .returning(AuthSession.id)
    )
    return ended.scalar_one_or_none() is not None


def living(session: Session, site: str, owner_id: int, now: datetime) -> list[AuthSession]:
    """Return the living, fully signed-in sessions of an owner, the most recently used first."""
    rows = session.scalars(
        select(AuthSession)
        .where(
            AuthSession.site == site,
            AuthSession.owner_id == owner_id,
            AuthSession.ends_at > now,
            AuthSession.stage.in_((FULL, LOCKED)),
        )
        .order_by(AuthSession.seen_at.desc(), AuthSession.id.desc())
    )
    return [row for row in rows if is_alive(row, now)]


def count(session: Session, site: str, owner_id: int, now: datetime) -> int:
    """Return the number of living sessions of an owner."""
    return len(living(session, site, owner_id, now))


def sweep(session: Session, now: datetime) -> None:
    """Delete ended sessions."""
    session.execute(delete(AuthSession).where(AuthSession.ends_at <= now))
