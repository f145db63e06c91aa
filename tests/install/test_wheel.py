"""The wheel carries all that runs, and runs where nothing else of the repository is.

`./run install` installs it with its packages into an empty system; here the packages are those of
the tests.
"""

import hashlib
import json
import re
import subprocess
import sys
import urllib.request
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from email.parser import Parser
from pathlib import Path

import pytest

import portal
from portal.building import components, htmx
from portal.building.catalogs import SOURCES_AND_LANGUAGES
from portal.building.tested import FILE
from portal.domain.oversight.management.proven_by_tests import PROVEN_BY_TESTS
from tests.support.programs.environment import RUNTIME
from tests.support.programs.servers import PATIENCE, Server, clean_environment, free_port
from tests.support.sources import ROOT
from tests.support.tested import named_tests, store
from tests.support.wheel import build_wheel


@dataclass(frozen=True)
class Installed:
    """The wheel, and the folder that it was unpacked into."""

    wheel: Path
    folder: Path

    def environment(self, data: Path) -> dict[str, str]:
        return clean_environment(
            PYTHONPATH=str(self.folder), PORTAL_DATA_DIR=str(data), PORTAL_LANG="en"
        )

    def run(self, data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "portal", *arguments],
            cwd=data,
            env=self.environment(data),
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    made = tmp_path_factory.mktemp("wheel")
    wheel = build_wheel(made / "built")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(made / "unpacked")
    return Installed(wheel, made / "unpacked")


def files(folder: Path) -> set[str]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix() for path in found if "__pycache__" not in path.parts
    }


def test_the_same_sources_give_the_same_bytes(installed: Installed, tmp_path: Path) -> None:
    again = build_wheel(tmp_path / "again")
    assert again.name == installed.wheel.name
    assert again.read_bytes() == installed.wheel.read_bytes()


def test_it_carries_every_page_style_catalog_program_and_migration(installed: Installed) -> None:
    resources = installed.folder / "portal" / "resources"
    for name in ("templates", "static"):
        assert files(resources / name) == files(ROOT / name)
    catalogs = {
        f"{language}/LC_MESSAGES/{domain}.mo"
        for domain, languages in SOURCES_AND_LANGUAGES
        for language in languages
    }
    assert files(resources / "locales") == catalogs
    assert [htmx.is_htmx(resources / "vendor" / name) for name in files(resources / "vendor")] == [
        True
    ]
    for package in ("portal", "admin"):
        built = ("building/", "README", "test_results.json")
        left_out = {f for f in files(ROOT / package) if f.startswith(built)}
        here = {f for f in files(installed.folder / package) if not f.startswith("resources/")}
        assert here == files(ROOT / package) - left_out


@pytest.mark.asvs("13.4.1", "15.2.3")
def test_it_carries_nothing_else(installed: Installed) -> None:
    first = {name.partition("/")[0] for name in files(installed.folder)}
    assert first == {"admin", "portal", f"portal-{portal.__version__}.dist-info"}


@pytest.mark.asvs("15.1.2")
def test_it_carries_the_list_of_what_it_runs_on(installed: Installed) -> None:
    information = installed.folder / f"portal-{portal.__version__}.dist-info"
    told = (information / "sboms" / components.FILE).read_text("utf-8")
    assert told == components.list_of_components(portal.__version__, RUNTIME)


def test_it_asks_for_the_packages_that_are_locked_and_not_for_django(installed: Installed) -> None:
    information = installed.folder / f"portal-{portal.__version__}.dist-info"
    told = Parser().parsestr((information / "METADATA").read_text("utf-8"))
    asked = told.get_all("Requires-Dist") or []
    assert not any("django" in one.lower() for one in asked)
    assert any(one.startswith("litestar") for one in asked)
    assert told.get_all("Provides-Extra") == ["aws", "twilio"]
    libraries = [one for one in asked if one.startswith(("boto3", "twilio"))]
    assert all("extra ==" in one for one in libraries), "only who asks for an adapter gets these"
    assert told["Version"] == portal.__version__
    assert "portal = portal.__main__:main" in (information / "entry_points.txt").read_text("utf-8")


