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
from typing import TYPE_CHECKING, BinaryIO

import pytest

if TYPE_CHECKING:
    from tests.support.programs.warm import Program

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

    process: "subprocess.Popen[bytes] | Program"
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


class Servers:
    """Starts programs of one test, or of a whole run, and ends them with it.

    Warm, the sites are forked from a process that has read their modules: to read them costs as
    much as thirty pages.
    """

    def __init__(self, folder: Path, *, warm: bool = False) -> None:
        self._folder = folder
        self._warm = warm
        self._started: list[Server] = []

    def start(
        self,
        module: Sequence[str],
        *,
        port: int,
        env: dict[str, str] | None = None,
        wait: float = PATIENCE,
    ) -> Server:
        """Start `python -m …`: `start(["portal", "serve", …], port=port, env={…})`."""
        log = self._folder / f"{len(self._started)}.log"
        with log.open("wb") as output:
            process = self._process(module, clean_environment(**(env or {})), output)
        server = Server(process, log, port)
        self._started.append(server)
        if wait:
            server.wait(wait)
        return server

    def _process(
        self, module: Sequence[str], env: dict[str, str], output: BinaryIO
    ) -> "subprocess.Popen[bytes] | Program":
        match (self._warm, *module):
            case (True, "portal", "serve", site, "--port", port):
                from tests.support.programs.warm import start

                name = "tests.support.programs.warm_site"
                return start(name, site, port, env=env, log=output.fileno())
        return subprocess.Popen(
            [sys.executable, "-m", *module],
            cwd=ROOT,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )

    def end(self) -> None:
        """End them all, the last one first."""
        for server in reversed(self._started):
            server.stop()


@pytest.fixture
def start_server(
    tmp_path_factory: pytest.TempPathFactory,
    new_postgres: Callable[[bool], str],
    new_sqlite: Callable[[bool], str],
) -> Iterator[StartServer]:
    """Start a program that ends with the test.

    It asks for the databases that tests hand on, so that it ends before they are handed on: a
    worker of one test would do what the next one begins.
    """
    servers = Servers(tmp_path_factory.mktemp("servers"))
    yield servers.start
    servers.end()


@pytest.fixture(scope="session")
def start_lasting_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartServer]:
    """Start a program that serves many tests and ends with the run."""
    servers = Servers(tmp_path_factory.mktemp("servers"), warm=True)
    yield servers.start
    servers.end()
