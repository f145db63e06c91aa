"""Version 0.1.0 itself, out of this repository's history."""

import io
import subprocess
import tarfile
from pathlib import Path

import pytest

from tests.support.programs.servers import ROOT

COMMIT = "e706365311058924de02b549b578bfa6589d7837"
"""The commit that stored the databases of 0.1.0."""
PARTS = ("portal", "admin", "templates", "static", "locales", "tests/support", "tests/__init__.py")


@pytest.fixture(scope="module")
def first_release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the source of 0.1.0."""
    done = subprocess.run(
        ["git", "archive", COMMIT, *PARTS], cwd=ROOT, capture_output=True, check=False
    )
    if done.returncode != 0:
        pytest.fail(
            f"this test needs the repository's history (git fetch --unshallow): {done.stderr!r}"
        )
    folder = tmp_path_factory.mktemp("first-release")
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as tar:
        tar.extractall(folder, filter="data")
    return folder
