"""The line to the database dies without a word: requests end, and all goes on (F21, half-open)."""

import time
from pathlib import Path

import pytest

from portal.settings import Settings
from tests.support.faults.cluster import PostgresServer, reachable, running
from tests.support.faults.lab import Laboratory
from tests.support.faults.network import cable

pytestmark = pytest.mark.long
DEAD, LIMIT = 40.0, 30.0
"""Seconds for which the line is dead, and that a request may take at most."""


def test_f21_a_line_that_dies_in_silence_holds_no_request_for_long(
    resident_settings: Settings, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = reachable(tmp_path_factory.mktemp("far"))
    with (
        cable() as line,
        running(PostgresServer(folder / "one", host=line.there, prefix=line.prefix)) as server,
        Laboratory.around(server, resident_settings, tmp_path) as laboratory,
    ):
        laboratory.add_families(24)
        node = laboratory.node(workers=1)
        load = laboratory.load(clients=6)
        load.wait_for(6)
        line.draw()
        until = time.monotonic() + DEAD
        while time.monotonic() < until:
            node.wait("/healthz")
            time.sleep(1)
        line.plug_in()
        plugged = time.monotonic()
        laboratory.check(load)
        assert load.statuses[503]
        assert load.slowest < LIMIT, f"a request took {load.slowest:.0f} s"
        print(f"slowest request {load.slowest:.1f} s, ", end="")
        print(f"receipts {min(load.acknowledged[-1:]) - plugged:.1f} s after the line was back")
