"""Where this machine has its packages from: Debian's mirror, pip's index, certificates.

Found by asking apt and pip, so that the same works behind a mirror and without one.
"""

import configparser
import shutil
import subprocess
from pathlib import Path

RELEASE = "trixie"
"""The release of Debian under the base image of the Dockerfile."""
PIP_SETTINGS = {
    "index-url",
    "extra-index-url",
    "trusted-host",
    "proxy",
    "cert",
    "client-cert",
    "timeout",
    "retries",
}
"""How to reach an index; what else a person has set (caches, constraints) is not the image's."""


def debian_mirror() -> str:
    """Return the address from which this machine has Debian's packages."""
    command = ["apt-get", "indextargets", "--format", "$(REPO_URI)\t$(RELEASE)\t$(COMPONENT)"]
    told = subprocess.run(
        [*command, "Created-By: Packages"], capture_output=True, text=True, check=True
    ).stdout
    rows = [line.split("\t") for line in dict.fromkeys(told.splitlines())]
    archives = [
        row for row in rows if len(row) == 3 and row[2] == "main" and "security" not in row[0]
    ]
    archives.sort(key=lambda row: row[1] != RELEASE)
    if not archives:
        raise RuntimeError("apt knows no archive of Debian on this machine")
    return archives[0][0]


def copy_apt_settings(root: Path) -> None:
    """Give a root this machine's way to the mirror: proxy, credentials, but not its sources."""
    for name in ("apt.conf", "auth.conf", "apt.conf.d", "auth.conf.d"):
        source, target = Path("/etc/apt", name), root / "etc" / "apt" / name
        if source.is_dir():
            shutil.copytree(source, target, dirs_exist_ok=True)
        elif source.is_file():
            shutil.copy(source, target)


def write_pip_settings(python: Path | str, root: Path, target: Path) -> None:
    """Write this machine's way to its index as a ``pip.conf`` that a root can read.

    Certificates are copied into the root, since the settings name them by path.
    """
    told = subprocess.run(
        [python, "-m", "pip", "config", "list"], capture_output=True, text=True, check=True
    ).stdout
    settings = configparser.RawConfigParser()
    settings.add_section("global")
    for line in told.splitlines():
        name, _, value = line.partition("=")
        key, value = name.rpartition(".")[2], value.strip("'\"")
        if key not in PIP_SETTINGS:
            continue
        if key in {"cert", "client-cert"} and Path(value).is_file():
            copy = root / "etc" / "ssl" / f"pip-{key}.pem"
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(value, copy)
            value = f"/etc/ssl/{copy.name}"
        settings.set("global", key, value)
    with target.open("w", encoding="utf-8") as file:
        settings.write(file)
