"""What is seen from outside when something is full or away; people notice none of it.

F6 of ``security.md`` §8 and what ``/readyz`` says of full disks and standbys.
"""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from portal.domain.foundation.clock import DatabaseClock
from portal.platform.database import Database
from portal.platform.migrations import create_tables
from portal.platform.readiness import EVERY, Readiness
from portal.settings import Settings
from tests.functional.platform.test_metrics import read, value
from tests.functional.platform.test_readiness import Watch
from tests.support.faults import oracle
from tests.support.faults.cluster import PostgresServer, opened, reachable, running
from tests.support.faults.load import Load, add_families
from tests.support.faults.nodes import Node, offset_from
from tests.support.faults.small_disks import small_disk
from tests.support.programs.postgres_server import postgres_programs, unprivileged
from tests.support.programs.servers import StartServer, free_port
from tests.support.resident import NOON


def test_f6_sites_go_on_when_no_log_line_can_be_written_and_an_alarm_can_sound(
    resident_settings: Settings,
    database: Database,
    database_url: str,
    start_server: StartServer,
    tmp_path: Path,
) -> None:
    offset, port = offset_from(), free_port()
    watched = {
        "PORTAL_METRICS": f"127.0.0.1:{port}",
        "PORTAL_METRICS_DIR": str(tmp_path / "metrics"),
        "PORTAL_LOG_FORMAT": "json",
    }
    families = add_families(database, tmp_path, 4, NOON)
    with small_disk(tmp_path / "logs", 1) as disk:
        disk.fill()
        log = disk.folder / "node.log"
        node = Node(resident_settings, database_url, log, offset, workers=1, extra=watched)
        try:
            node.start()
            load = Load([node.url], families, offset).start().finish()
            assert set(load.statuses) <= {303, 422}, load.statuses
            oracle.check(database, families)
            env = {
                "PORTAL_PROGRAM": resident_settings.program,
                "PORTAL_DATA_DIR": str(tmp_path),
                "PORTAL_KEY_DIR": str(resident_settings.key_dir),
                "PORTAL_DATABASE_URL": database_url,
                "PORTAL_ENVIRONMENT": "test",
            }
            start_server(["portal", "metrics"], port=port, env=env | watched)
            text = read(f"http://127.0.0.1:{port}/metrics")
        finally:
            node.stop()
        assert log.stat().st_size == 0
    lost = value(text, "portal_log_lines_lost_total", site="resident")
    assert lost is not None
    assert lost >= load.statuses[303]
    assert value(text, "portal_processes", site="resident") == 1
    answers = value(
        text,
        "portal_requests_total",
        site="resident",
        method="POST",
        route="/decline/code/submit",
        status="3xx",
    )
    assert answers == 4
    for family in families:
        assert family.receipt not in text


def test_readyz_finds_a_full_disk_under_sqlite_and_room_again(
    resident_settings: Settings, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "disk", 24) as disk:
        url = f"sqlite:///{disk.folder}/portal.sqlite3"
        with opened(url) as database:
            create_tables(database.engine)
            watch = Watch()
            readiness = Readiness(database, watch)
            assert readiness.reason() is None
            disk.fill()
            watch.seconds += EVERY
            assert readiness.reason() == "disk_full"
            disk.free()
            watch.seconds += EVERY
            assert readiness.reason() is None


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    folder = reachable(tmp_path_factory.mktemp("server"))
    with running(PostgresServer(folder / "one", {"wal_level": "replica"})) as started:
        yield started


def test_readyz_finds_a_full_tablespace_though_its_row_has_room(
    server: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = reachable(tmp_path_factory.mktemp("tablespace"))
    owner = unprivileged(folder).get("user")
    with small_disk(folder / "disk", 64, owner) as disk:
        place = disk.folder / "tables"
        place.mkdir()
        if owner is not None:
            shutil.chown(place, owner)
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute(f"CREATE TABLESPACE small LOCATION '{place}'".encode())
            connection.execute(b"CREATE DATABASE portal TABLESPACE small")
        with opened(server.url("portal")) as database:
            create_tables(database.engine)
            watch = Watch()
            readiness = Readiness(database, watch)
            assert readiness.reason() is None
            disk.fill()
            for _look in range(3):
                watch.seconds += EVERY
                assert readiness.reason() == "disk_full"
            disk.free()
            watch.seconds += EVERY
            assert readiness.reason() is None


@contextmanager
def standby_of(server: PostgresServer) -> Iterator[PostgresServer]:
    """A hot standby: it answers what is read, and takes nothing that is written."""
    second = PostgresServer(server.folder.parent / "standby")
    second.folder.mkdir()
    second._user = unprivileged(second.folder)
    programs = postgres_programs()
    assert programs is not None
    copied = [
        str(programs / "pg_basebackup"),
        "-D",
        str(second.folder / "data"),
        "-R",
        "-X",
        "stream",
    ]
    at = ["-h", server.host, "-p", str(server.port), "-U", "portal", "-c", "fast"]
    subprocess.run([*copied, *at], check=True, cwd=second.folder, **second._user)
    try:
        second.start()
        yield second
    finally:
        second.stop()


def test_a_standby_is_not_ready(server: PostgresServer) -> None:
    server.create()
    with standby_of(server) as standby:
        with opened(standby.url("portal")) as new:
            assert Readiness(new).reason() in {"database_lost", "read_only"}
        # connections to what only now became a standby are kept: the write itself is refused
        with opened(standby.url("portal") + "?target_session_attrs=any") as kept:
            with kept.read() as session:
                DatabaseClock().now(session)
            assert Readiness(kept).reason() == "read_only"
