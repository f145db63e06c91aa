"""What Dockerfile and compose.yaml promise, read from the files; `./run install` starts them."""

import re
from pathlib import Path

import pytest

from portal.settings import NAMES
from tests.support.install.compose import Compose, MissingValueError, read_compose
from tests.support.install.dockerfile import Copy, Run, read_stages
from tests.support.sources import ROOT

SITES = ("portal-1", "portal-2", "admin")
DEMANDED = (
    "PORTAL_PUBLIC_URL",
    "PORTAL_ADMIN_URL",
    "PORTAL_TRUSTED_PROXIES",
    "PORTAL_ADMIN_NETWORKS",
)
VALUES = dict.fromkeys(DEMANDED, "given")


@pytest.fixture(scope="module")
def compose() -> Compose:
    return read_compose(VALUES)


def test_the_image_is_built_by_the_script_alone() -> None:
    for stage in read_stages():
        runs = [step for step in stage.steps if isinstance(step, Run)]
        does = [re.match(r"\S*/install\.sh (wheel|portal|libraries) ", run.command) for run in runs]
        assert [found and found[1] for found in does] in (["wheel"], ["portal", "libraries"])


@pytest.mark.asvs("13.4.1")
def test_the_image_copies_what_is_there_and_no_test() -> None:
    for stage in read_stages():
        for step in stage.steps:
            if isinstance(step, Copy) and step.stage is None:
                for source in step.sources:
                    assert (ROOT / source).exists()
                    assert source not in {".", "tests"}


def test_what_is_copied_is_not_ignored() -> None:
    ignored = (ROOT / ".docker" / "Dockerfile.dockerignore").read_text("utf-8").split("\n")
    allowed = {line.removeprefix("!") for line in ignored if line.startswith("!")}
    copied = {
        source
        for stage in read_stages()
        for step in stage.steps
        if isinstance(step, Copy) and step.stage is None
        for source in step.sources
    }
    assert "*" in ignored
    assert allowed == copied


def test_the_image_runs_as_somebody_who_owns_nothing_and_its_base_is_an_argument() -> None:
    wheel, last = read_stages()
    assert last.user == "10001:10001"
    assert last.command == ("portal", "--help")
    assert wheel.base == last.base == "python:3.13-slim-trixie"
    dockerfile = (ROOT / ".docker" / "Dockerfile").read_text("utf-8")
    assert dockerfile.count("FROM ${BASE_IMAGE}") == 2


def test_every_service_is_read_only_without_rights_and_with_limits(compose: Compose) -> None:
    for service in compose.services.values():
        described = service.described
        assert described["mem_limit"], service.name
        if service.image == "portal":
            assert described["read_only"] is True
            assert described["cap_drop"] == ["ALL"]
            assert described["security_opt"] == ["no-new-privileges:true"]
        if not service.ends:
            assert described["healthcheck"]["test"][0] == "CMD", service.name
            assert described["restart"] == "unless-stopped"


def test_the_image_has_the_programs_of_the_databases_version(compose: Compose) -> None:
    script = (ROOT / ".docker" / "install.sh").read_text("utf-8")
    client = re.search(r"postgresql-client-(\d+)", script)
    assert client is not None
    assert compose.services["database"].described["image"] == f"postgres:{client[1]}"


def test_only_one_service_can_write_keys_and_only_when_asked(compose: Compose) -> None:
    for service in compose.services.values():
        for volume in service.described.get("volumes", ()):
            source, _, rest = str(volume).partition(":")
            if source == "./keys":
                assert rest.endswith(":ro") is (service.name != "keys"), service.name
    assert compose.services["keys"].on_request


def test_sites_start_after_the_upgrade_and_that_after_the_database(compose: Compose) -> None:
    order = [service.name for service in compose.in_order()]
    for site in SITES:
        assert order.index("database") < order.index("upgrade") < order.index(site)


@pytest.mark.parametrize("missing", DEMANDED)
def test_nothing_starts_without_what_protects_the_sites(missing: str) -> None:
    with pytest.raises(MissingValueError, match=missing):
        read_compose({name: value for name, value in VALUES.items() if name != missing})


def test_ports_are_open_on_this_machine_only(compose: Compose) -> None:
    for service in compose.services.values():
        for port in service.described.get("ports", ()):
            assert str(port).startswith("127.0.0.1:")


def test_every_variable_is_a_setting(compose: Compose) -> None:
    for service in compose.services.values():
        given = {name for name in service.environment if name.startswith("PORTAL_")}
        assert {name.removesuffix("_FILE") for name in given} <= {*NAMES}


@pytest.mark.asvs("6.3.2", "13.2.3")
def test_the_example_gives_what_is_demanded_and_no_secret() -> None:
    lines = (ROOT / ".docker" / "example.env").read_text("utf-8").splitlines()
    given = {line.partition("=")[0] for line in lines if line[:1] != "#"}
    assert given == {*DEMANDED}


def test_the_proxys_address_of_the_example_is_the_networks_first(compose: Compose) -> None:
    subnet = compose.described["networks"]["default"]["ipam"]["config"][0]["subnet"]
    example = (ROOT / ".docker" / "example.env").read_text("utf-8")
    proxy = re.search(r"^PORTAL_TRUSTED_PROXIES=(.+)$", example, re.MULTILINE)
    assert proxy is not None
    assert proxy[1] == re.sub(r"\.0/24$", ".1", subnet)


def test_a_word_that_the_tests_do_not_know_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM python\nVOLUME /data\n", "utf-8")
    with pytest.raises(ValueError, match="VOLUME"):
        read_stages(tmp_path / "Dockerfile")
