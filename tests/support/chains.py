"""A chain of audit events, its signed heads outside, and what a database's administrator does."""

import threading
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from sqlalchemy import text

from portal.domain.foundation.audit.chain import Link
from portal.domain.foundation.audit.heads import (
    Signer,
    make_signer,
    name_of,
    read_heads,
)
from portal.domain.foundation.audit.sealing import AT_ONCE, ChainChangedError, Sealer, seal_events
from portal.domain.foundation.audit.sealing import unsealed as unsealed_events
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.audit.verifying import Verdict, verify
from portal.domain.foundation.clock import FixedClock
from portal.platform.append_only import open_ledgers
from portal.platform.database import Database
from portal.worker.sealing import Sealing
from tests.support.coupons import NOW
from tests.support.work import source_of, work_in


@dataclass
class Chain:
    """A database with a worker that seals, keys, and a folder of the ward."""

    database: Database
    folder: Path
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))
    signer: Signer = field(init=False)
    sealing: Sealing = field(init=False)

    def __post_init__(self) -> None:
        (self.folder / "keys").mkdir(exist_ok=True)
        self.signer = make_signer(self.folder / "keys")
        (self.folder / "ward").mkdir(exist_ok=True)
        self.sealing = self.worker()

    @property
    def ward(self) -> Path:
        """The folder that the ward keeps."""
        return self.folder / "ward"

    def worker(self) -> Sealing:
        """One more worker, which has seen nothing yet."""
        sealer = Sealer(source_of(self.database, self.clock), self.signer)
        return Sealing(sealer, self.ward, threading.Event())

    def happen(self, *actions: str) -> None:
        """Let something happen that is recorded, each in a transaction of its own."""
        for action in actions:
            with self.database.write() as session:
                work = work_in(session, now=self.clock.instant)
                record(work, action, "test", 1, household_id=7, reason="本人からの電話", n=1.5)

    def seal(self) -> None:
        """Let the worker seal all that waits."""
        with suppress(ChainChangedError):
            while self.sealing.step():
                pass
        while self.sealing.step():
            pass

    def sign(self) -> None:
        """Let the worker sign the end of the chain and keep it outside."""
        assert self.sealing.sealer.sign(at_once=True) is not None
        self.sealing.publish()

    def later(self, **passed: float) -> None:
        """Let time go by."""
        self.clock.instant += timedelta(**passed)

    def verdict(self, *, outside: bool = True, printed: tuple[Link, ...] = ()) -> Verdict:
        """What `portal audit verify` finds."""
        keys = {name_of(self.signer.public_key): self.signer.public_key}
        kept = read_heads(self.ward) if outside else None
        with self.database.read() as session:
            return verify(session, self.clock.instant, keys, kept, printed)

    def faults(self, *, outside: bool = True, printed: tuple[Link, ...] = ()) -> set[str]:
        """The kinds of what is wrong."""
        found = self.verdict(outside=outside, printed=printed)
        return {fault.kind.value for fault in found.faults}

    def as_administrator(self, *statements: str) -> None:
        """Run statements as somebody whom no right and no trigger stops."""
        with self.database.engine.begin() as connection:
            open_ledgers(connection)
            for statement in statements:
                connection.execute(text(statement))

    def compute_anew(self) -> None:
        """Seal everything from the first event on, as an administrator who has our program can."""
        self.as_administrator("DELETE FROM audit_seal")
        with self.database.write() as session:
            work, end = work_in(session, now=self.clock.instant), Link()
            while events := unsealed_events(session, 0, AT_ONCE):
                end = seal_events(work, end, events)
