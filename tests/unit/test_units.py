"""The systemd units: what ends is started again, may touch little, and systemd understands them."""

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from portal.cli.context import Context
from portal.cli.main import portal
from portal.settings import Settings
from portal.worker.worker import STOP_SECONDS
from tests.support.sources import ROOT

UNITS = ROOT / ".github" / "systemd"
LASTING = ("portal@.service", "portal-worker.service", "portal-metrics.service")
PLACE = "/opt/portal/bin"
ANALYZE = shutil.which("systemd-analyze")


def lines(unit: str) -> dict[str, list[str]]:
    """All settings of a unit, whatever their section; some stand there more than once."""
    found: dict[str, list[str]] = {}
    for line in (UNITS / unit).read_text("utf-8").splitlines():
        name, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found.setdefault(name, []).append(value)
    return found


@pytest.mark.parametrize("unit", LASTING)
def test_what_ended_is_started_again_however_often(unit: str) -> None:
    found = lines(unit)
    assert found["Restart"] == ["always"]
    assert found["StartLimitIntervalSec"] == ["0"]
    assert int(found["RestartSec"][0]) <= 5


@pytest.mark.parametrize("unit", LASTING)
def test_a_stop_leaves_time_to_finish(unit: str) -> None:
    assert int(lines(unit)["TimeoutStopSec"][0]) > STOP_SECONDS


@pytest.mark.parametrize("unit", LASTING)
@pytest.mark.asvs("13.2.2")
def test_it_runs_as_nobody_special_and_writes_its_own_folder_and_the_wards_heads(unit: str) -> None:
    found = lines(unit)
    assert found["User"] == ["portal"]
    assert found["CapabilityBoundingSet"] == [""]
    assert found["NoNewPrivileges"] == ["yes"]
    assert found["ProtectSystem"] == ["strict"]
    assert found["StateDirectory"] == ["portal"]
    outside = [] if unit == "portal-metrics.service" else ["-/mnt/portal-audit"]
    assert found.get("ReadWritePaths", []) == outside, "where signed heads of the audit are kept"


def test_a_backup_is_made_each_night_even_if_the_machine_slept() -> None:
    found = lines("portal-backup.timer")
    assert found["OnCalendar"] == ["*-*-* 02:15:00 Asia/Tokyo"]
    assert found["Persistent"] == ["yes"]
    backup = lines("portal-backup.service")
    assert backup["User"] == ["portal"]
    assert backup["ExecStart"] == [f"{PLACE}/portal backup --prune"]


def commands() -> Iterator[list[str]]:
    for path in UNITS.iterdir():
        for line in re.findall(r"^Exec\w+=-?(.+)$", path.read_text("utf-8"), re.MULTILINE):
            words = shlex.split(line)
            if words[0] == f"{PLACE}/portal":
                yield words[1:]


@pytest.mark.parametrize("words", [*commands()], ids=" ".join)
def test_its_commands_are_commands(words: list[str]) -> None:
    command = portal.get_command(click.Context(portal), words[0])
    assert command is not None
    given = [
        {"%i": "resident", "${HOST}": "127.0.0.1", "${PORT}": "8000"}.get(word, word)
        for word in words[1:]
    ]
    command.make_context(words[0], given, obj=Context(Settings()))  # refuses what it does not know


def analyze(folder: Path, unit: str) -> str:
    """What systemd says against a unit whose programs and settings are there."""
    binaries = folder / "bin"
    binaries.mkdir(exist_ok=True)
    for name in ("portal", "python"):
        (binaries / name).write_text("#!/bin/sh\n")
        (binaries / name).chmod(0o755)
    for path in UNITS.iterdir():
        text = path.read_text("utf-8").replace(PLACE, str(binaries))
        (folder / path.name).write_text(text, "utf-8")
    command = [str(ANALYZE), "verify", "--man=no", str(folder / unit)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stderr + done.stdout + ("" if done.returncode == 0 else f"{done.returncode}")


@pytest.mark.parametrize("unit", sorted(path.name for path in UNITS.iterdir()))
def test_systemd_understands_it(unit: str, tmp_path: Path) -> None:
    """Where systemd is; elsewhere the other tests read the files."""
    if ANALYZE is not None:
        assert analyze(tmp_path, unit) == ""
