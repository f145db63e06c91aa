"""A plain `pytest FILE` works in any folder, as an editor starts it, and leaves nothing running."""

import json
import re
import socket
import subprocess
import sys
from pathlib import Path

from sqlalchemy import make_url

from tests.support.programs.servers import ROOT, clean_environment


def plain(folder: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments],
        cwd=folder,
        env=clean_environment(**env),
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_test_on_postgresql_finds_a_server_in_any_folder(tmp_path: Path) -> None:
    file = ROOT / "tests" / "functional" / "platform" / "test_pages.py"
    said = plain(
        tmp_path, str(file), "-k", "probes and postgresql", PORTAL_DATABASE_URL="sqlite:///mine"
    )
    assert re.search(r"1 passed", said.stdout), said.stdout + said.stderr


def test_a_test_without_its_browser_fails_and_says_what_is_missing(tmp_path: Path) -> None:
    file = ROOT / "tests" / "browser" / "resident" / "test_hours.py"
    said = plain(tmp_path, str(file), "-x", PATH="/nowhere")
    assert (
        "No Chromium found. Install it with: apt-get install -y chromium-headless-shell"
        in said.stdout
    )


def test_the_server_ends_with_its_starter_however_that_ends() -> None:
    command = [sys.executable, "-m", "tests.support.programs.postgres_server"]
    program = (
        f"import subprocess, time; subprocess.Popen({command}, stdin=subprocess.PIPE); "
        "time.sleep(99)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=clean_environment(),
        stdout=subprocess.PIPE,
        text=True,
    ) as starter:
        assert starter.stdout is not None
        said = json.loads(starter.stdout.readline())
        starter.kill()
        starter.wait()
        rest = starter.stdout.read()  # ends when the last process that could write has ended
    assert rest == ""
    with socket.socket() as probe:
        port = make_url(said["PORTAL_TEST_POSTGRES_URL"]).port or 0
        assert probe.connect_ex(("127.0.0.1", port)) != 0
    assert not Path(said["PORTAL_TEST_POSTGRES_LOG"]).exists()
