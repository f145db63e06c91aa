"""Workers that send what families are told, to a gateway that counts what came."""

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from portal.domain.people.notices.models import OutboxMessage
from portal.domain.people.notices.services import LEASE
from portal.domain.people.notices.states import MessageState
from portal.platform.database import Database
from portal.settings import Settings
from tests.support.programs.servers import Server, StartServer, until
from tests.support.programs.sms import SmsGateway
from tests.support.resident import NOON

JOB_LEASE = 3


@dataclass
class Post:
    """The workers of one deployment, as real processes.

    Attributes:
        database: Its database, for the test.
        url: The database's address for the workers, perhaps by a line that fails.
        settings: Program and keys.
        gateway: Where the messages go.
        start_server: Starts a program.
        begins: What a worker's clock shows now.
        started: All workers, also those that were killed.
    """

    database: Database
    url: str
    settings: Settings
    gateway: SmsGateway
    start_server: StartServer
    begins: datetime = NOON
    started: list[Server] = field(default_factory=list)

    def worker(self, ahead: timedelta = timedelta()) -> Server:
        """Start a worker, whose clock may be ahead, and return when it runs."""
        offset = (self.begins + ahead - datetime.now(UTC)).total_seconds()
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

    def kill(self) -> None:
        """Kill the worker that was started last, in the middle of what it does."""
        self.started[-1].process.kill()
        self.started[-1].process.wait()

    def stop(self) -> None:
        """End all workers."""
        for server in self.started:
            server.stop()

    def states(self) -> Counter[str]:
        """Return how many messages are in each state."""
        with self.database.read() as session:
            return Counter(session.scalars(select(OutboxMessage.state)))

    def arrived(self) -> Counter[str]:
        """Return how often each message came whole to the gateway, by its reference."""
        whole = [one.body for one in list(self.gateway.requests) if one.body.endswith(b"}")]
        return Counter(json.loads(body)["id"] for body in whole)

    def send_all(self) -> Counter[str]:
        """Let a worker send what is left, also what dead ones had taken, and return ``arrived``."""
        self.stop()
        self.gateway.release()
        self.worker(ahead=LEASE + timedelta(seconds=1))
        until(lambda: set(self.states()) <= {MessageState.SENT})
        self.stop()
        return self.arrived()
