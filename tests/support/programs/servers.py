"""Starts programs of the project as a person would, waits until they answer and ends them."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


PATIENCE = 300.0
"""Seconds until a test gives up on what must come: far beyond what the slowest machine needs."""


def until(true: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """Wait for what must come about."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.02)


def free_port() -> int:
    """A TCP port of this machine that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def clean_environment(**added: str) -> dict[str, str]:
    """The environment without the settings of who runs the tests, plus what the test gives."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    return kept | added


@dataclass
class Server:
    """A running program with what it has printed so far."""

    process: subprocess.Popen[bytes]
    log: Path
    port: int

    @property
    def url(self) -> str:
        """Address without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def output(self) -> str:
        """Everything that the program wrote to stdout and stderr."""
        return self.log.read_text("utf-8", "replace")

    def wait(self, seconds: float = PATIENCE) -> None:
        """Return when the port answers; else fail the test with the program's output."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and self.process.poll() is None:
            with socket.socket() as probe:
                probe.settimeout(0.5)
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        pytest.fail(
            f"the server does not answer on port {self.port}:\n{self.output[-4000:]}", pytrace=False
        )

    def stop(self, seconds: float = PATIENCE) -> int:
        """End the program as an operator does (SIGTERM) and return its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout=seconds)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                pytest.fail(
                    f"the server did not end within {seconds} s of SIGTERM:\n{self.output[-4000:]}"
                )
        return self.process.returncode


StartServer = Callable[..., Server]


@pytest.fixture(scope="session")
def start_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartServer]:
    """Start `python -m …`: `start_server(["portal", "serve", …], port=port, env={…})`.

    Ended after the run.
    """
    folder = tmp_path_factory.mktemp("servers")
    servers: list[Server] = []

    def start(
        module: Sequence[str],
        *,
        port: int,
        env: dict[str, str] | None = None,
        wait: float = PATIENCE,
    ) -> Server:
        log = folder / f"{len(servers)}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", *module],
                cwd=ROOT,
                env=clean_environment(**(env or {})),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        server = Server(process, log, port)
        servers.append(server)
        if wait:
            server.wait(wait)
        return server

    yield start
    for server in reversed(servers):
        server.stop()
