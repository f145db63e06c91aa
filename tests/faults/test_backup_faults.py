"""Backups and restores that are killed, short of disk, or taken while others write."""

import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.audit.services import record
from portal.domain.oversight.copies.queries import kept_copies
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.entitlements.queries import Totals, totals
from portal.domain.people.households.models import Household
from portal.platform.backups.emptiness import is_filled
from portal.platform.backups.identities import make_identity
from portal.platform.database import Database, make_engine
from tests.support.mailroom.roster import SMALL, Ward
from tests.support.programs.command import CommandLine, sentence
from tests.support.programs.servers import PATIENCE, ROOT
from tests.support.resident import write_keys
from tests.support.work import work_in

HOUSEHOLDS, KILLS = 120, 4
SIGNS = (".restoring", ".restoring/database", ".restoring/files/letters", ".restoring/placed.json")
"""What lies in the data folder at the moments in which a restore is killed."""
EVENT = "entitlement.hold"


@dataclass
class Live:
    """A deployment with households, and what restores its backups."""

    line: CommandLine
    identity: Path
    backups: Path

    @property
    def database(self) -> Database:
        return Database(make_engine(self.line.database_url))

    def sums(self) -> Totals:
        database = self.database
        with database.read() as session:
            found = totals(session)
        database.engine.dispose()
        return found

    def files(self) -> list[Path]:
        return sorted(self.backups.glob("*.tar.age"))

    def elsewhere(self, data: Path, url: str) -> CommandLine:
        write_keys(data.parent / f"{data.name}-keys")
        key_dir = {"PORTAL_KEY_DIR": str(data.parent / f"{data.name}-keys")}
        extra = self.line.extra | key_dir
        return replace(self.line, data_dir=data, database_url=url, extra=extra)

    def restore(self, place: CommandLine, file: Path) -> None:
        done = place.run("restore", file, "--identity", self.identity, "--live")
        assert done.returncode == 0, done.stderr


@pytest.fixture
def live(new_database: Callable[[bool], str], tmp_path: Path) -> Live:
    return deploy(new_database(False), tmp_path)


def deploy(url: str, tmp_path: Path) -> Live:
    data = tmp_path / "live" / "data"
    write_keys(data / "keys")
    identity, backups = tmp_path / "identity", tmp_path / "backups"
    extra = {
        "PORTAL_BACKUP_RECIPIENTS": make_identity(identity),
        "PORTAL_BACKUP_OWNER": "情報課",
        "PORTAL_BACKUP_DIR": str(backups),
    }
    line = CommandLine(data, url, extra=extra)
    assert line.run("init").returncode == 0
    database = Database(make_engine(url))
    Ward(database, tmp_path / "extracts", replace(SMALL, households=HOUSEHOLDS)).hand_over()
    database.engine.dispose()
    (data / "letters").mkdir()
    (data / "letters" / "a.pdf").write_bytes(random.Random(1).randbytes(4_000_000))
    return Live(line, identity, backups)


def test_a_killed_backup_leaves_whole_numbered_files_or_none(live: Live) -> None:
    started = time.monotonic()
    assert live.line.run("backup").returncode == 0
    whole, chance = time.monotonic() - started, random.Random(5)
    for _ in range(KILLS):
        process = live.line.start("backup")
        time.sleep(chance.uniform(0.2, 1.0) * whole)
        process.kill()
        process.communicate()
        database = live.database
        with database.read() as session:
            places = {row.place.partition(":")[2] for row in kept_copies(session)}
        database.engine.dispose()
        assert places <= {str(path) for path in live.files()}
        for file in live.files():
            done = live.line.run("verify-backup", file, "--identity", live.identity)
            assert done.returncode == 0, done.stderr
    assert live.line.run("backup").returncode == 0
    assert not list(live.backups.glob("*.part"))
    assert not list(live.line.data_dir.glob("*.part"))


def test_a_killed_restore_leaves_all_or_nothing_and_the_next_one_ends_it(
    live: Live, new_database: Callable[[bool], str], tmp_path: Path
) -> None:
    assert live.line.run("backup").returncode == 0
    (file,), sums = live.files(), live.sums()
    killed = 0
    for number, sign in enumerate(SIGNS):
        place = live.elsewhere(tmp_path / f"place-{number}", new_database(False))
        process = place.start("restore", file, "--identity", live.identity, "--live")
        while process.poll() is None and not (place.data_dir / sign).exists():
            time.sleep(0.001)
        process.kill()
        process.communicate()
        engine = make_engine(place.database_url)
        _wait_for_programs(engine.dialect.name, Database(engine))
        if not is_filled(engine):
            killed += 1
            live.restore(place, file)
        engine.dispose()
        assert replace(live, line=place).sums() == sums
        assert (place.data_dir / "letters" / "a.pdf").stat().st_size == 4_000_000
    assert killed


