"""A PostgreSQL server of a test's own, which can be killed, stopped and started again."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from portal.platform import migrations
from portal.platform.database import Database, make_engine
from tests.support.programs.postgres_server import (
    POSTGRES_SETTINGS,
    free_port,
    postgres_programs,
    unprivileged,
)
from tests.support.programs.servers import PATIENCE

DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
"""As in production: what was acknowledged is on the disk."""


@dataclass
class PostgresServer:
    """One cluster in a folder."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)
    host: str = "127.0.0.1"
    port: int = field(default_factory=free_port)
    prefix: tuple[str, ...] = ()
    """What runs the server, for example in another network."""
    process: subprocess.Popen[bytes] | None = None

    def make(self) -> None:
        """Make the cluster's files; the role `portal` is its superuser, without a password.

        Files that were kept are taken as they are.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        self._user = unprivileged(self.folder)
        if (self.folder / "data").exists():
            return
        made = subprocess.run(
            [
                self._program("initdb"),
                *("-D", str(self.folder / "data"), "-U", "portal", "--auth=trust"),
                *("--encoding=UTF8", "--locale=C", "--no-sync"),
            ],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            **self._user,
        )
        assert made.returncode == 0, made.stderr
        rules = "host all all 0.0.0.0/0 trust\nhost replication all 0.0.0.0/0 trust\n"
        with (self.folder / "data" / "pg_hba.conf").open("a") as file:
            file.write(rules)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        settings = POSTGRES_SETTINGS | DURABLE | {"listen_addresses": self.host} | self.settings
        options = [f"--{name}={value}" for name, value in settings.items()]
        data = self.folder / "data"
        command = [*self.prefix, self._program("postgres"), "-D", str(data), "-p", str(self.port)]
        until = time.monotonic() + PATIENCE
        while True:
            with (self.folder / "log").open("ab") as log:
                output: Any = {"stdout": log, "stderr": log, "start_new_session": True}
                self.process = subprocess.Popen(
                    [*command, "-k", str(self.folder), *options],
                    cwd=self.folder,
                    **output,
                    **({} if self.prefix else self._user),
                )
            if self._answers():
                return
            # what a killed server left behind may still be there for a moment
            assert time.monotonic() < until, (self.folder / "log").read_text()[-2000:]
            time.sleep(0.2)

    def kill(self) -> None:
        """End it at once with all its processes, as when the power fails."""
        assert self.process is not None
        family = [self.process.pid, *children_of(self.process.pid)]
        for pid in family:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it properly: connections are cut, nothing is lost."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self.kill()

    def url(self, name: str = "postgres", port: int = 0) -> str:
        """Return the address of a database, perhaps through another port."""
        return f"postgresql://portal@{self.host}:{port or self.port}/{name}"

    def create_empty(self, name: str = "portal") -> str:
        """Make a database without tables, and return its address."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return self.url(name)

    def create(self, name: str = "portal") -> str:
        """Make a database with all tables, and return its address."""
        engine = make_engine(self.create_empty(name))
        migrations.create_tables(engine)
        engine.dispose()
        return self.url(name)

    def _program(self, name: str) -> str:
        programs = postgres_programs()
        assert programs is not None, "PostgreSQL's server programs are missing"
        return str(programs / name)

    def _answers(self) -> bool:
        while self.process is not None and self.process.poll() is None:
            try:
                psycopg.connect(self.url(), connect_timeout=2).close()
            except psycopg.OperationalError:
                time.sleep(0.1)
            else:
                return True
        return False


@contextlib.contextmanager
def running(server: PostgresServer) -> Iterator[PostgresServer]:
    """Make and start a server, and take everything away after the block."""
    try:
        server.make()
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(server.folder, ignore_errors=True)


@contextlib.contextmanager
def opened(url: str) -> Iterator[Database]:
    """Open a database for the test itself."""
    engine = make_engine(url)
    try:
        yield Database(engine)
    finally:
        engine.dispose()


def reachable(folder: Path) -> Path:
    """Let other users pass through a folder of pytest's, which root's servers run as."""
    for above in (folder, *folder.parents):
        mode = above.stat().st_mode
        if mode & 0o011 != 0o011:
            above.chmod(mode | 0o055)
    return folder


def children_of(pid: int) -> list[int]:
    """Return the numbers of a process's children, and of theirs."""
    found: list[int] = []
    with contextlib.suppress(OSError):  # it may end meanwhile
        for path in Path(f"/proc/{pid}/task").glob("*/children"):
            with contextlib.suppress(OSError):
                found += [int(number) for number in path.read_text().split()]
    return found + [grandchild for child in found for grandchild in children_of(child)]
