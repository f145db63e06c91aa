"""Several processes of a site share the code that they load, and keep no memory they freed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.support.faults.cluster import children_of
from tests.support.programs.servers import PATIENCE, StartServer, free_port

GIVES_BACK = """
from portal.platform import free_memory
import time
def held():
    with open("/proc/self/smaps_rollup") as told:
        return next(int(line.split()[1]) for line in told if line.startswith("Private_Dirty"))
free_memory.EVERY = 0.1
before = held()
blocks = [bytes(2_000) for _ in range(20_000)]
kept = blocks[-1]
full = held()
del blocks
free_memory.give_back_memory()
time.sleep(1)
print(before, full, held())
"""


def seconds_of(pid: int) -> float:
    """Return the processor seconds that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def serving(site: str, tmp_path: Path, start_server: StartServer) -> int:
    """Start two processes of a site; return the number of the server's."""
    env = {
        "PORTAL_PROGRAM": "sample",
        "PORTAL_ENVIRONMENT": "test",
        "PORTAL_DATA_DIR": str(tmp_path),
        "PORTAL_KEY_DIR": str(tmp_path / "keys"),
    }
    subprocess.run(
        [sys.executable, "-m", "portal", "init"],
        env=os.environ | env,
        check=True,
        capture_output=True,
        timeout=PATIENCE,
    )
    port = free_port()
    command = ["portal", "serve", site, "--workers", "2", "--port", str(port)]
    return start_server(command, port=port, env=env).process.pid


def test_a_second_process_reads_no_code_again_nor_does_one_that_takes_its_place(
    tmp_path: Path, start_server: StartServer
) -> None:
    pid = serving("resident", tmp_path, start_server)
    workers = children_of(pid)
    assert len(workers) == 2
    os.kill(workers[0], signal.SIGKILL)
    until = time.monotonic() + PATIENCE
    while not (new := set(children_of(pid)) - set(workers)):
        assert time.monotonic() < until
        time.sleep(0.05)
    time.sleep(3)  # it begins to answer meanwhile; no port says which process does
    loading = seconds_of(pid)  # the command, then the server: each loads code
    assert all(seconds_of(one) < loading / 2 for one in (workers[1], *new))


def test_what_was_freed_goes_back_to_the_machine() -> None:
    done = subprocess.run(
        [sys.executable, "-c", GIVES_BACK],
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE,
    )
    before, full, after = (int(number) for number in done.stdout.split())
    assert full - before > 30_000
    assert after - before < 5_000
