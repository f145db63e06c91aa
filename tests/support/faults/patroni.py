"""Three PostgreSQL nodes under Patroni with etcd, and HAProxy before them, of Debian's packages.

All on this machine's loopback, as the user `postgres` where the tests run as root.
"""

import contextlib
import json
import os
import pwd
import shutil
import signal
import subprocess
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, LiteralString

import psycopg

from tests.support.faults.cluster import children_of
from tests.support.programs.postgres_server import postgres_programs
from tests.support.programs.servers import PATIENCE, free_port

PACKAGES = "patroni etcd-server python3-etcd haproxy pgbouncer"
NODE = """
scope: portal
name: {name}
restapi: {{listen: "127.0.0.1:{rest}", connect_address: "127.0.0.1:{rest}"}}
etcd3: {{host: "127.0.0.1:{etcd}"}}
bootstrap:
  dcs:
    ttl: 20
    loop_wait: 5
    retry_timeout: 5
    maximum_lag_on_failover: 1048576
    synchronous_mode: true
    postgresql:
      use_pg_rewind: true
      parameters:
        {{max_connections: 60, shared_buffers: 32MB, wal_keep_size: 64MB, wal_log_hints: "on"}}
  initdb: [{{encoding: UTF8}}, {{locale: C}}]
postgresql:
  listen: "127.0.0.1:{port}"
  connect_address: "127.0.0.1:{port}"
  data_dir: {folder}/data
  bin_dir: {programs}
  pgpass: {folder}/pgpass
  pg_hba: ["local all all trust", "host all all 127.0.0.1/32 trust",
           "host replication all 127.0.0.1/32 trust"]
  authentication:
    superuser: {{username: portal, password: portal}}
    replication: {{username: replicator, password: replicator}}
  parameters: {{unix_socket_directories: {folder}}}
"""
HAPROXY = """
global
  maxconn 500
defaults
  mode tcp
  timeout connect 2s
  timeout client 10m
  timeout server 10m
listen primary
  bind 127.0.0.1:{port}
  option httpchk OPTIONS /primary
  http-check expect status 200
  option redispatch 1
  default-server {checks} on-marked-down shutdown-sessions
"""
CHECKS = "inter 500 fastinter 100 downinter 250 fall 2 rise 1"
"""Without `redispatch` HAProxy tries the node that was just stopped three times, a second apart."""


def missing_programs() -> list[str]:
    """Return which of the programs are not installed."""
    wanted = ("patroni", "patronictl", "etcd", "haproxy", "pgbouncer")
    return [
        name for name in wanted if not shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    ]