def _wait_for_programs(dialect: str, database: Database) -> None:
    """Wait until what the killed command had started has ended, one way or the other."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'pg_restore'"
    until = time.monotonic() + PATIENCE
    while dialect == "postgresql":
        with database.read() as session:
            if not session.scalar(text(query)):
                return
        assert time.monotonic() < until
        time.sleep(0.1)


@contextmanager
def writing(database: Database) -> Iterator[None]:
    """Move children between states, each move with its event, until the block ends."""
    ended = threading.Event()

    def write(seed: int) -> None:
        chance = random.Random(seed)
        while not ended.is_set():
            with database.write() as session:
                key = chance.randrange(1, HOUSEHOLDS)
                row = session.get_one(Entitlement, key, with_for_update=True)
                row.state = "held" if row.state == "in_progress" else "in_progress"
                record(work_in(session), EVENT, "entitlement", key)

    threads = [threading.Thread(target=write, args=(seed,)) for seed in range(3)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        for thread in threads:
            thread.join()


def held_by_events(database: Database) -> tuple[set[int], set[int]]:
    """Return the children that are held, and those that are so by the number of their events."""
    with database.read() as session:
        states = select(Entitlement.id).where(Entitlement.state == "held")
        moves = (
            select(AuditEvent.subject_id)
            .where(AuditEvent.action == EVENT)
            .group_by(AuditEvent.subject_id)
            .having(func.count() % 2 == 1)
        )
        return set(session.scalars(states)), {key or 0 for key in session.scalars(moves)}


def test_a_backup_while_others_write_is_one_instant(
    live: Live, new_database: Callable[[bool], str], tmp_path: Path
) -> None:
    database = live.database
    with database.write() as session:
        session.execute(text("UPDATE entitlement SET state = 'in_progress'"))
    everything = live.sums().all
    with writing(database):
        for _ in range(3):
            time.sleep(0.3)
            assert live.line.run("backup").returncode == 0
    database.engine.dispose()
    positions = set()
    for number, file in enumerate(live.files()):
        place = live.elsewhere(tmp_path / f"place-{number}", new_database(False))
        live.restore(place, file)
        restored = Database(make_engine(place.database_url))
        held, by_events = held_by_events(restored)
        assert held == by_events, "a move without its event, or an event without its move"
        with restored.read() as session:
            assert totals(session).all == everything
            positions.add(session.scalar(select(func.max(AuditEvent.id))))
        restored.engine.dispose()
    assert len(positions) == 3  # they did write meanwhile


def test_a_full_disk_is_one_sentence_and_leaves_nothing(
    live: Live, new_database: Callable[[bool], str], tmp_path: Path
) -> None:
    done = live.line.run("backup", disk=1_000_000)
    assert done.returncode == 1
    assert "空き" in sentence(done)
    assert list(live.backups.iterdir()) == []
    assert not list(live.line.data_dir.glob("*.part"))
    assert live.line.run("backup").returncode == 0
    place = live.elsewhere(tmp_path / "small", new_database(False))
    done = place.run(
        "restore", *live.files(), "--identity", live.identity, "--live", disk=1_000_000
    )
    assert done.returncode == 1
    assert "空き" in sentence(done)
    engine = make_engine(place.database_url)
    assert not is_filled(engine)
    engine.dispose()
    assert list(place.data_dir.iterdir()) == []
    live.restore(place, *live.files())
    assert replace(live, line=place).sums() == live.sums()


MEASURED = r"""
import re, sys
from pathlib import Path
from portal.cli.main import main
try:
    main()
except SystemExit as ended:
    assert not ended.code, ended.code
print(re.search(r"VmHWM:\s*(\d+)", Path("/proc/self/status").read_text())[1])
"""  # not ru_maxrss: Linux lets it begin at the size of the process that started this one
BIG, MOST = 400_000_000, 250_000
"""Bytes of a file in the data folder, and kilobytes that the commands may take."""


def test_memory_does_not_grow_with_what_is_backed_up(
    new_sqlite: Callable[[bool], str], tmp_path: Path
) -> None:
    live = deploy(new_sqlite(False), tmp_path)
    with (live.line.data_dir / "letters" / "big.pdf").open("wb") as file:
        file.truncate(BIG)
    place = live.elsewhere(tmp_path / "place", new_sqlite(False))
    for line, words in (
        (live.line, ["backup"]),
        (place, ["restore", "FILE", "--identity", str(live.identity), "--live"]),
    ):
        known = [str(live.files()[-1]) if word == "FILE" else word for word in words]
        done = subprocess.run(
            [sys.executable, "-c", MEASURED, *known],
            cwd=ROOT,
            env=line.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert int(done.stdout.splitlines()[-1]) < MOST
    assert (place.data_dir / "letters" / "big.pdf").stat().st_size == BIG
    with Database(make_engine(place.database_url)).read() as session:
        assert session.scalar(select(func.count()).select_from(Household)) == HOUSEHOLDS
