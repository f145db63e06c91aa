"""What a plain `pytest FILE` needs besides Python.

Built files, and PostgreSQL when the first test asks for it.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
MISSING = (
    "No PostgreSQL to test with: this machine lacks its server programs. Install them with: "
    "sudo apt-get install -y postgresql (or name a server in PORTAL_TEST_POSTGRES_URL)."
)
_servers: list[subprocess.Popen[str]] = []


def pytest_configure(config: pytest.Config) -> None:
    """Drop the person's own settings and bring `.build` up to date, once for all workers."""
    for name in [name for name in os.environ if re.match("PORTAL_(?!TEST_)", name)]:
        del os.environ[name]
    if hasattr(config, "workerinput") or os.environ.get("PORTAL_TEST_IS_SET_UP"):
        return
    made = subprocess.run(
        [_python_with_pip(), ROOT / "run", "setup"], stderr=subprocess.PIPE, text=True, check=False
    )
    if made.returncode != 0:
        pytest.exit(f"./run setup failed, so nothing can be tested:\n{made.stderr.strip()}", 3)


def _python_with_pip() -> str:
    """The Python that `.venv` was made of: the environment itself has no pip."""
    return str(getattr(sys, "_base_executable", sys.executable))


def pytest_unconfigure() -> None:
    """End the server after everything else, because the last fixtures read its log."""
    for server in _servers:
        server.communicate()  # its input ends, and with it the server
    _servers.clear()


def postgres_url() -> str:
    """Return the address of a server for this process.

    Starts a throw-away one when nobody gave any.

    The server belongs to a process that ends with ours, however ours ends.
    """
    if "PORTAL_TEST_POSTGRES_URL" not in os.environ:
        server = subprocess.Popen(
            [sys.executable, "-m", "tests.support.programs.postgres_server"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,  # Ctrl-C must reach the tests first
        )
        _servers.append(server)
        said = server.stdout.readline() if server.stdout else ""
        if not said:
            pytest.fail(
                f"No PostgreSQL to test with: {server.communicate()[1].strip()}", pytrace=False
            )
        os.environ.update(json.loads(said))
    return os.environ.get("PORTAL_TEST_POSTGRES_URL") or pytest.fail(MISSING, pytrace=False)
