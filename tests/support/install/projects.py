"""Folders of operators with compose.yaml, prepared as its first lines say."""

import os
import secrets
import shlex
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from pyrage import x25519

from tests.support.install.compose import read_compose
from tests.support.install.containers import Image, Project
from tests.support.install.network import Network
from tests.support.sources import ROOT

USER = 10001
"""The user of the image."""


@contextmanager
def made_project(
    home: Path,
    name: str,
    images: Mapping[str, Image],
    values: Mapping[str, str],
    program: Path,
) -> Iterator[Project]:
    """Prepare a folder, and end after the block what was started in it.

    Args:
        home: The folder to make.
        name: Of its network, on this machine.
        images: The images by their names.
        values: What ``.env`` has besides the example's.
        program: The ward's program, which is copied.
    """
    known = example_values() | {
        "PORTAL_BACKUP_RECIPIENTS": str(x25519.Identity.generate().to_public()),
        "PORTAL_BACKUP_OWNER": "the contractor's operator",
    }
    compose = read_compose(known | dict(values))
    prepare(home, program)
    subnet = compose.described["networks"]["default"]["ipam"]["config"][0]["subnet"]
    with Network(f"{name}{os.getpid()}", subnet, list(compose.services)) as network:
        project = Project(compose, home, images, network)
        try:
            yield project
        finally:
            project.stop()


def example_values() -> dict[str, str]:
    """Return the values of the example that the operator copies."""
    lines = (ROOT / ".docker" / "example.env").read_text("utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def prepare(home: Path, program: Path) -> None:
    """Make the folders and secrets that compose.yaml names, as its first lines say."""
    shutil.copytree(program, home / "program")
    subprocess.run(["chmod", "-R", "a+rX", str(home / "program")], check=True)
    for name in ("keys", "backups"):
        (home / name).mkdir(mode=0o700)
        os.chown(home / name, USER, USER)
    (home / "secrets").mkdir(mode=0o700)
    for who, role in (("owner", "portal"), ("site", "portal_app")):
        password = secrets.token_hex(24)
        (home / "secrets" / f"{who}_password").write_text(f"{password}\n", "utf-8")
        url = f"postgresql://{role}:{password}@database/portal"
        (home / "secrets" / f"{who}_url").write_text(url, "utf-8")
    (home / ".docker").mkdir()
    shutil.copy(ROOT / ".docker" / "first-roles.sh", home / ".docker")


def typed(project: Project, office: Path) -> Callable[[str], str]:
    """``docker compose exec`` and ``docker compose run --rm`` as an operator types them.

    ``< FILE`` reads a file of the office, from whose folder the operator types.
    """

    def run(block: str) -> str:
        said = ""
        for line in block.splitlines():
            words = shlex.split(line)
            given = ""
            if "<" in words:
                given = (office / words[-1]).read_text("utf-8")
                words = words[: words.index("<")]
            docker, compose, action, *rest = words
            assert (docker, compose) == ("docker", "compose"), line
            option, *rest = rest if rest[0].startswith("-") else ("", *rest)
            service, *command = rest
            if action == "run":
                assert option == "--rm", line
                said += project.run_once(service, command)
                continue
            assert (action, option) in {("exec", ""), ("exec", "-T")}, line
            done = project.execute(project.running[service], command, given)
            assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
            said += done.stdout
        return said

    return run
