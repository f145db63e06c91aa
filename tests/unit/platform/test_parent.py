"""A worker whose server was killed ends, also if it only begins to look afterwards."""

import os
import signal
import subprocess
import sys

from portal.platform.parent import SERVER
from tests.support.programs.servers import PATIENCE, clean_environment

WORKER = "import time; from portal.platform.parent import end_with_parent; end_with_parent(); "


def worker(server: int, then: str) -> int:
    return subprocess.run(
        [sys.executable, "-c", WORKER + then],
        env=clean_environment(**{SERVER: str(server)}),
        check=False,
        capture_output=True,
        timeout=PATIENCE,
    ).returncode


def test_it_goes_on_beside_its_own_server() -> None:
    assert worker(os.getpid(), "time.sleep(1.2)") == 0


def test_it_ends_where_another_process_has_taken_the_place_of_its_server() -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    assert worker(ended.pid, f"time.sleep({PATIENCE})") == -signal.SIGTERM
