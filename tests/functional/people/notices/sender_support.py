"""Sending workers that end with their test, and patience with them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from portal.domain.foundation.clock import FixedClock
from portal.domain.people.notices.services import Claim
from portal.platform.database import Database
from portal.platform.senders.sending import Sender
from portal.platform.senders.worker import OutboxWorker
from tests.functional.people.notices.support import NOW, PHONE, VAULT
from tests.support.work import source_of

MAIL_FROM = "見本区 <noreply@portal.example.jp>"


@dataclass
class Workers:
    """Starts workers on one clock and ends them."""

    clock: FixedClock
    started: list[OutboxWorker] = field(default_factory=list)

    def start(self, database: Database, **senders: Sender) -> OutboxWorker:
        worker = OutboxWorker(source_of(database, self.clock, vault=VAULT), senders, interval=0.05)
        worker.start()
        self.started.append(worker)
        return worker


@pytest.fixture
def workers() -> Iterator[Workers]:
    workers = Workers(FixedClock(NOW))
    yield workers
    for worker in workers.started:
        worker.stop()


def claim_of(address: str = PHONE, reference: str = "f" * 32) -> Claim:
    """A message that no database holds, for a sender alone."""
    kind = "email" if "@" in address else "sms"
    subject = "サインインの番号" if kind == "email" else None
    soon = NOW + timedelta(minutes=9)
    return Claim(1, kind, reference, address, subject, "番号 123456\n@a.jp #123456", NOW, soon)
