"""The import rules of portal/README.md hold; import-linter reads them from pyproject.toml."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.programs.environment import BUILDING
from tests.support.programs.locks import names_in
from tests.support.sources import ROOT, python_files, short


@pytest.mark.asvs("3.5.4")
def test_every_import_points_the_allowed_way() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    verdict = subprocess.run(
        [linter, "--no-cache", "--no-logo"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr


LOADED_BY_THE_BUILD = """
import runpy, sys
from importlib.metadata import packages_distributions
runpy.run_path("portal/building/hook.py")
packages = {name.partition(".")[0] for name in sys.modules}
owners = packages_distributions()
print(*{owner.lower().replace("_", "-").replace(".", "-")
        for package in packages for owner in owners.get(package, ())})
"""


def test_what_builds_the_wheel_needs_only_the_packages_of_the_build() -> None:
    """The image builds it where nothing else is installed, long after the other checks."""
    loaded = subprocess.run(
        [sys.executable, "-c", LOADED_BY_THE_BUILD],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert "hatchling" in loaded
    assert set(loaded) - {"portal"} - names_in(BUILDING) == set()


def test_annotations_are_never_postponed() -> None:
    """Litestar and SQLAlchemy read annotations at run time.

    Postponed ones are only strings to them.
    """
    line = "from __future__ " + "import annotations"
    assert [short(path) for path in python_files() if line in path.read_text("utf-8")] == []


HANDLERS = re.compile(r"admin/\w+/|portal/web/")
DATABASE_WORDS = {
    "get",
    "get_one",
    "scalar",
    "scalars",
    "execute",
    "query",
    "add",
    "add_all",
    "delete",
    "merge",
}


def test_handlers_only_translate() -> None:
    """What is asked of the database stands in a slice.

    A handler neither builds a statement nor reads a row itself.
    """
    found = []
    for path in python_files():
        if not HANDLERS.match(short(path)):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom):
                wrong = (node.module or "").partition(".")[0] == "sqlalchemy"
            elif isinstance(node, ast.Import):
                wrong = any(alias.name.partition(".")[0] == "sqlalchemy" for alias in node.names)
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                of = ast.unparse(node.func.value).rpartition(".")[2]
                wrong = of == "session" and node.func.attr in DATABASE_WORDS
            else:
                continue
            if wrong:
                found.append(f"{short(path)}:{node.lineno}")
    assert found == []
