"""Prometheus takes the rules of the alarms as they are supplied."""

import shutil
import subprocess

from tests.support.sources import ROOT


def test_prometheus_itself_accepts_the_rules() -> None:
    program = shutil.which("promtool")
    assert program is not None, "promtool (Debian: promtool, or prometheus) is missing"
    done = subprocess.run(
        [program, "check", "rules", str(ROOT / ".github" / "monitoring" / "alarms.yml")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "SUCCESS" in done.stdout
