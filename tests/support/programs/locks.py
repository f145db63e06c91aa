"""Makes the locks anew from pyproject.toml: what runs, what SMS adds, what builds, what tests.

Each names every package with the hashes of its files and no host (decision 0002).
"""

import re
import sys
from collections.abc import Iterable
from pathlib import Path

from tests.support.programs.environment import (
    BUILD,
    BUILDING,
    PIP,
    RUNTIME,
    SMS_LIBRARIES,
    TESTS,
    VENV,
)
from tests.support.programs.terminal import ROOT, must, step

OPTIONS = (
    "--universal",
    "--python-version=3.11",
    "--generate-hashes",
    "--no-header",
    "--quiet",
)
NEVER = ("django", "asgiref", "sqlparse")
"""What django-htmx would bring along; we want one file of it."""


def make_locks() -> int:
    """Resolve pyproject.toml; packages that more than one lock has are the same in each.

    Whatever fails ends with a sentence; the exit code is 0.
    """
    uv = _uv()
    project = "pyproject.toml"
    _resolve(uv, RUNTIME, project)
    pinned = ["--constraint", str(RUNTIME)]
    ran = _never(names_in(RUNTIME))
    for name, lock in SMS_LIBRARIES.items():
        _resolve(uv, lock, project, "--extra", name, *pinned, *ran)
        pinned += ["--constraint", str(lock)]
    _resolve(uv, BUILDING, "--group", "build", *pinned)
    elsewhere = names_in(RUNTIME) | names_in(BUILDING)
    pinned += ["--constraint", str(BUILDING), *_never(elsewhere)]
    _resolve(uv, TESTS, project, "--all-extras", "--group", "test", *pinned)
    return 0


def names_in(lock: Path) -> set[str]:
    """Return the packages of a lock."""
    return set(re.findall(r"^([a-z0-9][a-z0-9.-]*)==", lock.read_text("utf-8"), re.MULTILINE))


def _resolve(uv: Path, lock: Path, *options: str) -> None:
    with step(f"Resolving pyproject.toml into {lock.relative_to(ROOT)}"):
        fixed: list[str | Path] = [uv, "pip", "compile", *OPTIONS, *_never(NEVER), "-o", lock]
        must([*fixed, *options], "The lock could not be made")
    if "://" in lock.read_text("utf-8"):
        sys.exit(f"{lock.name} names a host; it must not. Unset uv's index settings and try again.")


def _never(names: Iterable[str]) -> list[str]:
    return [part for name in sorted(names) for part in ("--no-emit-package", name)]


def _uv() -> Path:
    """Return uv of .venv, or bring it into .build."""
    for uv in (VENV / "bin" / "uv", BUILD / "uv" / "bin" / "uv"):
        if uv.exists():
            return uv
    with step("Installing uv into .build"):
        must([*PIP, "install", "--target", BUILD / "uv", "uv"], "uv could not be installed")
    return BUILD / "uv" / "bin" / "uv"
