"""A network of a test's own: a server in it is reached until the cable is drawn. Needs root.

Unlike a proxy, whose machine says that everything arrived, a drawn cable says nothing at all.
"""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

import pytest


@dataclass(frozen=True)
class Cable:
    """A network behind two addresses.

    Attributes:
        name: The network's name.
        here: This machine's address on the cable.
        there: The address at its other end.
    """

    name: str
    here: str
    there: str

    @property
    def prefix(self) -> tuple[str, ...]:
        """What runs a program inside it, as the user of PostgreSQL."""
        user = ("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups")
        return ("ip", "netns", "exec", self.name, *user)

    def draw(self) -> None:
        """Lose what is sent, in both directions, without a word to either side."""
        self._route("add")

    def plug_in(self) -> None:
        """Let it through again."""
        self._route("del")

    def _route(self, verb: str) -> None:
        command = f"ip netns exec {self.name} ip route {verb} blackhole {self.here}/32"
        _run(*command.split())


@contextlib.contextmanager
def cable() -> Iterator[Cable]:
    """Make the network, and take it away after the block."""
    number = os.getpid() % 250
    name, outside = f"portal{number}", f"portal{number}o"
    here, there = f"10.213.{number}.1", f"10.213.{number}.2"
    try:
        _run("ip", "netns", "add", name)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no network of our own: {error}")
    try:
        _run("ip", "link", "add", outside, "type", "veth", "peer", "name", "inside", "netns", name)
        _run("ip", "addr", "add", f"{here}/30", "dev", outside)
        _run("ip", "link", "set", outside, "up")
        inside = ("ip", "netns", "exec", name, "ip")
        _run(*inside, "addr", "add", f"{there}/30", "dev", "inside")
        _run(*inside, "link", "set", "inside", "up")
        _run(*inside, "link", "set", "lo", "up")
        yield Cable(name, here, there)
    finally:
        subprocess.run(["ip", "netns", "del", name], check=False)


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
