"""Asks a site or a worker whether it lives: ``python -m portal.health URL``, with Python alone.

For health checks of compose and systemd, which run it every half minute: no other module of the
portal is loaded.
"""

import argparse
import socket
import sys
import time
import urllib.request
from pathlib import Path

SECONDS = 10.0
PAUSE = 5.0
WORKER_SECONDS = 60.0


def answers(url: str, seconds: float = SECONDS) -> bool:
    """Return whether an address answers 200 in time; proxies of the environment are not asked."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=seconds) as answer:
            return int(answer.status) == 200
    except (OSError, ValueError):
        return False


def sign_of_life(folder: Path) -> Path:
    """Return the file that a worker of this machine touches every few seconds."""
    return folder / f"worker-{socket.gethostname()}.alive"


def worker_lives(folder: Path, seconds: float = WORKER_SECONDS) -> bool:
    """Return whether this machine's worker gave its sign within ``seconds``."""
    try:
        return time.time() - sign_of_life(folder).stat().st_mtime <= seconds
    except OSError:
        return False


def main(arguments: list[str]) -> int:
    """Return 0 if one of the tries succeeds, 1 if not, 2 for wrong use."""
    parser = argparse.ArgumentParser(prog="python -m portal.health")
    parser.add_argument("--tries", type=int, default=1, help="ask so often, five seconds apart")
    asked = parser.add_mutually_exclusive_group(required=True)
    asked.add_argument("url", nargs="?", help="such as http://127.0.0.1:8000/healthz")
    asked.add_argument("--worker", type=Path, metavar="DIR", help="data directory of the worker")
    given = parser.parse_args(arguments)
    for number in range(given.tries):
        if number:
            time.sleep(PAUSE)
        if worker_lives(given.worker) if given.worker else answers(given.url):
            return 0
    sys.stderr.write("no answer\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
