"""Checks what a release needs, and builds its files: `./run release`.

The steps before it, in commits of their own: the version in `portal/__init__.py`; its part in
`.github/CHANGELOG.md`; a run of all faults; an audit of the screens. The database that the version
writes (decision 0016) is stored by the first call. The steps after it are printed at the end.
"""

import argparse
import hashlib
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import portal
from portal.building.components import list_of_components
from portal.platform.schema import revisions
from tests.support import tested
from tests.support.accessibility import audit_refusals
from tests.support.component_check import component_refusals
from tests.support.databases.stored import ENGINES, revision_of, store
from tests.support.faults.record import fault_refusals
from tests.support.programs.environment import BUILD, RUNTIME, SMS_LIBRARIES
from tests.support.sources import ROOT
from tests.support.wheel import build_wheel

VERSION = re.compile(r"\d+\.\d+\.\d+")
IMAGE = re.compile(r"[\w./:-]+@sha256:[0-9a-f]{64}")
BASE = "python:3.13-slim-trixie"
OPERATORS = ("compose.yaml", ".docker/example.env", ".docker/first-roles.sh", ".github", "LICENSE")
"""What an operator needs beside wheel and image: services, units, proxies, alarms, guides."""


@dataclass(frozen=True)
class Candidate:
    """What is to be released: a version, and the clone that it is made from."""

    version: str
    clone: Path = ROOT
    today: date = field(default_factory=lambda: datetime.now(UTC).date())

    def refusals(self) -> Iterator[str]:
        """Yield what is missing, each as a sentence with the next step."""
        if not VERSION.fullmatch(self.version):
            yield (
                f"The version is {self.version}. Write the one to be released, such as 0.2.0, "
                "into portal/__init__.py."
            )
        if changed := self._git("status", "--porcelain"):
            yield f"These files are not committed:\n{changed}"
        tag = f"v{self.version}"
        if self._git("tag", "--list", tag):
            yield f"{tag} was released before: there is a tag. Raise the version."
        yield from self._changelog()
        yield from self._database()
        yield from component_refusals(self.clone, self.today)
        yield from fault_refusals(self.clone, self.version)
        yield from audit_refusals(self.clone)

    def _changelog(self) -> Iterator[str]:
        text = (self.clone / ".github" / "CHANGELOG.md").read_text("utf-8")
        heading = rf"^## {re.escape(self.version)} \(\d{{4}}-\d\d-\d\d\)\n(.*?)(?=^## |\Z)"
        part = re.search(heading, text, re.MULTILINE | re.DOTALL)
        if part is None or not part[1].strip():
            yield (
                f".github/CHANGELOG.md says nothing of this version. It needs a part "
                f"`## {self.version} (YYYY-MM-DD)`: what changes for a ward and for an operator."
            )

    def _database(self) -> Iterator[str]:
        newest = revisions(self.clone / "portal" / "migrations" / "versions")[-1]
        if not self.is_stored():
            yield (
                "The database of this version is not stored. `./run release` stores it once the "
                "version is one to be released."
            )
        elif revision_of(self.version, self.clone) != newest:
            yield (
                f"tests/stored/{self.version} was stored before migration {newest}. This version "
                "was not released yet: take the folder away, and begin again."
            )

    @property
    def commit(self) -> str:
        """The commit that it is made from."""
        return self._git("rev-parse", "HEAD")

    def is_stored(self) -> bool:
        """Whether the database that this version writes was kept."""
        stored = self.clone / "tests" / "stored" / self.version
        return all((stored / f"{engine}.xz").is_file() for engine in ENGINES)

    def can_be_stored(self) -> bool:
        """Whether this is the version to be released, whose database is still wanted."""
        released = self._git("tag", "--list", f"v{self.version}")
        return bool(VERSION.fullmatch(self.version)) and not released and not self.is_stored()

    def _git(self, *arguments: str) -> str:
        command = ["git", "-C", str(self.clone), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return done.stdout.strip()


def show(candidate: Candidate) -> None:
    """Run the tests that proofs name, and store what they showed for the wheel.

    Raises:
        ValueError: some did not pass; the message names them.
    """
    outcomes = tested.run_tests(tested.named_tests(), candidate.clone)
    failed = tested.store(
        outcomes, candidate.version, candidate.commit, candidate.today, candidate.clone
    )
    if failed:
        raise ValueError(
            "These tests show what is promised to the ward, and did not pass:\n- "
            + "\n- ".join(failed)
        )


def base_image(named: str | None) -> str:
    """Return the base image with its digest, as named or as Docker's registry has it now.

    Raises:
        ValueError: no digest; the message says how to find it.
    """
    found = named
    if named is None and shutil.which("docker"):
        command = ["docker", "buildx", "imagetools", "inspect", BASE]
        command += ["--format", "{{.Manifest.Digest}}"]
        told = subprocess.run(command, capture_output=True, text=True, check=False)
        found = f"{BASE}@{told.stdout.strip()}" if told.returncode == 0 else None
    if found is None or not IMAGE.fullmatch(found):
        raise ValueError(
            "The digest of the base image is not known here. Where Docker is, find it with\n"
            f"  docker buildx imagetools inspect {BASE} --format '{{{{.Manifest.Digest}}}}'\n"
            f"and give it: ./run release --base-image {BASE}@sha256:… "
            "(or --no-image for the wheel alone)."
        )
    return found


def for_operators(version: str, folder: Path) -> Path:
    """Pack what an operator needs into a folder, as it was committed, and return the archive."""
    target = folder / f"portal-{version}-operating.tar.gz"
    command = ["git", "-C", str(ROOT), "archive", f"--prefix=portal-{version}/"]
    subprocess.run([*command, "-o", str(target), "HEAD", *OPERATORS], check=True)
    return target


def build(version: str, base: str | None, folder: Path) -> list[Path]:
    """Build the files of a release into a folder, and return them.

    Raises:
        ValueError: two builds of the wheel differ.
    """
    wheel = build_wheel(folder)
    again = build_wheel(BUILD / "wheel")
    if wheel.read_bytes() != again.read_bytes():
        raise ValueError("Two builds of the wheel differ, so that nobody could check this one.")
    locks = [Path(shutil.copy(lock, folder)) for lock in (RUNTIME, *SMS_LIBRARIES.values())]
    files = [wheel, *locks, for_operators(version, folder)]
    files.append(folder / f"portal-{version}.cdx.json")
    files[-1].write_text(list_of_components(version, RUNTIME), "utf-8")
    if base is not None:
        files.append(folder / "image.env")
        files[-1].write_text(f"PORTAL_VERSION={version}\nPORTAL_BASE_IMAGE={base}\n", "utf-8")
    sums = "".join(
        f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files
    )
    files.append(folder / "SHA256SUMS")
    files[-1].write_text(sums, "utf-8")
    return files


def main(arguments: Sequence[str]) -> None:
    """Make the files of the release, or end with everything that is missing."""
    parser = argparse.ArgumentParser(prog="./run release", description=__doc__)
    image = parser.add_mutually_exclusive_group()
    image.add_argument("--base-image", metavar="NAME@sha256:…", help=f"instead of today's {BASE}")
    image.add_argument("--no-image", action="store_true", help="the wheel alone")
    parser.add_argument(
        "--no-tests",
        action="store_true",
        help="for a trial: nothing that tests show is printed as done",
    )
    options = parser.parse_args(arguments)
    version = portal.__version__
    candidate = Candidate(version)
    if candidate.can_be_stored():
        store(version)
        print(f"tests/stored/{version} is the database that this version writes: commit it.")
    missing = list(candidate.refusals())
    if missing:
        sys.exit("No release yet.\n- " + "\n- ".join(missing))
    folder = BUILD / "release" / version
    try:
        base = None if options.no_image else base_image(options.base_image)
        if not options.no_tests:
            show(candidate)
        files = build(version, base, folder)
    except ValueError as error:
        sys.exit(str(error))
    for file in files:
        print(file.relative_to(ROOT))
    print(f"Then: git tag -a v{version} -m 'portal {version}'")
    if base is not None:
        given = (folder / "image.env").relative_to(ROOT)
        print(f"      docker compose --env-file .env --env-file {given} build")


if __name__ == "__main__":
    main(sys.argv[1:])
