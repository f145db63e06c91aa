"""A disk that fills up: the database's, and the one that a site writes to.

F5 and F6 of the table in `.github/guides/faults.md`.
"""

import contextlib
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from portal.settings import Settings
from tests.support.faults.cluster import PostgresServer, reachable, running
from tests.support.faults.lab import Laboratory
from tests.support.faults.record import Note

FAMILIES = 40
"""Enough that their rows want room which is not there."""
RESUMED = 30.0
"""Seconds after which a form is carried out once there is room (`security.md` F5)."""
SMALL = {"max_wal_size": "64MB", "min_wal_size": "32MB", "shared_buffers": "16MB"}


@contextlib.contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A file system in memory of this size; it needs root."""
    folder.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0755", "tmpfs", str(folder)]
    mounted = subprocess.run(command, capture_output=True, text=True, check=False)
    if mounted.returncode != 0:
        pytest.skip(f"no disk to fill: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)


def fill(folder: Path) -> Path:
    """Write a file until nothing more fits."""
    path = folder / "filler"
    with contextlib.suppress(OSError), path.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12):
            with contextlib.suppress(OSError):
                while True:
                    file.write(b"\0" * size)
    return path


def test_f5_a_full_disk_of_the_database_stops_writes_and_loses_nothing(
    resident_settings: Settings,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    note: Note,
) -> None:
    folder = reachable(tmp_path_factory.mktemp("disk"))
    with (
        small_disk(folder, 160) as disk,
        running(PostgresServer(disk / "one", SMALL)) as server,
        Laboratory.around(server, resident_settings, tmp_path) as laboratory,
    ):
        laboratory.add_families(FAMILIES)
        node = laboratory.node(workers=1)
        load = laboratory.load()
        load.wait_for(2)
        load.pause()
        filler = fill(disk)
        load.go_on()
        until = time.monotonic() + 240
        while not load.statuses[503] and time.monotonic() < until and load.done < FAMILIES:
            time.sleep(0.1)
        assert load.statuses[503], "the disk was never full"
        assert httpx.get(node.url + "/signin", timeout=60).status_code == 200
        filler.unlink()
        freed = time.monotonic()
        receipts = laboratory.check(load)
        node.wait("/readyz", 200)
        resumed = load.first_after(freed)
        note(receipts_kept=receipts, resumed_s=resumed)
        assert resumed <= RESUMED


def test_f6_a_full_disk_of_a_site_stops_no_form(laboratory: Laboratory) -> None:
    laboratory.add_families(6)
    with small_disk(laboratory.folder / "full", 2) as disk:
        laboratory.settings = replace(laboratory.settings, data_dir=disk)
        laboratory.folder = disk
        laboratory.node(workers=1)
        fill(disk)
        load = laboratory.load()
        laboratory.check(load)
        assert not load.statuses[503]
        for node in laboratory.nodes:
            node.stop()
