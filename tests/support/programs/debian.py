"""What the tests need from the machine, by the names of Debian's packages."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence

from tests.support.programs import postgres_server
from tests.support.programs.terminal import call, step

PACKAGES = {
    "chromium": "chromium-headless-shell",  # Chromium without windows: half the work a page
    "Noto CJK fonts": "fonts-noto-cjk",
    "PostgreSQL": "postgresql",
    "debootstrap": "debootstrap",
    "network namespaces": "iproute2",
    "nginx": "nginx-light",
    "HAProxy": "haproxy",
    "pgBackRest": "pgbackrest",
    "promtool": "promtool",
}
OLDER_PACKAGES = {"chromium-headless-shell": "chromium", "promtool": "prometheus"}
TESTS = ("chromium", "Noto CJK fonts", "PostgreSQL")
INSTALLATION = ("debootstrap", "network namespaces", "nginx", "HAProxy", "promtool")
SYSTEM = "/usr/sbin:/usr/bin:/sbin:/bin"
BROWSERS = ("chromium-headless-shell", "chromium", "google-chrome")


def missing_parts(needed: Sequence[str] = TESTS) -> list[str]:
    """Return what the machine lacks, by the names of PACKAGES."""
    have = _have()
    return [name for name in needed if not have[name]]


def _have() -> Mapping[str, bool]:
    fonts = b""
    if shutil.which("fc-list"):
        fonts = subprocess.run(["fc-list", ":", "family"], capture_output=True, check=False).stdout
    given = os.environ
    postgres = given.get("PORTAL_TEST_POSTGRES_URL") or postgres_server.postgres_programs()
    return {
        "chromium": bool(given.get("PORTAL_TEST_CHROMIUM") or any(map(shutil.which, BROWSERS))),
        "Noto CJK fonts": b"Noto Sans CJK JP" in fonts,
        "PostgreSQL": bool(postgres),
        "debootstrap": bool(shutil.which("debootstrap")),
        "network namespaces": bool(shutil.which("ip")),
        "nginx": bool(shutil.which("nginx", path=SYSTEM)),
        "HAProxy": bool(shutil.which("haproxy", path=SYSTEM)),
        "pgBackRest": bool(shutil.which("pgbackrest")),
        "promtool": bool(shutil.which("promtool")),
    }


def prepare_machine(needed: Sequence[str] = TESTS) -> None:
    """Install what is missing as root, or print the command that does."""
    missing = missing_parts(needed)
    if not missing:
        return
    packages = [PACKAGES[name] for name in missing]
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        command = f"sudo apt-get update && sudo apt-get install -y {' '.join(packages)}"
        sys.exit(
            f"The tests need {', '.join(missing)}, which this machine lacks. Install with:"
            f"\n  {command}"
        )
    with step(f"Installing {', '.join(packages)} from Debian"):
        # RUNLEVEL=1 keeps the package from starting a database server of its own.
        env = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
        for verb, options in (("update", []), ("install", ["-y", "--no-install-recommends"])):
            names = [_known_package(name) for name in packages] if verb == "install" else []
            if call(["apt-get", verb, "-q", *options, *names], env, sys.stderr) != 0:
                sys.exit(
                    f"apt-get {verb} failed; the reason stands above. The tests "
                    f"need {', '.join(missing)}."
                )
    if missing := missing_parts(needed):
        sys.exit(f"Still missing after the installation: {', '.join(missing)}.")


def _known_package(name: str) -> str:
    """Return the package, or the one that older releases of Debian have in its place."""
    shown = subprocess.run(["apt-cache", "show", name], capture_output=True, check=False)
    return name if shown.returncode == 0 else OLDER_PACKAGES.get(name, name)
