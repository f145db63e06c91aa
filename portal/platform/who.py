"""Who is signed in, as far as both sites ask alike; each site loads its own people."""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol, TypeVar

from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Actor
from portal.domain.people.authn.models import AuthSession


class Who(Protocol):
    """Who is signed in; nobody is such an answer, too."""

    @property
    def auth(self) -> AuthSession | None:
        """The living session of the request's cookie."""
        ...

    @property
    def locked(self) -> bool:
        """Whether the password is asked before anything else."""
        ...

    @property
    def actor(self) -> Actor:
        """The acting party for audit events."""
        ...

    @property
    def rows(self) -> Iterable[object]:
        """What a page shows of them, to be readable after the transaction in which it was read."""
        ...


W = TypeVar("W", bound=Who)
W_co = TypeVar("W_co", bound=Who, covariant=True)


class SignIns(Protocol[W_co]):
    """How a site finds out who is signed in."""

    @property
    def nobody(self) -> W_co:
        """Who it is while nobody is signed in, or while there is no database to ask."""
        ...

    def load(self, session: Session, token: str, now: datetime) -> W_co:
        """Return who sits behind a session's id at ``now`` (UTC); nobody where it ended."""
        ...