@dataclass
class Member:
    """One node: Patroni and the server that it runs."""

    name: str
    folder: Path
    port: int = field(default_factory=free_port)
    rest: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def config(self) -> Path:
        """Its configuration."""
        return self.folder / "patroni.yml"

    def status(self) -> dict[str, Any]:
        """Return what Patroni says of the node; empty where it does not answer."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.rest}/patroni", timeout=2) as said:
                found: dict[str, Any] = json.load(said)
        except OSError:
            return {}
        return found


@dataclass
class PatroniCluster:
    """Etcd, three nodes, and the port that leads to the primary."""

    folder: Path
    members: list[Member]
    etcd: int = field(default_factory=free_port)
    primary_port: int = field(default_factory=free_port)
    _others: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self) -> None:
        """Start everything, and wait until one node is primary and two follow."""
        etcd = f"http://127.0.0.1:{self.etcd}"
        peer = f"http://127.0.0.1:{free_port()}"
        self._others.append(
            self._run(
                *("etcd", "--data-dir", f"{self.folder}/etcd", "--listen-client-urls", etcd),
                *("--advertise-client-urls", etcd, "--listen-peer-urls", peer),
                *("--initial-advertise-peer-urls", peer, "--initial-cluster", f"default={peer}"),
                log="etcd.log",
            )
        )
        for member in self.members:
            self.launch(member)
        text = HAPROXY.format(port=self.primary_port, checks=CHECKS)
        for member in self.members:
            text += f"  server {member.name} 127.0.0.1:{member.port} check port {member.rest}\n"
        (self.folder / "haproxy.cfg").write_text(text)
        config = str(self.folder / "haproxy.cfg")
        self._others.append(self._run("haproxy", "-db", "-f", config, log="haproxy.log"))
        self.wait_whole()

    def launch(self, member: Member) -> None:
        """Start one node."""
        member.folder.mkdir(exist_ok=True)
        names = {"programs": postgres_programs(), "etcd": self.etcd, "folder": member.folder}
        member.config.write_text(
            NODE.format(name=member.name, port=member.port, rest=member.rest, **names)
        )
        if os.geteuid() == 0:
            shutil.chown(member.folder, "postgres", "postgres")
        member.process = self._run("patroni", str(member.config), log=f"{member.name}.log")

    def kill(self, member: Member) -> None:
        """Kill Patroni and its server at once, as when their machine loses power."""
        assert member.process is not None
        for pid in [member.process.pid, *children_of(member.process.pid)]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(OSError, ValueError):
            postmaster = int((member.folder / "data" / "postmaster.pid").read_text().split()[0])
            for pid in [postmaster, *children_of(postmaster)]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        member.process.wait()

    def switch(self, old: Member, new: Member) -> None:
        """Make another node the primary, as an operator does before maintenance."""
        command = ["patronictl", "-c", str(old.config), "switchover", "portal", "--force"]
        child = self._run(*command, "--leader", old.name, "--candidate", new.name, log="switch.log")
        assert child.wait(timeout=120) == 0, (self.folder / "switch.log").read_text()

    def leader(self) -> Member:
        """Return the primary, as soon as there is one."""
        found: list[Member] = []

        def there() -> bool:
            found[:] = [one for one in self.members if one.status().get("role") == "primary"]
            return len(found) == 1

        self._until(there, "no primary")
        return found[0]

    def synchronous(self) -> Member:
        """Return the node that confirms each COMMIT."""
        found: list[Member] = []

        def there() -> bool:
            found[:] = [one for one in self.members if one.status().get("sync_standby")]
            return bool(found)

        self._until(there, "no synchronous node")
        return found[0]

    def wait_whole(self) -> None:
        """Return when all nodes run, one of them synchronous."""
        self._until(
            lambda: (
                all(one.status().get("state") == "running" for one in self.members)
                and len(self.leader().status().get("replication", ())) == len(self.members) - 1
            ),
            "not every node runs",
        )
        self.synchronous()

    def hosts(self, name: str) -> str:
        """Return the address with all three hosts, of which one can be written."""
        hosts = ",".join(f"127.0.0.1:{member.port}" for member in self.members)
        return f"postgresql://portal:portal@{hosts}/{name}"

    def create(self, name: str = "portal") -> str:
        """Make a database, and return its address by three hosts."""
        url = f"postgresql://portal:portal@127.0.0.1:{self.leader().port}/postgres"
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return self.hosts(name)

    def stop(self) -> None:
        """End everything."""
        for member in self.members:
            if member.process is not None and member.process.poll() is None:
                self.kill(member)
        for other in self._others:
            other.kill()
            other.wait()

    def _run(self, *command: str, log: str) -> subprocess.Popen[bytes]:
        options: dict[str, Any] = {}
        if os.geteuid() == 0:
            account = pwd.getpwnam("postgres")
            options = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        environment = {
            "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin",
            "LANG": "C.UTF-8",
            "HOME": str(self.folder),
        }
        with (self.folder / log).open("ab") as output:
            return subprocess.Popen(
                command,
                cwd=self.folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **options,
            )

    def _until(self, there: Callable[[], bool], otherwise: str) -> None:
        until = time.monotonic() + PATIENCE
        while not there():
            assert time.monotonic() < until, f"{otherwise}: {self._logs()}"
            time.sleep(0.2)

    def _logs(self) -> str:
        return "\n".join(path.read_text()[-1500:] for path in self.folder.glob("*.log"))


@dataclass
class Writer:
    """Somebody who writes a row again and again on one way, to see how long that way is closed.

    Attributes:
        url: The way, for example past every proxy.
        statement: What is written, into which table.
        written: When a row was confirmed, by the monotonic clock.
    """

    url: str
    statement: LiteralString = "INSERT INTO written_again DEFAULT VALUES"
    written: list[float] = field(default_factory=list)
    _ended: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> "Writer":
        """Begin; an error is a closed way, and the next try follows at once."""
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """End, with the row that is being written."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join()

    def closed(self, moment: float, until: float = float("inf")) -> float:
        """Return the longest time without a row, in seconds, that began between two moments."""
        since = [one for one in self.written if one > moment]
        return max((b - a for a, b in pairwise([moment, *since]) if a < until), default=0.0)

    def _work(self) -> None:
        while not self._ended.wait(0.05):
            with (
                contextlib.suppress(psycopg.Error),
                psycopg.connect(
                    self.url,
                    autocommit=True,
                    connect_timeout=2,
                    prepare_threshold=None,
                    target_session_attrs="read-write",
                ) as connection,
            ):
                while not self._ended.wait(0.05):
                    connection.execute(self.statement)
                    self.written.append(time.monotonic())


@contextlib.contextmanager
def writing(**ways: str) -> Iterator[dict[str, Writer]]:
    """Write on several ways to one database for the block."""
    first = next(iter(ways.values()))
    with psycopg.connect(first, autocommit=True, target_session_attrs="read-write") as connection:
        connection.execute("CREATE TABLE written_again (id serial, at timestamptz DEFAULT now())")
    writers = {name: Writer(url).start() for name, url in ways.items()}
    try:
        yield writers
    finally:
        for writer in writers.values():
            writer.stop()


@contextlib.contextmanager
def three_nodes(folder: Path) -> Iterator[PatroniCluster]:
    """Run the cluster for the block."""
    folder.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    cluster = PatroniCluster(folder, [Member(f"node{n}", folder / f"node{n}") for n in (1, 2, 3)])
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