def test_commands_run_from_it_alone(installed: Installed, tmp_path: Path) -> None:
    assert installed.run(tmp_path, "--version").stdout == f"portal {portal.__version__}\n"
    made = installed.run(tmp_path, "init")
    assert made.returncode == 0, made.stderr
    assert made.stdout.endswith("Everything is ready.\n")  # translated: the catalogs are there
    checked = installed.run(tmp_path, "program", "check")
    assert "Traceback" not in checked.stderr
    assert checked.stdout


def test_a_page_of_the_sources_is_not_written_from_it(installed: Installed, tmp_path: Path) -> None:
    said = installed.run(tmp_path, "states", "--write")
    assert (said.returncode, said.stderr) == (1, "--write works only in a clone of the sources.\n")


CHECKLIST = ("report", "checklist")


def test_without_results_of_the_tests_nothing_that_they_show_is_done(
    installed: Installed, tmp_path: Path
) -> None:
    assert "resources/test_results.json" not in files(installed.folder / "portal")
    assert installed.run(tmp_path, "init").returncode == 0
    said = installed.run(tmp_path, *CHECKLIST).stdout
    assert "この版では示せない" in said


def test_it_carries_what_the_tests_of_its_sources_showed(tmp_path: Path) -> None:
    (path, name), *_others = PROVEN_BY_TESTS["archives"].tests
    failed = f"{path}::{name}"
    outcomes = dict.fromkeys(named_tests(), "passed") | {failed: "failed"}
    kept = (ROOT / FILE).read_bytes() if (ROOT / FILE).exists() else None
    try:
        assert store(outcomes, portal.__version__, "ab" * 20, date(2026, 12, 1)) == [failed]
        wheel = build_wheel(tmp_path / "built")
        told = json.loads((ROOT / FILE).read_text("utf-8"))
        (ROOT / FILE).write_text(json.dumps(told | {"sources": "others"}), "utf-8")
        other = build_wheel(tmp_path / "other")
    finally:
        (ROOT / FILE).unlink()
        if kept is not None:
            (ROOT / FILE).write_bytes(kept)
    carried = "portal/resources/test_results.json"
    with zipfile.ZipFile(other) as archive:
        assert not [one for one in archive.namelist() if "test_results" in one]
    with zipfile.ZipFile(wheel) as archive:
        assert [one for one in archive.namelist() if "test_results" in one] == [carried]
        archive.extractall(tmp_path / "unpacked")
    made = Installed(wheel, tmp_path / "unpacked")
    assert made.run(tmp_path, "init").returncode == 0
    said = made.run(tmp_path, *CHECKLIST).stdout
    assert "この版では示せない" not in said
    assert "2026-12-01 の試験" in said
    assert "通りませんでした" in said


@pytest.fixture
def served(installed: Installed, tmp_path: Path) -> Iterator[Server]:
    assert installed.run(tmp_path, "init").returncode == 0
    port = free_port()
    command = [sys.executable, "-m", "portal", "serve", "resident", "--port", str(port)]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=tmp_path,
            env=installed.environment(tmp_path) | {"PORTAL_ENVIRONMENT": "test"},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    server = Server(process, tmp_path / "log", port)
    server.wait()
    yield server
    server.stop()


def fetch(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
        body: bytes = answer.read()
    return body


def test_a_page_with_its_style_and_htmx_comes_from_it(installed: Installed, served: Server) -> None:
    assert fetch(f"{served.url}/healthz").decode() == f"ok {portal.__version__}\n"
    page = fetch(f"{served.url}/signin").decode()
    style = re.search(r'href="(/static/css/portal\.[0-9a-f]+\.css)"', page)
    assert style is not None
    assert b"{" in fetch(served.url + style[1])
    file = installed.folder / "portal" / "resources" / "vendor" / htmx.NAME
    hashed = hashlib.sha256(file.read_bytes()).hexdigest()[:10]
    script = fetch(f"{served.url}/static/htmx.min.{hashed}.js")
    assert hashlib.sha256(script).hexdigest() == htmx.SHA256
