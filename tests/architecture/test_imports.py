"""The import rules of portal/README.md hold; import-linter reads them from pyproject.toml."""

import subprocess
import sys
from pathlib import Path

from tests.support.sources import ROOT, python_files, short


def test_every_import_points_the_allowed_way() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    verdict = subprocess.run(
        [linter, "--no-cache", "--no-logo"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr


def test_annotations_are_never_postponed() -> None:
    """Litestar and SQLAlchemy read annotations at run time; postponed ones are only strings to them."""
    line = "from __future__ " + "import annotations"
    assert [short(path) for path in python_files() if line in path.read_text("utf-8")] == []
