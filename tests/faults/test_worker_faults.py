"""Workers that are killed or stopped at work: nothing is lost, and another one goes on."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.jobs.models import JobAside, JobRecord, JobWorker
from portal.domain.foundation.jobs.names import JobName
from portal.domain.people.notices.messages import Message
from portal.domain.people.notices.services import LEASE, Outgoing, enqueue
from portal.domain.requests.redeliveries.models import Redelivery
from portal.domain.requests.requests.models import Request
from portal.platform.database import Database
from tests.functional.requests.redeliveries.support import NOW, make_post
from tests.support.faults.post import Post
from tests.support.programs.servers import Server, StartServer, until
from tests.support.programs.sms import SmsGateway
from tests.support.resident import make_settings
from tests.support.work import work_in

MESSAGES, REQUESTS = 24, 60


class Site(Post):
    """A deployment whose workers are killed; its clock goes on from ``NOW``."""

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
    site = Site(database, database_url, make_settings(tmp_path), sms_gateway, start_server, NOW)
    yield site
    site.stop()  # before another test gets this database


def test_messages_of_a_killed_worker_are_sent_by_another_under_the_same_number(site: Site) -> None:
    site.put_messages()
    site.gateway.delay = 0.2
    first = site.worker()
    site.gateway.wait(3)
    first.process.kill()
    first.process.wait()
    assert site.states()["sending"] > 0
    site.gateway.delay = 0
    site.worker(ahead=LEASE + timedelta(seconds=1))
    until(lambda: site.states() == {"sent": MESSAGES})
    arrived = site.arrived()
    assert len(arrived) == MESSAGES
    assert max(arrived.values()) <= 2  # what was on its way when the worker died


def test_a_stopped_worker_ends_what_it_sends_and_gives_back_what_it_has(site: Site) -> None:
    site.put_messages()
    site.gateway.delay = 0.2
    worker = site.worker()
    site.gateway.wait(3)
    assert worker.stop() == 0
    states = site.states()
    assert set(states) <= {"sent", "waiting"}
    assert set(site.arrived().values()) == {1}
    with site.database.read() as session:
        assert session.scalars(select(JobWorker)).all() == []
        assert set(session.scalars(select(JobRecord.holder))) == {None}
    site.gateway.delay = 0
    site.worker()
    until(lambda: site.states() == {"sent": MESSAGES})
    assert set(site.arrived().values()) == {1}


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
