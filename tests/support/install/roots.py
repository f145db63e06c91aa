"""Empty roots of Debian, and images made in them as the Dockerfile says.

A root is a folder with a whole small system. `python:…-slim` is Debian with Python and pip, and so
is this; what the Dockerfile adds to it is done by the same script, from the same files.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from tests.support.install.dockerfile import Copy, Run, Stage
from tests.support.install.machine import (
    RELEASE,
    copy_apt_settings,
    debian_mirror,
    write_pip_settings,
)
from tests.support.sources import ROOT

KEPT = ROOT / ".build" / "install" / RELEASE
"""An empty root, kept from run to run; a fresh clone makes it anew."""
IN_THE_BASE = "python3,python3-pip,ca-certificates"


def base_root() -> Path:
    """Return the kept root, made by debootstrap when there is none."""
    if not KEPT.is_dir():
        KEPT.parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix=f"{RELEASE}-", dir=KEPT.parent))
        command = ["debootstrap", "--variant=minbase", f"--include={IN_THE_BASE}"]
        _must([*command, RELEASE, str(part), debian_mirror()])
        copy_apt_settings(part)
        part.chmod(0o755)
        part.rename(KEPT)
    return KEPT


def copy_of(root: Path, target: Path) -> Path:
    """Copy a root with its owners and modes."""
    _must(["cp", "-a", "--reflink=auto", str(root), str(target)])
    return target


def install_in(root: Path, *packages: str) -> None:
    """Install packages of Debian in a root."""
    shutil.copy("/etc/resolv.conf", root / "etc" / "resolv.conf")
    quiet = {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    run_in(root, ["apt-get", "update", "-q"], quiet)
    run_in(root, ["apt-get", "install", "-qy", "--no-install-recommends", *packages], quiet)


def build_stage(stage: Stage, root: Path, stages: Mapping[str, Path]) -> None:
    """Do in a root what a stage of the Dockerfile says.

    Args:
        stage: the stage.
        root: a fresh copy of the base.
        stages: the roots of the stages before it, by their names.
    """
    for step in stage.steps:
        if isinstance(step, Copy):
            _copy(step, root, ROOT if step.stage is None else stages[step.stage])
        else:
            run_step(step, root, stage.arguments)


def _copy(step: Copy, root: Path, source: Path) -> None:
    """Copy as Docker does: files into a folder, the content of a folder into a folder."""
    target = root / step.target.relative_to("/")
    for name in step.sources:
        path = source / name.lstrip("/")
        if path.is_dir():
            left_out = shutil.ignore_patterns("__pycache__")
            shutil.copytree(path, target, dirs_exist_ok=True, ignore=left_out)
        else:
            target.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, target / path.name)


def run_step(step: Run, root: Path, arguments: Mapping[str, str]) -> None:
    """Run a command of the Dockerfile in a root; its arguments are variables of the command."""
    shutil.copy("/etc/resolv.conf", root / "etc" / "resolv.conf")
    if step.pip_settings is None:
        run_in(root, ["sh", "-c", step.command], arguments)
    else:
        run_with_pip_settings(root, step.command, str(step.pip_settings), arguments)


def run_with_pip_settings(
    root: Path,
    script: str,
    place: str = "/etc/pip.conf",
    variables: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Run a script in a root while this machine's way to the index lies there."""
    settings = root / place.lstrip("/")
    write_pip_settings(getattr(sys, "_base_executable", sys.executable), root, settings)
    try:
        run_in(root, ["sh", "-c", script], variables)
    finally:
        settings.unlink()


def run_in(root: Path, command: Sequence[str], environment: Mapping[str, str]) -> str:
    """Run a command in a root as its administrator, with its own /proc, and return what it says.

    Raises:
        RuntimeError: it failed; the message is what it said.
    """
    chroot = shutil.which("chroot") or "chroot"
    mounted = (
        f'mount -t proc proc "$0/proc" && mount --bind /dev "$0/dev" && exec {chroot} "$0" "$@"'
    )
    unshared = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", mounted]
    path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    known = {"PATH": path, "LANG": "C.UTF-8", "HOME": "/root", **environment}
    return _must([*unshared, str(root), *command], known)


def _must(command: Sequence[str], environment: Mapping[str, str] | None = None) -> str:
    done = subprocess.run(
        command,
        env=dict(environment) if environment is not None else os.environ | {"LANG": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}\n{done.stdout[-4000:]}")
    return done.stdout
