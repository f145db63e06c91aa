"""The thread that seals audit events, signs heads, and keeps those outside the database."""

import logging
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from portal.domain.foundation.audit.heads import (
    END_OF_FILE,
    Head,
    HeadKind,
    Signer,
    append_heads,
    load_signer,
    read_heads,
)
from portal.domain.foundation.audit.outside import note_outside
from portal.domain.foundation.audit.queries import heads_after
from portal.domain.foundation.audit.sealing import ChainChangedError, Sealer
from portal.domain.foundation.errors import DomainError
from portal.domain.foundation.jobs.aside import reason_of
from portal.domain.foundation.work import WorkSource
from portal.settings import Settings

LOG = logging.getLogger("portal.audit")
LOOK_SECONDS = 0.5
FAULT_SECONDS = 2.0
LOOK_AT_ALL_SECONDS = 600.0
"""How often all events are looked through for one that was written late, and not only new ones."""
PUBLISH_SECONDS = 5.0


@dataclass
class Sealing:
    """Seals within a second, as long as it runs; any number of workers may.

    Attributes:
        sealer: Seals.
        outside: The folder that the ward keeps; None if there is none.
        stopped: Set when the worker ends.
        fault: Why the last step failed; None after one that did not.
        evidence: Heads of a chain that is no longer in the database; they go outside alone.
    """

    sealer: Sealer
    outside: Path | None
    stopped: threading.Event
    fault: str | None = None
    evidence: list[Head] = field(default_factory=list)
    _changed: str | None = None
    _published: int = 0
    _published_at: float = field(default_factory=lambda: -PUBLISH_SECONDS)
    _looked_at_all: float = field(default_factory=time.monotonic)

    def run(self) -> None:
        """Seal until the worker ends."""
        while not self.stopped.is_set():
            wait = LOOK_SECONDS
            try:
                if self.step():
                    continue
            except Exception as error:  # noqa: BLE001  (nothing may end the thread for good)
                self.fault = reason_of(error)
                LOG.error("sealing postponed: %s", self.fault)  # noqa: TRY400  (no values in logs)
                wait = FAULT_SECONDS
            self.stopped.wait(wait)

    def step(self) -> int:
        """Seal a batch, sign and keep the head where that is due; return how many were sealed."""
        if time.monotonic() - self._looked_at_all > LOOK_AT_ALL_SECONDS:
            self._looked_at_all = time.monotonic()
            self.sealer.start_over()
        try:
            sealed = self.sealer.step()
        except ChainChangedError as error:
            self._testify(error)
            raise
        signed = self.sealer.sign()
        if signed is not None or time.monotonic() - self._published_at > PUBLISH_SECONDS:
            self._published_at = time.monotonic()
            self.publish()
        self.fault = self._changed
        return sealed

    def publish(self) -> None:
        """Add the heads that are not there yet to the file outside.

        Raises:
            OSError: the folder is away, full, or may not be written.
        """
        if self.outside is None:
            return
        with self.sealer.source.reading() as work:
            waiting = heads_after(work.session, self._published)
        if not waiting and not self.evidence:
            return
        end = END_OF_FILE if self._published else None
        there = {head.signature for head in read_heads(self.outside, end).heads}
        new = [*self.evidence, *(head for _, head in waiting)]
        append_heads(self.outside, [head for head in new if head.signature not in there])
        self.evidence = []
        if waiting:
            self._published, newest = waiting[-1]
            with self.sealer.source.writing() as work:
                note_outside(work, newest)

    def _testify(self, error: ChainChangedError) -> None:
        """Keep for the file outside what this process has seen and is no longer there."""
        self._changed = reason_of(error)
        LOG.critical("the audit chain was changed: %s", error)
        if self.sealer.signer is not None:
            with self.sealer.source.reading() as work:
                now = work.now
            self.evidence.append(self.sealer.signer.sign(HeadKind.USUAL, error.seen, now))


def make_sealing(source: WorkSource, settings: Settings, stopped: threading.Event) -> Sealing:
    """Return the sealing of this machine; a key that cannot be read only keeps it from signing."""
    signer: Signer | None = None
    try:
        signer = load_signer(settings.key_dir)
    except DomainError as error:
        LOG.error("heads are not signed: %s", error.message)  # noqa: TRY400  (the reason is in the line)
    return Sealing(Sealer(source, signer), settings.audit_heads, stopped)
