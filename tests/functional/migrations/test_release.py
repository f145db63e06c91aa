"""A release, made in a clone by the steps of `developing.md`: what it asks for, and what comes out.

Nothing is pushed: the clone is thrown away.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

import portal
from portal.platform.schema import revisions
from tests.support.accessibility import RESULTS, digest_of_screens
from tests.support.audit import results
from tests.support.component_check import locked
from tests.support.databases.stored import revision_of
from tests.support.faults.record import Run, Tried, keep
from tests.support.install.compose import read_compose
from tests.support.install.projects import example_values
from tests.support.programs.locks import names_in
from tests.support.sources import ROOT

pytestmark = pytest.mark.matrix

BASE = f"python:3.13-slim-trixie@sha256:{'0123456789abcdef' * 4}"
LONGEST = 900


def next_version() -> str:
    """The version that follows: of a version between releases, the one that it leads to."""
    if ".dev" in portal.__version__:
        return portal.__version__.partition(".dev")[0]
    *earlier, last = portal.__version__.split(".")
    return ".".join([*earlier, str(int(last) + 1)])


VERSION = next_version()


def git(clone: Path, *arguments: str) -> str:
    person = ["-c", "user.name=Test", "-c", "user.email=test@example.jp"]
    done = subprocess.run(
        ["git", *person, *arguments], cwd=clone, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def tool(clone: Path, module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a tool of the tests in the clone: what `./run` does after its set-up."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=clone,
        env=own | {"PYTHONPATH": str(clone)},
        capture_output=True,
        text=True,
        timeout=LONGEST,
        check=False,
    )


def release(clone: Path) -> subprocess.CompletedProcess[str]:
    return tool(clone, "tests.support.release", "--no-tests", "--base-image", BASE)


def replace_in(path: Path, pattern: str, text: str) -> None:
    written, count = re.subn(pattern, text, path.read_text("utf-8"), count=1, flags=re.MULTILINE)
    assert count == 1, (path.name, pattern)
    path.write_text(written, "utf-8")


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh clone with what `./run setup` builds."""
    made = tmp_path_factory.mktemp("release") / "clone"
    subprocess.run(["git", "clone", "-q", str(ROOT), str(made)], check=True)
    for name in ("vendor", "locales"):
        shutil.copytree(ROOT / ".build" / name, made / ".build" / name)
    return made


@pytest.fixture(scope="module")
def refused(clone: Path) -> str:
    """What the release says while nothing is prepared."""
    done = release(clone)
    assert done.returncode == 1
    return done.stderr


@pytest.fixture(scope="module")
def said(clone: Path, refused: str) -> str:
    """What the release says once all its steps are done and committed."""
    assert refused
    today = datetime.now(UTC).date()
    newest = revisions(clone / "portal" / "migrations" / "versions")[-1]
    replace_in(
        clone / "portal" / "__init__.py", r"^__version__ = .*$", f'__version__ = "{VERSION}"'
    )
    replace_in(clone / ".github" / "CHANGELOG.md", "^## Unreleased$", f"## {VERSION} ({today})")
    (clone / ".github" / "components.toml").write_text(
        f'checked_on = {today}\nlock = "{locked(clone)}"\n', "utf-8"
    )
    audited = results(all_languages=True, now=datetime.now(UTC))
    audited["screens_digest"] = digest_of_screens(clone)
    (clone / RESULTS).write_text(json.dumps(audited), "utf-8")
    git(clone, "add", "-A")
    git(clone, "commit", "-qm", f"Release {VERSION}")
    stored = release(clone)
    assert f"tests/stored/{VERSION} is the database" in stored.stdout
    assert "are not committed" in stored.stderr
    assert "faults --all" in stored.stderr
    tried = Run(VERSION, git(clone, "rev-parse", "HEAD"), False, str(today), 1)
    tried.tests["test_f1"] = Tried("passed", 1.0, {"outage_s": 0.5})
    keep(tried, clone)
    git(clone, "add", "-A")
    git(clone, "commit", "-qm", f"Keep what {VERSION} wrote, and that its faults were tried")
    assert revision_of(VERSION, clone) == newest
    done = release(clone)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def folder(clone: Path, said: str) -> Path:
    assert said
    return clone / ".build" / "release" / VERSION


