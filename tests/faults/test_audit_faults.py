"""Workers that seal audit events are killed: no event stays without its seal, none has two."""

import signal
import threading
import time
from pathlib import Path

from portal.domain.foundation.audit.queries import chain_status
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import DatabaseClock
from portal.platform.database import Database, make_engine
from tests.support.faults.oracle import chain_holds
from tests.support.programs.command import CommandLine
from tests.support.programs.servers import PATIENCE, Server, StartServer
from tests.support.work import work_in

KILLS = 5


def worker(portal: CommandLine, start_server: StartServer) -> Server:
    """A worker process that runs."""
    server = start_server(["portal", "work"], port=0, env=portal.environment(), wait=0)
    end = time.monotonic() + PATIENCE
    while "runs." not in server.output:
        assert server.process.poll() is None, server.output
        assert time.monotonic() < end
        time.sleep(0.02)
    return server


def sealed(database: Database) -> bool:
    """Whether no event waits for its seal."""
    with database.read() as session:
        return not chain_status(session, DatabaseClock().now(session)).waiting_for


def test_two_workers_are_killed_while_they_seal(
    empty_database_url: str, tmp_path: Path, start_server: StartServer
) -> None:
    ward = tmp_path / "ward"
    ward.mkdir()
    extra = {"PORTAL_ENVIRONMENT": "test", "PORTAL_AUDIT_HEADS": str(ward)}
    portal = CommandLine(tmp_path / "data", empty_database_url, language="en", extra=extra)
    assert portal.run("init").returncode == 0
    database = Database(make_engine(empty_database_url))
    stop = threading.Event()
    written = 0

    def write() -> None:
        nonlocal written
        while not stop.is_set():
            with database.write() as session:
                now = DatabaseClock().now(session)
                for _ in range(5):
                    record(work_in(session, now=now), "act", "test", written)
                    written += 1
            time.sleep(0.01)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(KILLS):
            pair = [worker(portal, start_server) for _ in range(2)]
            time.sleep(1.0)
            for server in pair:
                server.process.kill()
                server.process.wait()
    finally:
        stop.set()
        writer.join()
    last = worker(portal, start_server)
    end = time.monotonic() + PATIENCE
    while not sealed(database):
        assert time.monotonic() < end, "events stay without a seal"
        time.sleep(0.1)
    last.process.send_signal(signal.SIGTERM)
    last.process.wait()
    chain_holds(database)
    done = portal.run("audit", "verify", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    database.engine.dispose()
