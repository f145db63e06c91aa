"""The image holds the portal and what it needs to run, and nothing else."""

import hashlib
import json
import re
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

import portal
from portal.building import components, htmx
from tests.support.install import roots
from tests.support.install.containers import Image
from tests.support.install.dockerfile import Run, read_stages
from tests.support.install.roots import run_in
from tests.support.programs.environment import BUILDING, RUNTIME, SMS_LIBRARIES, TESTS
from tests.support.programs.locks import names_in
from tests.support.wheel import build_wheel

MOST_MEGABYTES = 480
"""Of /opt/portal; decision 0020 says of what."""


def as_portal(image: Image, *command: str, **variables: str) -> str:
    user, group = image.user.split(":")
    dropped = ["setpriv", f"--reuid={user}", f"--regid={group}", "--clear-groups"]
    known = {**image.environment, **variables}
    return run_in(image.root, [*dropped, *command], known)


def test_the_command_says_the_version(image: Image) -> None:
    assert as_portal(image, "portal", "--version") == f"portal {portal.__version__}\n"


@pytest.mark.asvs("15.2.3")
def test_neither_django_nor_tools_for_tests_and_building_are_there(image: Image) -> None:
    program = (
        "from importlib.metadata import distributions; from importlib.util import find_spec\n"
        "print(find_spec('django'), find_spec('tests'), find_spec('portal.building'))\n"
        "print(*sorted(one.name.lower().replace('_', '-') for one in distributions()))"
    )
    absent, packages = as_portal(image, "python", "-c", program).splitlines()
    assert absent == "None None None"
    assert set(packages.split()) == names_here(RUNTIME) | {"portal"}
    tools = (names_in(TESTS) | names_in(BUILDING)) - names_in(RUNTIME)
    assert not tools & set(packages.split())


@pytest.mark.asvs("15.1.2")
def test_the_list_of_components_in_it_names_every_package_that_is_there(image: Image) -> None:
    (found,) = (image.root / "opt" / "portal").rglob(f"portal-*.dist-info/sboms/{components.FILE}")
    told = json.loads(found.read_text("utf-8"))
    assert (told["bomFormat"], told["metadata"]["component"]["name"]) == ("CycloneDX", "portal")
    program = (
        "from importlib.metadata import distributions\n"
        "for one in distributions(): print(one.name.lower().replace('_', '-'), one.version)"
    )
    there = dict(line.split() for line in as_portal(image, "python", "-c", program).splitlines())
    del there["portal"]
    listed = {one["name"]: one["version"] for one in told["components"]}
    assert there.items() <= listed.items()


def names_here(lock: Path) -> set[str]:
    """The packages of a lock without those of other systems."""
    lines = re.findall(r"^([a-z0-9-]+)==([^\\]*)", lock.read_text("utf-8"), re.MULTILINE)
    return {name for name, rest in lines if "== 'win32'" not in rest}


def test_every_package_has_what_it_needs(image: Image) -> None:
    said = run_in(
        image.root, ["python3", "-m", "pip", "--python", "/opt/portal/bin/python", "check"], {}
    )
    assert "No broken requirements found" in said


@pytest.fixture(scope="module")
def with_libraries(folder: Path, image: Image) -> Path:
    """The image that is built with both libraries of SMS, by the last command of the Dockerfile."""
    stage = read_stages()[-1]
    assert stage.arguments == {"SMS_LIBRARIES": ""}
    step = stage.steps[-1]
    assert isinstance(step, Run)
    assert "SMS_LIBRARIES" in step.command
    root = roots.copy_of(image.root, folder / "with-libraries")
    roots.run_step(step, root, {"SMS_LIBRARIES": "aws twilio"})
    return root


def test_the_libraries_of_sms_are_in_it_when_the_build_names_them(
    image: Image, with_libraries: Path
) -> None:
    program = "import boto3, twilio; print(boto3.__version__, twilio.__version__)"
    variant = replace(image, root=with_libraries)
    told = as_portal(variant, "python", "-c", program).split()
    locks = "".join(lock.read_text("utf-8") for lock in SMS_LIBRARIES.values())
    assert told == [
        found[1]
        for name in ("boto3", "twilio")
        if (found := re.search(rf"^{name}==(\S+)", locks, re.MULTILINE))
    ]
    check = ["python3", "-m", "pip", "--python", "/opt/portal/bin/python", "check"]
    assert "No broken requirements found" in run_in(with_libraries, check, {})


def test_the_image_is_small(image: Image) -> None:
    told = subprocess.run(
        ["du", "-sm", image.root / "opt" / "portal"], capture_output=True, text=True, check=True
    )
    megabytes = int(told.stdout.split()[0])
    print(f"/opt/portal: {megabytes} MB")
    assert megabytes <= MOST_MEGABYTES


@pytest.mark.asvs("13.2.2")
def test_the_user_of_the_image_can_write_nothing_but_its_data(image: Image) -> None:
    found = as_portal(
        image,
        "sh",
        "-c",
        "find / -xdev -writable -not -type l -not -path '/proc/*' 2>/dev/null; true",
    )
    places = {
        line
        for line in found.splitlines()
        if not line.startswith(("/dev", "/tmp", "/var/tmp", "/run/lock"))
    }
    assert places == {"/var/lib/portal"}


def test_the_wheel_of_the_image_is_the_one_that_is_built_here(
    stages: dict[str, Path], tmp_path: Path
) -> None:
    there = next((stages["wheel"] / "wheel").glob("*.whl"))
    here = build_wheel(tmp_path / "wheel")
    assert contents(there) == contents(here)


def contents(wheel: Path) -> dict[str, str]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: hashlib.sha256(archive.read(name)).hexdigest() for name in archive.namelist()}


def test_htmx_in_the_image_is_the_checked_file(image: Image) -> None:
    found = list((image.root / "opt" / "portal").rglob(htmx.NAME))
    assert [htmx.is_htmx(path) for path in found] == [True]


@pytest.mark.parametrize("program", ["sample", "demo"])
def test_the_programs_are_checked(image: Image, program: str) -> None:
    said = as_portal(image, "portal", "--program", program, "program", "check", PORTAL_LANG="en")
    assert "Traceback" not in said
