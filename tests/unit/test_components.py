"""The list of components of a release names what runs, from the lock, and nothing else."""

import json
import re
from pathlib import Path

import pytest

from portal.building.components import list_of_components, packages
from portal.building.htmx import SHA256
from tests.support.programs.environment import RUNTIME, TESTS
from tests.support.programs.locks import names_in

LOCK = """alembic==1.20.1 \\
    --hash=sha256:{} \\
    --hash=sha256:{}
    # via portal (pyproject.toml)
colorama==0.4.6 ; sys_platform == 'win32' \\
    --hash=sha256:{}
    # via
    #   alembic
    #   click
""".format("a" * 64, "b" * 64, "c" * 64)


@pytest.mark.asvs("15.1.2")
def test_every_package_of_the_lock_is_in_it_with_version_and_hashes_and_nothing_else() -> None:
    told = json.loads(list_of_components("0.3.0", RUNTIME))
    text = RUNTIME.read_text("utf-8")
    locked = dict(re.findall(r"^([a-z0-9.-]+)==([^\s;]+)", text, re.MULTILINE))
    assert {one["name"]: one["version"] for one in told["components"]} == locked
    assert set(locked) == names_in(RUNTIME)
    assert not {one["name"] for one in told["components"]} & (names_in(TESTS) - names_in(RUNTIME))
    hashes = [one["content"] for part in told["components"] for one in part["hashes"]]
    assert sorted(hashes) == sorted(re.findall(r"sha256:([0-9a-f]{64})", text))
    for one in told["components"]:
        assert one["purl"] == f"pkg:pypi/{one['name']}@{one['version']}"
        assert {entry["alg"] for entry in one["hashes"]} == {"SHA-256"}


def test_it_says_of_what_it_is_the_list_and_names_no_host() -> None:
    text = list_of_components("0.3.0", RUNTIME)
    told = json.loads(text)
    assert (told["bomFormat"], told["specVersion"]) == ("CycloneDX", "1.6")
    portal = told["metadata"]["component"]
    assert (portal["name"], portal["version"]) == ("portal", "0.3.0")
    assert portal["components"][0]["hashes"] == [{"alg": "SHA-256", "content": SHA256}]
    addresses = set(re.findall(r"https?://[^\"/]+", text))
    assert addresses <= {"http://cyclonedx.org", "https://cyclonedx.org"}


def test_who_needs_a_package_is_told(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text(LOCK, "utf-8")
    told = json.loads(list_of_components("0.3.0", lock))
    needs = {one["ref"]: one.get("dependsOn", []) for one in told["dependencies"]}
    assert needs["portal"] == ["pkg:pypi/alembic@1.20.1"]
    assert needs["pkg:pypi/alembic@1.20.1"] == ["pkg:pypi/colorama@0.4.6"]
    only = {one["name"]: one.get("properties") for one in told["components"]}["colorama"]
    assert only == [{"name": "portal:only_where", "value": "sys_platform == 'win32'"}]


@pytest.mark.parametrize(
    "line", ["other @ file:///x.whl\n", "Other==1.0\n", "other==1.0\n", "-e .\n"]
)
def test_what_cannot_be_read_is_never_left_out_in_silence(line: str) -> None:
    assert [package.name for package in packages(LOCK)] == ["alembic", "colorama"]
    with pytest.raises(ValueError, match="leave out"):
        list(packages(LOCK + line))


def test_the_same_lock_gives_the_same_bytes() -> None:
    assert list_of_components("0.3.0", RUNTIME) == list_of_components("0.3.0", RUNTIME)


def test_another_version_has_another_number() -> None:
    numbers = {
        json.loads(list_of_components(version, RUNTIME))["serialNumber"]
        for version in ("0.3.0", "0.3.1")
    }
    assert len(numbers) == 2