def test_it_names_at_once_everything_that_is_missing(refused: str) -> None:
    for missing in ("portal/__init__.py", "CHANGELOG.md", "is not stored", "faults --all"):
        assert missing in refused
    assert ".github/components.toml" in refused
    assert "Nobody noted who looked for faults" in refused


def test_it_gives_these_files_and_their_sums(folder: Path, said: str) -> None:
    names = {path.name for path in folder.iterdir()}
    assert names == {
        f"portal-{VERSION}-py3-none-any.whl",
        "requirements.lock",
        "aws.lock",
        "twilio.lock",
        f"portal-{VERSION}-operating.tar.gz",
        f"portal-{VERSION}.cdx.json",
        "image.env",
        "SHA256SUMS",
    }
    assert all(name in said for name in names)
    subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=folder, check=True)
    assert len((folder / "SHA256SUMS").read_text("utf-8").splitlines()) == len(names) - 1


def test_the_wheel_is_the_version_and_says_so(folder: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(folder / f"portal-{VERSION}-py3-none-any.whl") as wheel:
        wheel.extractall(tmp_path)
    told = subprocess.run(
        [sys.executable, "-m", "portal", "--version"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout == f"portal {VERSION}\n"
    metadata = (tmp_path / f"portal-{VERSION}.dist-info" / "METADATA").read_text("utf-8")
    assert f"\nVersion: {VERSION}\n" in metadata


def test_the_lock_and_the_list_of_components_are_about_the_same(folder: Path, clone: Path) -> None:
    lock = folder / "requirements.lock"
    assert lock.read_bytes() == (clone / "requirements.lock").read_bytes()
    listed = json.loads((folder / f"portal-{VERSION}.cdx.json").read_text("utf-8"))
    assert listed["metadata"]["component"]["version"] == VERSION
    assert {component["name"] for component in listed["components"]} == names_in(lock)
    with zipfile.ZipFile(folder / f"portal-{VERSION}-py3-none-any.whl") as wheel:
        (inside,) = (name for name in wheel.namelist() if name.endswith(".cdx.json"))
        assert wheel.read(inside) == (folder / f"portal-{VERSION}.cdx.json").read_bytes()


def test_the_image_gets_its_version_and_its_base_by_digest(folder: Path) -> None:
    lines = (folder / "image.env").read_text("utf-8").splitlines()
    values = dict(line.split("=", 1) for line in lines)
    services = read_compose(example_values() | values).services
    for name in ("portal-1", "portal-2", "admin", "worker", "metrics", "backup", "init"):
        described = services[name].described
        assert described["image"] == f"portal:{VERSION}"
        assert described["build"]["args"] == {"BASE_IMAGE": BASE, "SMS_LIBRARIES": ""}


def test_an_operator_finds_what_the_guides_and_compose_yaml_name(
    folder: Path, tmp_path: Path
) -> None:
    with tarfile.open(folder / f"portal-{VERSION}-operating.tar.gz") as packed:
        packed.extractall(tmp_path, filter="data")
    unpacked = tmp_path / f"portal-{VERSION}"
    compose = (unpacked / "compose.yaml").read_text("utf-8")
    guides = "".join(
        (unpacked / ".github" / "guides" / f"{name}.md").read_text("utf-8")
        for name in ("operate", "operate-compose")
    )
    named = re.findall(r"\./(\.docker/[\w.-]+)", compose)
    named += re.findall(r"cp (\.docker/[\w.-]+)", guides)
    named += re.findall(r"`(\.github/[\w./@-]*[\w/])`", guides)
    assert ".docker/example.env" in named
    for name in named:
        assert (unpacked / name).exists(), name
    changes = (unpacked / ".github" / "CHANGELOG.md").read_text("utf-8")
    assert f"## {VERSION} (" in changes


def test_the_tag_that_it_prints_marks_the_commit_and_a_version_is_released_once(
    clone: Path, said: str
) -> None:
    (command,) = re.findall(r"git tag -a (\S+) -m '([^']+)'", said)
    git(clone, "tag", "-a", command[0], "-m", command[1])
    assert git(clone, "rev-parse", f"{command[0]}^{{commit}}") == git(clone, "rev-parse", "HEAD")
    assert git(clone, "status", "--porcelain") == ""
    again = release(clone)
    assert again.returncode == 1
    assert "there is a tag" in again.stderr
