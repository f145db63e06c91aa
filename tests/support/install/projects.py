"""Folders of operators with compose.yaml, prepared and used as the guide's own text says."""

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pyrage import x25519

from tests.support import guide_text
from tests.support.install.compose import read_compose
from tests.support.install.containers import Image, Project
from tests.support.install.network import Network
from tests.support.sources import ROOT

USER = 10001
"""The user of the image."""
EXAMPLE = ROOT / ".docker" / "example.env"
DATA = "/var/lib/portal"
"""Where the volume ``data`` lies in every container of ours."""


@contextmanager
def made_project(
    home: Path, name: str, images: Mapping[str, Image], program: Path
) -> Iterator[Project]:
    """Prepare a folder, and end after the block what was started in it.

    Args:
        home: The folder to make.
        name: Of its network, on this machine.
        images: The images by their names.
        program: The ward's program, which is copied.
    """
    prepare(home, program)
    compose = read_compose(values_of(home / ".env"))
    subnet = compose.described["networks"]["default"]["ipam"]["config"][0]["subnet"]
    with Network(f"{name}{os.getpid()}", subnet, list(compose.services)) as network:
        project = Project(compose, home, images, network)
        try:
            yield project
        finally:
            project.stop()


def example_values() -> dict[str, str]:
    """Return the values of the example that the operator copies."""
    return values_of(EXAMPLE)


def values_of(path: Path) -> dict[str, str]:
    """Return the values of a ``.env``; the last line of a name counts."""
    lines = path.read_text("utf-8").splitlines()
    pairs = (line.split("=", 1) for line in lines if line and not line.startswith("#"))
    return {name: " ".join(shlex.split(value)) for name, value in pairs}


def prepare(home: Path, program: Path) -> None:
    """Unpack what a release gives to operators, and type the guide's first commands there."""
    home.mkdir()
    for part in (".docker", ".github/proxy"):
        shutil.copytree(ROOT / part, home / part)
    shutil.copy(ROOT / "compose.yaml", home)
    first = guide_text.first_commands("operate-compose", "From an empty folder")
    block = first.replace("../myward", shlex.quote(str(program)))
    subprocess.run(["sh", "-euc", block], cwd=home, check=True)
    write_value(home, "PORTAL_BACKUP_RECIPIENTS", str(x25519.Identity.generate().to_public()))
    write_value(home, "PORTAL_BACKUP_OWNER", "the contractor's operator")


def write_value(home: Path, name: str, value: str) -> None:
    """Write a line into ``.env``, instead of the one with this name."""
    path = home / ".env"
    text = re.sub(rf"(?m)^{name}=.*\n", "", path.read_text("utf-8"))
    path.write_text(f"{text}{name}={shlex.quote(value)}\n", "utf-8")


@dataclass(frozen=True)
class Keyboard:
    """Where an operator types ``docker compose`` commands.

    Attributes:
        project: What they are about.
        folder: Where the operator stands; ``< FILE`` and ``> FILE`` are files of it.
    """

    project: Project
    folder: Path

    def type(self, block: str, answers: str = "") -> str:
        """Carry out the lines of a block, and return what they wrote.

        Args:
            block: Lines of a guide.
            answers: What the operator types when a command asks.
        """
        return "".join(self._line(line, answers) for line in block.splitlines())

    def _line(self, line: str, answers: str) -> str:
        words, given, target = shlex.split(line), answers, ""
        values = values_of(self.project.folder / ".env")
        while "=" in words[0]:
            name, _, value = words.pop(0).partition("=")
            values[name] = value
        if words[-2] == "<":
            *words, _, source = words
            given = (self.folder / source).read_text("utf-8")
        elif words[-2] == ">":
            *words, _, target = words
        self.project.compose = read_compose(values)
        assert words[:2] == ["docker", "compose"], line
        said = self._carry_out(words[2], words[3:], given)
        if target:
            (self.folder / target).write_text(said, "utf-8")
        return said

    def _carry_out(self, action: str, words: list[str], given: str) -> str:
        named = [word for word in words if word not in {"-T", "-d", "--rm", "--wait", "--no-deps"}]
        if action == "up":
            self.project.up(named)
            return ""
        if action == "cp":
            container, _, path = named[0].partition(":")
            assert container in self.project.running
            source = self.project.folder / "volumes" / "data" / Path(path).relative_to(DATA)
            target = self.folder / named[1] / source.name
            shutil.copytree(source, target, symlinks=True)
            return ""
        service, *command = named
        if action == "run":
            return self.project.run_once(service, command, given)
        assert action == "exec", action
        done = self.project.execute(self.project.running[service], command, given)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        return done.stdout
