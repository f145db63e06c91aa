"""A slow machine is waited for, and told so; a site that ends is not waited for."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from portal.cli.demo import Ports, Processes
from portal.demo.ports import HOST, hold

SLOW = """
import socket, sys, time
time.sleep(1.5)
site = socket.socket()
site.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
site.bind((sys.argv[1], int(sys.argv[2])))
site.listen()
time.sleep(60)
"""
STILL = "サイトが起動するのを待っています。"


@pytest.fixture
def ports() -> Iterator[Ports]:
    with ExitStack() as stack:
        held = [hold(0) for _ in range(3)]
        for port in held:
            stack.callback(port.release)
        yield Ports(*held)


def begin(processes: Processes, ports: Ports, script: str, log: Path) -> None:
    for port in (ports.resident, ports.staff):
        command = [sys.executable, "-c", script, HOST, str(port.number)]
        processes.start(command, dict(os.environ), log)


def test_a_slow_site_is_waited_for_with_a_word_now_and_then(
    ports: Ports, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    processes = Processes(still_every=0.4)
    try:
        begin(processes, ports, SLOW, tmp_path / "log")
        assert processes.wait_until_up(ports)
    finally:
        processes.stop()
    assert capsys.readouterr().err.count(STILL) >= 2


def test_a_site_that_ends_is_not_waited_for(ports: Ports, tmp_path: Path) -> None:
    processes = Processes()
    began = time.monotonic()
    try:
        begin(processes, ports, "print('no key')", tmp_path / "log")
        assert not processes.wait_until_up(ports)
    finally:
        processes.stop()
    assert time.monotonic() - began < 10
    assert "no key" in (tmp_path / "log").read_text("utf-8")
