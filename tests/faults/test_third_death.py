"""Three deaths of a site's process within seconds end the server, and whoever watches restarts it.

systemd and compose do so (``Restart=always``, ``restart: unless-stopped``); here the test does.
"""

import os
import signal
import time
from pathlib import Path

from portal import health
from tests.support.programs.servers import PATIENCE, Server, StartServer
from tests.support.resident import make_settings, serve_resident


def children(server: Server) -> list[int]:
    pid = server.process.pid
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in listed.read_text().split()] if listed.exists() else []


def answers(server: Server) -> bool:
    return health.main([f"{server.url}/healthz"]) == 0


def wait_until_it_answers(server: Server) -> None:
    end = time.monotonic() + PATIENCE
    while not answers(server):
        assert time.monotonic() < end, server.output
        time.sleep(0.1)


def test_after_the_third_death_nothing_is_left_and_the_same_command_serves_again(
    database_url: str, start_server: StartServer, tmp_path: Path
) -> None:
    settings = make_settings(tmp_path)
    server = serve_resident(start_server, settings, database_url)
    wait_until_it_answers(server)
    killed: set[int] = set()
    end = time.monotonic() + PATIENCE
    while server.process.poll() is None:
        assert time.monotonic() < end, "the server goes on"
        for child in children(server):
            if child not in killed:
                os.kill(child, signal.SIGKILL)
                killed.add(child)
        time.sleep(0.02)
    assert len(killed) >= 2
    assert not answers(server)
    again = serve_resident(start_server, settings, database_url)
    wait_until_it_answers(again)
    again.stop()
