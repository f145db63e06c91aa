"""`./run` says what it does and what is missing, repeats cheaply and leaves nothing running."""

import importlib.util
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import pytest
from sqlalchemy import make_url

from tests.support.programs.servers import PATIENCE, ROOT, clean_environment
from tests.support.sources import short, text_files


@pytest.fixture(scope="module")
def run() -> ModuleType:
    loader = SourceFileLoader("portal_run", str(ROOT / "run"))
    spec = importlib.util.spec_from_loader("portal_run", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def call(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "run"), *arguments]
    return subprocess.run(
        command,
        env=clean_environment(**env),
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )


def test_help_names_every_command(run: ModuleType) -> None:
    answer = call()
    assert answer.returncode == 0
    for command in run.COMMANDS:
        assert re.search(rf"^  {command}\s+\w", answer.stdout, re.MULTILINE)


def test_an_unknown_command_is_answered_with_a_sentence() -> None:
    answer = call("tset")
    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr == "There is no command `tset`. `./run help` lists them.\n"


def test_without_the_tests_it_says_what_is_missing(tmp_path: Path) -> None:
    shutil.copy(ROOT / "run", tmp_path)
    for name in ("requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    answer = subprocess.run(
        [sys.executable, str(tmp_path / "run"), "setup"],
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 1
    assert answer.stderr.startswith("This folder is no whole clone of the repository: `tests`")
    assert "Traceback" not in answer.stderr


def test_the_documents_name_only_commands_that_exist(run: ModuleType) -> None:
    unknown = []
    for path in text_files():
        if path.suffix == ".md":
            named = re.findall(r"\./run ([a-z]+)", path.read_text("utf-8"))
            unknown += [
                f"{short(path)}: {name}"
                for name in named
                if name not in run.COMMANDS | {"help": None}
            ]
    assert unknown == []


def test_links_of_the_documents_lead_somewhere() -> None:
    dead = []
    for path in text_files():
        if path.suffix == ".md":
            links = re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", path.read_text("utf-8"))
            dead += [
                f"{short(path)}: {link}" for link in links if not (path.parent / link).exists()
            ]
    assert dead == []


def test_a_second_setup_is_quick_and_silent() -> None:
    call("setup")
    made = [ROOT / ".venv" / "portal-setup.txt", ROOT / ".build" / "locales" / "sources.sha256"]
    before = [path.stat().st_mtime_ns for path in made]
    answer = call("setup")
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")
    assert [path.stat().st_mtime_ns for path in made] == before  # nothing was installed or compiled


def test_htmx_comes_out_of_its_package_unchanged(run: ModuleType) -> None:
    call("setup")
    assert 'version:"2.' in (ROOT / ".build" / "vendor" / "htmx.min.js").read_text("utf-8")


def test_what_the_tests_need_is_named_with_the_command_that_brings_it(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.delenv("PORTAL_TEST_CHROMIUM", raising=False)
    with pytest.raises(SystemExit) as end:
        run.prepare_machine()
    sentence = str(end.value)
    assert "chromium, Noto CJK fonts" in sentence
    assert (
        "sudo apt-get update && sudo apt-get install -y chromium-headless-shell fonts-noto-cjk"
        in sentence
    )


def test_the_database_of_the_tests_ends_with_them_even_on_a_signal(tmp_path: Path) -> None:
    note = tmp_path / "url"
    sleeper = tmp_path / "test_sleeper.py"
    sleeper.write_text(
        "import os, pathlib, time\n"
        "def test_sleep():\n"
        f"    pathlib.Path({str(note)!r}).write_text(os.environ['PORTAL_TEST_POSTGRES_LOG'] "
        "+ ' ' + os.environ['PORTAL_TEST_POSTGRES_URL'])\n"
        "    time.sleep(600)\n",
        "utf-8",
    )
    run = subprocess.Popen(
        [sys.executable, ROOT / "run", "test", sleeper, "-p", "no:cacheprovider"],
        env=clean_environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    until = time.monotonic() + PATIENCE
    while not note.exists() and time.monotonic() < until and run.poll() is None:
        time.sleep(0.05)
    log, _, url = note.read_text("utf-8").partition(" ")
    assert Path(log).exists()
    run.send_signal(signal.SIGTERM)
    _, said = run.communicate(timeout=PATIENCE)
    assert run.returncode == 128 + signal.SIGTERM, said
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", make_url(url).port or 0)) != 0
    assert not Path(log).parent.exists()
