"""The load in a process of its own: one plan goes in, what was seen comes out, both as JSON."""

import asyncio
import json
import resource
import subprocess
import sys
from collections.abc import Callable, Coroutine
from dataclasses import asdict, dataclass, field
from typing import Any, TypeVar

from tests.support.programs.servers import ROOT, clean_environment


@dataclass(slots=True)
class Driven:
    """What a load saw; its own processor seconds count on no side.

    Attributes:
        processor: Processor seconds of the load itself.
    """

    processor: float = field(default=0.0, kw_only=True)


Plan = TypeVar("Plan")
Seen = TypeVar("Seen", bound=Driven)


def answer(
    read_plan: Callable[[str], Plan], play: Callable[[Plan], Coroutine[Any, Any, Seen]]
) -> None:
    """Play the plan that stands on standard input, and write what was seen to standard output."""
    plan = read_plan(sys.stdin.read())
    before = resource.getrusage(resource.RUSAGE_SELF)
    seen = asyncio.run(play(plan))
    after = resource.getrusage(resource.RUSAGE_SELF)
    seen.processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    json.dump(asdict(seen), sys.stdout)


def driven(module: str, plan: Any, patience: float | None = None) -> dict[str, Any]:
    """Play a plan by a module that ends in ``answer``, and return what was seen, by its fields."""
    done = subprocess.run(
        [sys.executable, "-m", module],
        cwd=ROOT,
        env=clean_environment(),
        input=json.dumps(asdict(plan)),
        capture_output=True,
        text=True,
        timeout=patience,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found
