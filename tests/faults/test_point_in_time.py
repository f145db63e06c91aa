"""pgBackRest, as the guide sets it up, brings a ward back to the second before an accident."""

import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psycopg
import pytest

from portal.platform.backups.manifest import Figures, figures_of
from portal.platform.database import Database
from portal.platform.schema import require_current
from tests.support.faults.cluster import PostgresServer, opened, running
from tests.support.mailroom.roster import Ward
from tests.support.programs.debian import prepare_machine
from tests.support.programs.servers import PATIENCE

CONFIG = """[global]
repo1-path={folder}/repository
repo1-retention-full=2
repo1-cipher-type=aes-256-cbc
repo1-cipher-pass=a-pass-phrase-of-the-test
log-level-file=off
lock-path={folder}/locks
start-fast=y

[ward]
pg1-path={folder}/data
pg1-port={port}
pg1-socket-path={folder}
pg1-user=portal
"""


@dataclass
class Archived:
    """A server whose changes are archived as they happen."""

    server: PostgresServer

    def pgbackrest(self, *words: str) -> None:
        done = subprocess.run(
            [
                "pgbackrest",
                f"--config={self.server.folder}/pgbackrest.conf",
                "--stanza=ward",
                *words,
            ],
            cwd=self.server.folder,
            capture_output=True,
            text=True,
            check=False,
            **self.server._user,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def ask(self, query: str) -> object:
        with psycopg.connect(self.server.url("portal"), autocommit=True) as connection:
            row = connection.execute(query.encode()).fetchone()
            return row[0] if row is not None else None

    def figures(self) -> Figures:
        with opened(self.server.url("portal")) as database, database.read() as session:
            return figures_of(session)


@pytest.fixture
def archived() -> Iterator[Archived]:
    prepare_machine(("pgBackRest",))
    # not below pytest's folder: PostgreSQL's user has no way through it
    folder = Path(tempfile.mkdtemp(prefix="portal-point-in-time-"))
    server = PostgresServer(folder)
    push = f"pgbackrest --config={folder}/pgbackrest.conf --stanza=ward archive-push %p"
    server.settings = {"archive_mode": "on", "archive_command": push, "wal_level": "replica"}
    with running(server):
        (folder / "pgbackrest.conf").write_text(
            CONFIG.format(folder=folder, port=server.port), "utf-8"
        )
        yield Archived(server)


def test_the_second_before_an_accident_comes_back(archived: Archived, tmp_path: Path) -> None:
    url = archived.server.create()
    archived.pgbackrest("stanza-create")
    archived.pgbackrest("check")
    archived.pgbackrest("--type=full", "backup")
    with opened(url) as database:
        Ward(database, tmp_path).hand_over()  # after the backup: only the archive has it
    before = archived.figures()
    assert before.children > 0
    time.sleep(1.1)
    instant = archived.ask("SELECT now()")
    assert isinstance(instant, datetime)
    time.sleep(1.1)
    archived.ask("UPDATE entitlement SET amount_yen = 1 RETURNING id")  # the accident
    assert archived.figures().yen == before.children
    archived.ask("SELECT pg_switch_wal()")
    archived.pgbackrest("check")  # waits until the archive has it
    archived.server.stop()
    started = time.monotonic()
    archived.pgbackrest(
        "--delta", "--type=time", f"--target={instant}", "--target-action=promote", "restore"
    )
    archived.server.start()
    while archived.ask("SELECT pg_is_in_recovery()"):
        assert time.monotonic() - started < PATIENCE
        time.sleep(0.2)
    assert archived.figures() == before
    with opened(url) as database:
        require_current(database.engine)
        _still_writes(database)


def _still_writes(database: Database) -> None:
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE entitlement SET amount_yen = amount_yen")
