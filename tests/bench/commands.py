"""What a command of the product costs: run by a small program that counts for its children."""

import json
import subprocess
import sys

from tests.support.programs.command import CommandLine
from tests.support.programs.servers import ROOT

MEASURE = """
import json, resource, subprocess, sys, time
started = time.perf_counter()
done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps({"status": done.returncode, "seconds": time.perf_counter() - started,
                  "processor": used.ru_utime + used.ru_stime, "peak": used.ru_maxrss / 1024}))
"""


def measured(portal: CommandLine, *arguments: object) -> dict[str, float]:
    """Run a command; return its status, seconds, processor seconds and peak memory in MB."""
    # the small program in between: a child's peak starts with that of the process that forked it
    words, typed = portal.typed(*arguments)
    command = [sys.executable, "-m", "portal", *words]
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, *command],
        env=portal.environment(),
        cwd=ROOT,
        check=True,
        text=True,
        input=typed,
        capture_output=True,
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found
