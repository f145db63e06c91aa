"""What a process of a site costs until it answers, and what it holds while it is idle."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from portal.cli.serve import command_line
from tests.bench.measuring import Hash
from tests.bench.processes import Tree
from tests.support.faults.cluster import children_of
from tests.support.programs.servers import (
    ROOT,
    StartServer,
    clean_environment,
    free_port,
)

HASHES = 84
"""A second and a half of processor time, in hashes of 18 ms: machines differ."""
MEGABYTES = 90
"""Of a process that shares its code with another one."""
IDLE = 3
"""Seconds after which a process has done what it does at its start."""


@pytest.mark.parametrize(("site", "workers"), [("resident", 1), ("resident", 2), ("staff", 1)])
def test_a_process_answers_soon_and_holds_little(
    tmp_path: Path, start_server: StartServer, site: str, workers: int
) -> None:
    env = {
        "PORTAL_PROGRAM": "sample",
        "PORTAL_ENVIRONMENT": "test",
        "PORTAL_WORKER": "apart",
        "PORTAL_DATA_DIR": str(tmp_path),
        "PORTAL_KEY_DIR": str(tmp_path / "keys"),
    }
    init = [sys.executable, "-m", "portal", "init"]
    subprocess.run(init, env=clean_environment(**env), cwd=ROOT, check=True, capture_output=True)
    port = free_port()
    _python, _m, *command = command_line(site, "127.0.0.1", port, workers)
    server = start_server(command, port=port, env=env).process.pid
    seconds = Tree(server).seconds() / workers
    time.sleep(IDLE)
    held = [Tree(one).megabytes() for one in children_of(server)]
    hashes = seconds * 1000 / Hash().measure(0, None).cost
    sys.stdout.write(
        f"\n{site}, {workers}: {seconds:.2f} s of processor a process, {hashes:.0f} hashes; idle "
        f"{', '.join(f'{one:.0f}' for one in held)} MB, {Tree(server).megabytes():.0f} in all\n"
    )
    assert hashes <= HASHES
    if workers > 1:
        assert max(held) <= MEGABYTES
