"""Clients that send a byte now and then take nobody's place (F16)."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator

import httpx
import pytest

from tests.support.faults.lab import Laboratory
from tests.support.faults.record import Note

pytestmark = pytest.mark.alone
SLOW = 200
ROUNDS, PAGES, PACE = 4, 50, 0.02
"""Pages that are asked for alone and beside the slow ones, in turns, and seconds between two."""
AT_MOST = 2.0
"""How much longer 95 of 100 pages may take beside the slow clients (`security.md` F16)."""
NOISE = 0.02
"""Seconds that one page differs from another by itself on a machine that does other work."""


@pytest.mark.asvs("15.2.2")
def test_f16_two_hundred_slow_clients_hold_up_nobody(laboratory: Laboratory, note: Note) -> None:
    laboratory.add_families(6)
    node = laboratory.node(workers=1)
    alone, beside = list[float](), list[float]()
    asked_for(node.url)  # what only the first pages cost
    for _round in range(ROUNDS):
        alone += asked_for(node.url)
        with slow_ones(node.port):
            beside += asked_for(node.url)
    with slow_ones(node.port):
        laboratory.check(load := laboratory.load())
    assert not load.statuses[503]
    one, other = within_95(alone), within_95(beside)
    note(alone_p95_ms=one * 1000, beside_p95_ms=other * 1000)
    assert other <= AT_MOST * one + NOISE


@contextlib.contextmanager
def slow_ones(port: int) -> Iterator[None]:
    """Hold a form's head open from many places, and send a byte of it now and then."""
    ended = threading.Event()
    with contextlib.ExitStack() as stack:
        held = [
            stack.enter_context(socket.create_connection(("127.0.0.1", port)))
            for _client in range(SLOW)
        ]
        for one in held:
            one.sendall(b"POST /signin/submit HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")

        def dribble() -> None:
            while not ended.wait(0.2):
                for one in held:
                    with contextlib.suppress(OSError):
                        one.sendall(b"a")

        thread = threading.Thread(target=dribble)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()


def asked_for(url: str) -> list[float]:
    """Ask for a page again and again at a pace, and return the seconds of each."""
    found = []
    with httpx.Client(timeout=60) as browser:
        for _page in range(PAGES):
            started = time.monotonic()
            assert browser.get(url + "/signin").status_code == 200
            found.append(time.monotonic() - started)
            time.sleep(PACE)
    return found


def within_95(seconds: list[float]) -> float:
    """The time within which 95 of 100 came."""
    return sorted(seconds)[len(seconds) * 95 // 100]
