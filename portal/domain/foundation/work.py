"""The unit of work that services take first, and the source of such units for longer tasks."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Actor
from portal.domain.foundation.clock import Clock
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.vault import Vault

Transaction = Callable[[], AbstractContextManager[Session]]
"""Opens a transaction that ends with the block."""


class Standing(Protocol):
    """Knows what staff decided since the program's file was written, and reads it now and then."""

    def refresh(self, session: Session, now: datetime) -> None:
        """Read again in an open transaction what was decided, if it was read too long ago."""

    def program(self, filed: Program) -> Program:
        """Return the program as it is in force: the file with what was decided since."""


@dataclass(frozen=True, slots=True)
class Work:
    """One open transaction with everything that all rules of the program need.

    Attributes:
        session: The open transaction. Whoever opened it commits it; a service only flushes.
        vault: The deployment's keys.
        program: What the ward decided: the file with what was approved on the site since.
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
        filed: What the ward decided, as the program's file has it.
        standing: Knows what was decided since; without, the file counts.
    """

    read: Transaction = field(repr=False)
    write: Transaction = field(repr=False)
    vault: Vault = field(repr=False)
    clock: Clock
    actor: Actor
    filed: Program = field(repr=False)
    standing: Standing | None = field(default=None, repr=False, kw_only=True)

    @property
    def program(self) -> Program:
        """The program as it was in force when it was last read."""
        return self.filed if self.standing is None else self.standing.program(self.filed)

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
        now = self.clock.now(session)
        if self.standing is not None:
            self.standing.refresh(session, now)
        return Work(session, self.vault, self.program, self.actor, now)
