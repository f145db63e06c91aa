"""Makes `.venv` and `.build`, with the standard library and pip alone.

The demo needs the packages that a ward's server has; the tests need theirs, too.
"""

import fcntl
import hashlib
import importlib.util
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

from portal.building.htmx import NAME, copy_htmx
from tests.support.programs.terminal import ROOT, must, step

VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
BUILD = ROOT / ".build"
STAMP = VENV / "portal-setup.txt"
PIP: list[str | Path] = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
RUNTIME = ROOT / "requirements.lock"
BUILDING = ROOT / ".docker" / "build.lock"
TESTS = ROOT / "tests" / "requirements.lock"
SMS_LIBRARIES = {name: ROOT / ".docker" / f"{name}.lock" for name in ("aws", "twilio")}
"""What each adapter of SMS needs besides RUNTIME: an extra of the wheel, and of the image."""
CATALOGS: tuple[str | Path, ...] = (PYTHON, "-m", "portal.building.catalogs")


def setup(*, fresh: bool = False, tests: bool = True) -> int:
    """Make or refresh .venv and .build; do nothing when they fit the locks.

    Whatever fails ends with a sentence; the exit code is 0.

    Args:
        fresh: throw .venv away first.
        tests: whether the packages of the tests are needed, too.
    """
    BUILD.mkdir(exist_ok=True)
    with (BUILD / "setup.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two runs at once must not install into each other
        if fresh:
            shutil.rmtree(VENV, ignore_errors=True)
        _install([RUNTIME, BUILDING, *([TESTS] if tests else [])])
        try:
            copy_htmx(_site_packages(), BUILD / "vendor" / NAME)
        except ValueError as error:
            sys.exit(str(error))
        _compile_catalogs()
    return 0


def _install(locks: Iterable[Path]) -> None:
    """Install the locks that .venv does not have yet."""
    stamped = STAMP.read_text("utf-8").splitlines() if STAMP.exists() else []
    if not PYTHON.exists() or not set(_place()) <= set(stamped):
        stamped = _make_environment()
    for lock in locks:
        line = f"{lock.relative_to(ROOT)} {hashlib.sha256(lock.read_bytes()).hexdigest()}"
        if line not in stamped:
            name = lock.relative_to(ROOT)
            with step(f"Installing the packages of {name} into .venv"):
                options = ["install", "--no-deps", "--require-hashes", "-r"]
                pip: list[str | Path] = [*PIP, "--python", PYTHON, *options, lock]
                must(pip, "The packages could not be installed")
            kept = [old for old in stamped if not old.startswith(f"{lock.relative_to(ROOT)} ")]
            stamped = [*kept, line]
            STAMP.write_text("".join(f"{one}\n" for one in stamped), "utf-8")


def _place() -> list[str]:
    """Return what an environment is tied to besides the locks: its Python and this folder."""
    settings = VENV / "pyvenv.cfg"
    lines = settings.read_text("utf-8").splitlines() if settings.exists() else []
    version = next((line for line in lines if line.startswith("version")), "no environment")
    return [version, str(ROOT)]


def _make_environment() -> list[str]:
    """Make .venv anew with the repository on its path, and return the first lines of its stamp."""
    if importlib.util.find_spec("pip") is None:
        sys.exit(
            "pip is missing for this Python. Install it with: sudo apt-get install -y python3-pip"
        )
    shutil.rmtree(VENV, ignore_errors=True)
    with step(f"Making .venv with Python {sys.version.split()[0]}"):
        must(
            [sys.executable, "-m", "venv", "--without-pip", VENV],
            "The virtual environment could not be made",
        )
    (_site_packages() / "portal-repository.pth").write_text(f"{ROOT}\n", "utf-8")
    return _place()


def _site_packages() -> Path:
    """Return the folder of the environment's packages."""
    return next((VENV / "lib").glob("python3.*/site-packages"))


def _compile_catalogs() -> None:
    """Compile the catalogs of locales/ into .build/locales when one of them changed."""
    sources = sorted((ROOT / "locales").glob("*/LC_MESSAGES/*.po"))
    digest = hashlib.sha256()
    for source in sources:
        digest.update(f"{source.relative_to(ROOT)}\0".encode() + source.read_bytes())
    stamp = BUILD / "locales" / "sources.sha256"
    if sources and (not stamp.exists() or stamp.read_text("utf-8") != digest.hexdigest()):
        with step("Compiling the catalogs of locales/"):
            must([*CATALOGS, "compile"], "The catalogs could not be compiled")
            stamp.write_text(digest.hexdigest(), "utf-8")
