"""Builds the wheel: `./run wheel` puts it into `.build/wheel`."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.support.programs.environment import BUILD
from tests.support.sources import ROOT


def build_wheel(folder: Path, sources: Path = ROOT) -> Path:
    """Build the wheel into a folder, which is emptied first, and return its path.

    The same sources give the same bytes: hatchling takes names in order, and one date for all.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    kept = {name: value for name, value in os.environ.items() if name != "SOURCE_DATE_EPOCH"}
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(
        command, cwd=sources, env=kept, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        sys.exit(f"The wheel could not be built:\n{done.stdout}{done.stderr}")
    return next(folder.glob("*.whl"))


if __name__ == "__main__":
    print(build_wheel(BUILD / "wheel").relative_to(ROOT))
