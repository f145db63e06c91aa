"""Several demos at once never take each other's port or folder."""

import socket
from pathlib import Path

import pytest

from portal.demo.own_folder import take_folder
from portal.demo.ports import HOST, hold


def test_three_demos_that_want_the_same_port_get_three() -> None:
    ports = [hold(0) for _ in range(3)]
    again = [hold(ports[0].number) for _ in range(2)]
    try:
        assert len({port.number for port in (*ports, *again)}) == 5
    finally:
        for port in (*ports, *again):
            port.release()


def test_a_held_port_is_taken_for_everybody_else_and_ours_to_serve_on() -> None:
    port = hold(0)
    try:
        with socket.socket() as stranger:
            stranger.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with pytest.raises(OSError, match="in use"):
                stranger.bind((HOST, port.number))
        with socket.socket() as site:
            site.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            site.bind((HOST, port.number))
            site.listen()
            with socket.create_connection((HOST, port.number), timeout=5):
                pass
    finally:
        port.release()
    back = hold(port.number)
    assert back.number == port.number
    back.release()


def test_a_port_that_somebody_serves_on_is_left_alone() -> None:
    with socket.socket() as theirs:
        theirs.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        theirs.bind((HOST, 0))
        theirs.listen()
        wanted = theirs.getsockname()[1]
        port = hold(wanted)
        port.release()
        assert port.number != wanted


def test_a_running_demo_keeps_its_folder_and_one_that_ended_gives_it_up(tmp_path: Path) -> None:
    first, second = take_folder(tmp_path), take_folder(tmp_path)
    (first.path / "letter.pdf").write_text("kept")
    assert [first.path.name, second.path.name] == ["demo", "demo-2"]
    assert first.path.stat().st_mode & 0o777 == 0o700
    second.release()
    assert (first.path / "letter.pdf").exists()
    first.release()
    third = take_folder(tmp_path)
    assert third.path == first.path
    assert list(third.path.iterdir()) == []
    third.release()
