"""Sites as processes that a supervisor keeps: started by `portal serve`, killed, started again."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from portal.settings import Settings
from tests.support.faults.cluster import children_of
from tests.support.programs.servers import PATIENCE, ROOT, clean_environment, free_port
from tests.support.resident import NOON

UNIT = ROOT / ".github" / "systemd" / "portal@.service"
RESTARTS_AFTER = float(re.findall(r"^RestartSec=(\d+)$", UNIT.read_text("utf-8"), re.MULTILINE)[0])
"""Seconds that the supervisor waits, as the unit that we supply."""


def offset_from(now: datetime = NOON) -> timedelta:
    """Return how far the sites' clock is from this machine's, so that it is noon in summer."""
    return now - datetime.now(UTC)


@dataclass
class Node:
    """One `portal serve`, with the supervisor that starts it again after a moment.

    Attributes:
        settings: Program and keys.
        database_url: Its database.
        log: The file that it writes to.
        offset: How far its clock is from this machine's.
        site: `resident` or `staff`.
        workers: Processes that answer.
        extra: Further environment.
        prefix: What runs it, for example `faketime`.
        source: The folder of the program; another one holds another version of it.
        began: Seconds from its last start by hand to its first answer.
        returned: Seconds from each death to its first answer; from the last blow, if it died again
            or lost a worker before that.
    """

    settings: Settings
    database_url: str
    log: Path
    offset: timedelta
    site: str = "resident"
    workers: int = 2
    extra: Mapping[str, str] = field(default_factory=dict)
    prefix: Sequence[str] = ()
    source: Path = ROOT
    port: int = field(default_factory=free_port)
    began: float = 0.0
    returned: list[float] = field(default_factory=list)
    process: subprocess.Popen[bytes] | None = None
    _worker_lost: float = 0.0
    _supervised: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        """Address without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, wait for its first answer, and keep it running."""
        launched = time.monotonic()
        self._launch()
        self.wait()
        self.began = time.monotonic() - launched
        self._supervised.set()
        threading.Thread(target=self._supervise, daemon=True).start()

    def stop(self) -> None:
        """End it as an operator does."""
        self._supervised.clear()
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                self.kill()

    def restart(self) -> None:
        """Stop it and start it again, as for another version."""
        self.stop()
        self.start()

    def kill(self) -> None:
        """Kill all its processes at once."""
        assert self.process is not None
        for pid in (self.process.pid, *self.worker_pids()):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def kill_worker(self, number: int) -> None:
        """Kill one of its workers."""
        pids = self.worker_pids()
        if pids:
            self._worker_lost = time.monotonic()
            with contextlib.suppress(ProcessLookupError):
                os.kill(pids[number % len(pids)], signal.SIGKILL)

    def worker_pids(self) -> list[int]:
        """Return the numbers of its workers."""
        return children_of(self.process.pid) if self.process is not None else []

    def wait(self, path: str = "/healthz", status: int = 200) -> None:
        """Return when it answers so."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if self._answers(path, status):
                return
            if not self._supervised.is_set() and self.process and self.process.poll() is not None:
                break
            time.sleep(0.1)
        raise AssertionError(f"{path} is not {status}: {self.log.read_text('utf-8')[-3000:]}")

    def _answers(self, path: str, status: int) -> bool:
        with contextlib.suppress(httpx.HTTPError):
            return httpx.get(self.url + path, timeout=30).status_code == status
        return False

    def _launch(self) -> None:
        env = {
            "PORTAL_PROGRAM": self.settings.program,
            "PORTAL_DATA_DIR": str(self.settings.data_dir),
            "PORTAL_KEY_DIR": str(self.settings.key_dir),
            "PORTAL_DATABASE_URL": self.database_url,
            "PORTAL_ENVIRONMENT": "test",
            "PORTAL_CLOCK_OFFSET": str(self.offset.total_seconds()),
            "PORTAL_PUBLIC_URL": self.url,
            "PORTAL_ADMIN_URL": self.url,
            "LANG": "ja_JP.UTF-8",
            "PYTHONPATH": str(self.source),
        }
        command = [sys.executable, "-m", "portal", "serve", self.site, "--port", str(self.port)]
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [*self.prefix, *command, "--workers", str(self.workers)],
                cwd=self.source,
                env=clean_environment(**(env | dict(self.extra))),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _supervise(self) -> None:
        """Start it again whenever it ended, also while it was starting, as systemd does."""
        died: float | None = None
        while self._supervised.is_set():
            if self.process is not None and self.process.poll() is not None:
                died = time.monotonic()
                time.sleep(RESTARTS_AFTER)
                if not self._supervised.is_set():
                    return
                self._launch()
            elif died is not None and self._answers("/healthz", 200):
                self.returned.append(time.monotonic() - max(died, self._worker_lost))
                died = None
            time.sleep(0.1)


@contextlib.contextmanager
def serving(*nodes: Node) -> Iterator[Sequence[Node]]:
    """Start nodes, and end them after the block."""
    try:
        for node in nodes:
            node.start()
        yield nodes
    finally:
        for node in nodes:
            node.stop()
