"""Sessions: a 256-bit id whose hash alone is stored, a new id at every step up, idle and absolute limits."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from portal.domain.authn.models import AuthSession


@dataclass(frozen=True, slots=True)
class Lifetime:
    """How long a site's session may idle and last (NIST SP 800-63B AAL2, ``security.md`` §2)."""

    idle: timedelta
    absolute: timedelta


RESIDENT = "resident"
STAFF = "staff"
LIFETIMES = {
    RESIDENT: Lifetime(timedelta(minutes=15), timedelta(hours=12)),
    STAFF: Lifetime(timedelta(minutes=15), timedelta(hours=8)),
}
TOUCH_EVERY = timedelta(seconds=60)


def token_hash(token: str) -> bytes:
    """Return what is stored of a session id."""
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
) -> str:
    """Begin a session and return its id; the one it replaces ends, so that a fixed id is worth nothing."""
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
            verified_at=now if stage == "full" else None,
        )
    )
    session.flush()
    return token


# put together once: building a statement takes as long as running it
OF_TOKEN = select(AuthSession).where(
    AuthSession.token_hash == bindparam("token_hash"), AuthSession.site == bindparam("site")
)


def load(session: Session, site: str, token: str, now: datetime) -> AuthSession | None:
    """Return the living session of an id; unknown, idle and ended ones are all none."""
    found = session.scalar(OF_TOKEN, {"token_hash": token_hash(token), "site": site})
    return found if found is not None and is_alive(found, now) else None


def is_alive(found: AuthSession, now: datetime) -> bool:
    """Tell whether a session is neither idle nor at its end."""
    return now < found.ends_at and now < found.seen_at + LIFETIMES[found.site].idle


def touch(session: Session, session_id: int, now: datetime) -> None:
    """Note that the session was used."""
    session.execute(update(AuthSession).where(AuthSession.id == session_id).values(seen_at=now))


def end(session: Session, site: str, token: str) -> None:
    """Sign out one session."""
    session.execute(
        delete(AuthSession).where(AuthSession.token_hash == token_hash(token), AuthSession.site == site)
    )


def end_all(session: Session, site: str, owner_id: int, *, keep: int | None = None) -> int:
    """Sign out everywhere; ``keep`` spares the session in hand. Returns how many ended."""
    statement = delete(AuthSession).where(AuthSession.site == site, AuthSession.owner_id == owner_id)
    if keep is not None:
        statement = statement.where(AuthSession.id != keep)
    return len(session.scalars(statement.returning(AuthSession.id)).all())


def count(session: Session, site: str, owner_id: int, now: datetime) -> int:
    """Return how many sessions of an owner are alive."""
    idle = now - LIFETIMES[site].idle
    rows = session.scalars(
        select(AuthSession.id).where(
            AuthSession.site == site, AuthSession.owner_id == owner_id, AuthSession.ends_at > now,
            AuthSession.seen_at > idle, AuthSession.stage == "full",
        )
    )  # fmt: skip
    return len(rows.all())


def sweep(session: Session, now: datetime) -> None:
    """Remove sessions that ended."""
    session.execute(delete(AuthSession).where(AuthSession.ends_at <= now))
