"""Workers that are killed or stopped at work: nothing is lost, and another one goes on."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.jobs.models import JobAside, JobRecord, JobWorker
from portal.domain.foundation.jobs.names import JobName
from portal.domain.people.notices.messages import Message
from portal.domain.people.notices.models import OutboxMessage
from portal.domain.people.notices.services import LEASE, Outgoing, enqueue
from portal.domain.requests.redeliveries.models import Redelivery
from portal.domain.requests.requests.models import Request
from portal.platform.database import Database
from portal.settings import Settings
from tests.functional.requests.redeliveries.support import NOW, make_post
from tests.support.programs.servers import Server, StartServer, until
from tests.support.programs.sms import SmsGateway
from tests.support.resident import make_settings
from tests.support.work import work_in

MESSAGES, REQUESTS = 24, 60
JOB_LEASE = 3


@dataclass
class Site:
    """A deployment whose workers are real processes; its clock goes on from ``NOW``."""

    database: Database
    url: str
    settings: Settings
    gateway: SmsGateway
    start_server: StartServer
    started: list[Server] = field(default_factory=list)

    def worker(self, ahead: timedelta = timedelta()) -> Server:
        """Start a worker, whose clock may be ahead, and return when it runs."""
        offset = (NOW + ahead - datetime.now(UTC)).total_seconds()
        env = {
            "PORTAL_PROGRAM": self.settings.program,
            "PORTAL_DATA_DIR": str(self.settings.data_dir),
            "PORTAL_KEY_DIR": str(self.settings.key_dir),
            "PORTAL_DATABASE_URL": self.url,
            "PORTAL_ENVIRONMENT": "test",
            "PORTAL_CLOCK_OFFSET": str(offset),
            "PORTAL_SMS_URL": self.gateway.url,
            "PORTAL_SMS_TOKEN": "secret",
            "LANG": "C.UTF-8",
        }
        command = ["portal", "work", "--lease", str(JOB_LEASE)]
        server = self.start_server(command, port=0, env=env, wait=0)
        self.started.append(server)
        until(lambda: "runs." in server.output or server.process.poll() is not None)
        assert server.process.poll() is None, server.output
        return server

    def put_messages(self) -> None:
        with self.database.write() as session:
            for number in range(MESSAGES):
                out = Outgoing(
                    kind="sms",
                    purpose="code.sign_in",
                    address="+819012345678",
                    message=Message(None, f"番号 {number:06}"),
                    dedupe_key=f"code:{number}",
                    household_id=None,
                    expires_at=NOW + timedelta(hours=1),
                )
                enqueue(work_in(session, now=NOW), out)

    def messages(self) -> Counter[str]:
        with self.database.read() as session:
            return Counter(session.scalars(select(OutboxMessage.state)))

    def posted(self) -> Counter[str]:
        """How often each message reached the gateway whole, by its reference."""
        whole = [one.body for one in list(self.gateway.requests) if one.body.endswith(b"}")]
        return Counter(json.loads(body)["id"] for body in whole)

    def holder(self) -> int:
        """The process that matches requests now; 0 if none does."""
        with self.database.read() as session:
            name = session.scalar(select(JobRecord.holder).where(JobRecord.name == JobName.MATCH))
        return int(name.split(":")[1]) if name else 0

    def make_due(self) -> None:
        with self.database.write() as session:
            session.execute(update(JobRecord).values(next_at=NOW))

    def matched(self) -> int:
        with self.database.read() as session:
            rows = session.scalars(select(Redelivery.matched_at))
            return sum(at is not None for at in rows)


@pytest.fixture
def site(
    database: Database,
    database_url: str,
    sms_gateway: SmsGateway,
    start_server: StartServer,
    tmp_path: Path,
) -> Iterator[Site]:
    site = Site(database, database_url, make_settings(tmp_path), sms_gateway, start_server)
    yield site
    for server in site.started:
        server.stop()  # before another test gets this database


def test_messages_of_a_killed_worker_are_sent_by_another_under_the_same_number(site: Site) -> None:
    site.put_messages()
    site.gateway.delay = 0.2
    first = site.worker()
    site.gateway.wait(3)
    first.process.kill()
    first.process.wait()
    assert site.messages()["sending"] > 0
    site.gateway.delay = 0
    site.worker(ahead=LEASE + timedelta(seconds=1))
    until(lambda: site.messages() == {"sent": MESSAGES})
    posted = site.posted()
    assert len(posted) == MESSAGES
    assert max(posted.values()) <= 2  # what was on its way when the worker died


def test_a_stopped_worker_ends_what_it_sends_and_gives_back_what_it_has(site: Site) -> None:
    site.put_messages()
    site.gateway.delay = 0.2
    worker = site.worker()
    site.gateway.wait(3)
    assert worker.stop() == 0
    states = site.messages()
    assert set(states) <= {"sent", "waiting"}
    assert set(site.posted().values()) == {1}
    with site.database.read() as session:
        assert session.scalars(select(JobWorker)).all() == []
        assert set(session.scalars(select(JobRecord.holder))) == {None}
    site.gateway.delay = 0
    site.worker()
    until(lambda: site.messages() == {"sent": MESSAGES})
    assert set(site.posted().values()) == {1}


def at_work(site: Site, running: Sequence[Server]) -> Server | None:
    """The living worker that matches requests now; None if that one is dead, or nobody does."""
    pid = site.holder()
    return next((one for one in running if one.process.pid == pid), None)


def test_jobs_of_killed_workers_go_on_past_a_damaged_row(site: Site) -> None:
    post = make_post(site.database)
    requests = [post.ask_outside(address=f"203.0.{n}.7").id for n in range(REQUESTS)]
    damaged = requests[1]
    with site.database.write() as session:
        row = session.get_one(Request, damaged)
        row.sealed = (row.sealed or b"")[::-1]
    running = [site.worker(), site.worker()]
    for _kill in range(3):
        site.make_due()
        until(lambda: at_work(site, running) is not None or site.matched() == REQUESTS - 1)
        dead = at_work(site, running)
        if dead is None:
            break
        dead.process.kill()
        dead.process.wait()
        running[running.index(dead)] = site.worker()
    site.make_due()
    until(lambda: site.matched() == REQUESTS - 1)
    with site.database.read() as session:
        assert [(row.job, row.subject_id) for row in session.scalars(select(JobAside))] == [
            ("match", damaged)
        ]
        matched = select(AuditEvent.subject_id).where(AuditEvent.action == "redelivery.matched")
        once = Counter(session.scalars(matched))
        assert once == Counter(one for one in requests if one != damaged)
    assert {one.stop() for one in running} == {0}
