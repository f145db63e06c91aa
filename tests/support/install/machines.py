"""Machines of an installation with the wheel: each is a root with an address of its own."""

import contextlib
import os
import shlex
import signal
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.faults.cluster import children_of
from tests.support.install.network import Network, inside
from tests.support.programs.servers import PATIENCE
from tests.support.sources import ROOT

UNITS = ROOT / ".github" / "systemd"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass
class Machine:
    """A root that runs in the network.

    Attributes:
        name: Its name in the network.
        root: The folder of its system.
        network: Where it is reached.
        started: What runs for good, to be ended.
    """

    name: str
    root: Path
    network: Network
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def run(self, script: str, user: str = "root") -> str:
        """Run a script and return what it wrote to standard output.

        Raises:
            RuntimeError: it failed; the message is what it said.
        """
        done = subprocess.run(
            self._command(script, user),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(
                f"{self.name}: {script}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
            )
        return done.stdout

    def start(self, script: str, user: str = "root") -> Path:
        """Start what runs for good, and return the file that it writes to."""
        log = self.root / "var" / "log" / f"started-{len(self.started)}.log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                self._command(script, user), stdin=subprocess.DEVNULL, stdout=out, stderr=out
            )
        self.started.append(process)
        return log

    def stop(self) -> None:
        """End everything at once; processes end with the first one of their namespace."""
        for process in self.started:
            for number in children_of(process.pid):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(number, signal.SIGKILL)
            process.kill()
            process.wait()
        self.started.clear()

    def _command(self, script: str, user: str) -> list[str]:
        mounted = (
            'mount -t proc proc "$0/proc" && mount --bind /dev "$0/dev" && exec chroot "$0" "$@"'
        )
        unshared = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", mounted]
        as_user = ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups"]
        known = ["env", "-i", f"PATH={PATH}", "LANG=C.UTF-8", "HOME=/root"]
        words = [*unshared, str(self.root), *as_user, *known, "sh", "-euc", script]
        return inside(self.network.add(self.name), words)


def started_by(unit: str, instance: str = "") -> str:
    """Return what systemd starts for a unit, as a script: its settings and its command."""
    lines = (UNITS / unit).read_text("utf-8").replace("%i", instance).splitlines()
    script = ["set -a"]
    for line in lines:
        name, _equals, value = line.partition("=")
        if name == "Environment":
            script.append(value)
        elif name == "EnvironmentFile":
            script.append(f". {value}")
    script.append("set +a")
    (command,) = (line.partition("=")[2] for line in lines if line.startswith("ExecStart="))
    return "\n".join([*script, f"exec {command}"])


def settings_file(values: dict[str, str]) -> str:
    """Return settings as a file that systemd and a shell read alike."""
    return "".join(f"{name}={shlex.quote(value)}\n" for name, value in values.items())
