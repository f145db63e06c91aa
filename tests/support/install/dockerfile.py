"""Reads the Dockerfile: what each stage copies, runs and sets. Only the words that ours has."""

import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from tests.support.sources import ROOT

DOCKERFILE = ROOT / ".docker" / "Dockerfile"


@dataclass(frozen=True)
class Copy:
    """``COPY``: sources (of the repository or of a stage) into a place of the image."""

    sources: tuple[str, ...]
    target: PurePosixPath
    stage: str | None = None


@dataclass(frozen=True)
class Run:
    """``RUN``: a command, and where the settings of pip are mounted meanwhile."""

    command: str
    pip_settings: PurePosixPath | None = None


@dataclass
class Stage:
    """A stage: its steps in their order, its arguments, and how a container of it starts."""

    name: str | None
    base: str
    steps: list[Copy | Run] = field(default_factory=list)
    user: str = "0:0"
    workdir: str = "/"
    environment: dict[str, str] = field(default_factory=dict)
    arguments: dict[str, str] = field(default_factory=dict)
    command: tuple[str, ...] = ()


def read_stages(path: Path = DOCKERFILE) -> list[Stage]:
    """Return the stages of a Dockerfile.

    Raises:
        ValueError: a word that ours has not; whoever adds one adds it here.
    """
    text = re.sub(r"\\\n", " ", path.read_text("utf-8"))
    arguments: dict[str, str] = {}
    stages: list[Stage] = []
    for line in text.splitlines():
        word, _, rest = line.strip().partition(" ")
        if not word or word.startswith("#"):
            continue
        if word == "ARG":
            name, _, value = rest.partition("=")
            known = stages[-1].arguments if stages else arguments
            known[name] = value.strip('"')
        elif word == "FROM":
            base, _, name = rest.partition(" AS ")
            base = re.sub(r"\$\{(\w+)\}", lambda found: arguments[found[1]], base)
            stages.append(Stage(name or None, base))
        else:
            _read(stages[-1], word, rest)
    return stages


def _read(stage: Stage, word: str, rest: str) -> None:
    if word == "COPY":
        parts = shlex.split(rest)
        source = next((part for part in parts if part.startswith("--from=")), None)
        *sources, target = [part for part in parts if not part.startswith("--")]
        name = source.partition("=")[2] if source else None
        stage.steps.append(Copy(tuple(sources), PurePosixPath(target), name))
    elif word == "RUN":
        mount = re.match(r"--mount=type=secret,id=pip,target=(\S+) ", rest)
        place = PurePosixPath(mount[1]) if mount else None
        stage.steps.append(Run(rest[mount.end() :] if mount else rest, place))
    elif word == "ENV":
        stage.environment |= dict(one.split("=", 1) for one in shlex.split(rest))
    elif word == "USER":
        stage.user = rest
    elif word == "WORKDIR":
        stage.workdir = rest
    elif word == "CMD":
        stage.command = tuple(part.strip(' "') for part in rest.strip("[]").split(","))
    else:
        raise ValueError(f"the tests do not know the Dockerfile's word {word}")
