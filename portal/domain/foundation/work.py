"""The unit of work that services take first, and the source of such units for longer tasks."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Actor
from portal.domain.foundation.clock import Clock
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.vault import Vault

Transaction = Callable[[], AbstractContextManager[Session]]
"""Opens a transaction that ends with the block."""


@dataclass(frozen=True, slots=True)
class Work:
    """One open transaction with everything that all rules of the program need.

    Attributes:
        session: The open transaction. Whoever opened it commits it; a service only flushes.
        vault: The deployment's keys.
        program: What the ward decided, as the process loaded it.
        actor: Who acts; audit events name this person or ``SYSTEM``.
        now: The instant (UTC) at which everything in the transaction happens.
    """

    session: Session = field(repr=False)
    vault: Vault = field(repr=False)
    program: Program = field(repr=False)
    actor: Actor
    now: datetime

    def acting_as(self, actor: Actor) -> "Work":
        """Return the same work on behalf of another actor."""
        return replace(self, actor=actor)

    def at(self, now: datetime) -> "Work":
        """Return the same work at another instant (UTC)."""
        return replace(self, now=now)


@dataclass(frozen=True, slots=True)
class WorkSource:
    """Opens the transactions of a task that needs more than one, each at its own instant.

    Attributes:
        read: Opens a transaction that only reads.
        write: Opens a transaction that commits at the end of its block.
        vault: The deployment's keys.
        clock: Gives the instant of each transaction.
        actor: Who acts in all of them.
        program: What the ward decided.
    """

    read: Transaction = field(repr=False)
    write: Transaction = field(repr=False)
    vault: Vault = field(repr=False)
    clock: Clock
    actor: Actor
    program: Program = field(repr=False)

    @contextmanager
    def reading(self) -> Iterator[Work]:
        """Open a transaction that only reads."""
        with self.read() as session:
            yield self.work(session)

    @contextmanager
    def writing(self) -> Iterator[Work]:
        """Open a writing transaction; an exception rolls it back whole."""
        with self.write() as session:
            yield self.work(session)

    def work(self, session: Session) -> Work:
        """Return the work of a transaction that is open already."""
        return Work(session, self.vault, self.program, self.actor, self.clock.now(session))
