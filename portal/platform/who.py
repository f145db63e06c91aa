"""Who is signed in, as far as both sites are alike; each site loads its own people."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from msgspec import Struct
from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Actor
from portal.domain.foundation.wide_reads import BySession, Reads
from portal.domain.people.authn.models import AuthSession


class Who(Protocol):
    """Who is signed in, or nobody."""

    @property
    def auth(self) -> AuthSession | None:
        """The living session of the request's cookie."""
        ...

    @property
    def locked(self) -> bool:
        """Whether the screen is locked until the password is typed."""
        ...

    @property
    def actor(self) -> Actor:
        """The acting party for audit events."""
        ...

    @property
    def rows(self) -> Iterable[object]:
        """Rows that a page shows of them; they stay readable after their transaction."""
        ...


W = TypeVar("W", bound=Who)
W_co = TypeVar("W_co", bound=Who, covariant=True)
LoadWho = Callable[[Session, str, datetime], W]
"""Returns who is signed in by a session id at an instant (UTC)."""


class ShortLoad(Struct, Generic[W], frozen=True):
    """Loads who is signed in, and what the page shows of them, by one wide statement.

    Attributes:
        of: Returns who is signed in by a session id at an instant (UTC).
        then: Adds what the page shows for its query string; None if that is nothing more. It is
            left out where the transaction is a session's: the handler then reads it there.
    """

    of: Callable[[Reads, str, datetime], W]
    then: Callable[[Reads, W, datetime, Mapping[str, str]], W] | None = None

    def __call__(self, session: Session, token: str, now: datetime) -> W:
        """Return who is signed in by a session id at an instant (UTC)."""
        return self.of(BySession(session), token, now)


class SignIns(Protocol[W_co]):
    """How a site finds out who is signed in."""

    @property
    def nobody(self) -> W_co:
        """The value for nobody: without a session, or without a database."""
        ...

    def load(self, session: Session, token: str, now: datetime) -> W_co:
        """Return who is signed in by a session id at ``now`` (UTC); nobody where it ended."""
        ...
