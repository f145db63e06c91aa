"""Every command of a guide can be typed as it stands, and every command stands in a guide."""

import re
import shlex
from functools import partial
from pathlib import Path

import click
import pytest

from portal.cli.main import portal
from tests.support.command_lines import every_command, read_line
from tests.support.guide_commands import (
    GUIDES,
    PAGES,
    SHELL,
    Shown,
    blocks_of,
    commands_in,
    shown_commands,
)
from tests.support.install.compose import read_compose
from tests.support.install.projects import example_values
from tests.support.sources import ROOT

ALL = shown_commands()
NAMES = {page.name for page in GUIDES}
PLAYED = {
    "adduser": "tests/install/conftest.py::installed_server",
    "cat": "tests/install/conftest.py::installed_server",
    "chmod": "tests/install/conftest.py::installed_server",
    "cp": "tests/support/install/projects.py::prepare",
    "docker": "tests/install/test_compose_guide.py",
    "echo": "tests/install/test_new_ward_guide.py",
    "export": "tests/install/test_new_ward_guide.py",
    "install": "tests/install/conftest.py::installed_server",
    "ln": "tests/install/conftest.py::installed_server",
    "nginx": "tests/install/test_compose_guide.py",
    "openssl": "tests/support/install/projects.py::prepare",
    "pgbackrest": "tests/faults/test_point_in_time.py",
    "pip": "tests/install/conftest.py::installed_server",
    "printf": "tests/install/test_new_ward_guide.py",
    "python3": "tests/install/conftest.py::installed_server",
    "runuser": "tests/install/test_signed_in_coupon.py",
    "sed": "tests/install/test_compose_guide.py",
    "set": "tests/functional/people/notices/test_trial_commands.py",
    ".": "tests/functional/people/notices/test_trial_commands.py",
}
"""Programs of others in the guides' blocks, and the test that carries them out."""
NOT_CARRIED_OUT = {
    "apt-get": "a root of the tests has the package already",
    "systemctl": "no systemd runs here; tests/install starts what the units say in ExecStart",
    "journalctl": "no journal is here; only its filter for a number is a matter of ours",
    "grep": "reads what journalctl gives",
    "python": "pytest itself, whose option is a file",
}
"""Programs of others that no test here can carry out, and why."""
OURS = {"portal", "./run"}


def of(program: str) -> list[Shown]:
    return [shown for shown in ALL if shown.words[0] == program]


@pytest.mark.parametrize("shown", of("portal"), ids=str)
def test_portal_understands_the_line(shown: Shown) -> None:
    words = (
        [word for word in shown.words[1:] if word != "…"] if not shown.whole else shown.words[1:]
    )
    assert read_line(portal, list(words), whole=shown.whole)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("portal letters sing", "no command"),
        ("portal letters archive 1 --to 1", "Missing"),
        ("portal letters archive 1 --to 0 --by officer", "range"),
        ("portal letters post posted.csv --class pigeon --by officer", "pigeon"),
        ("portal letters status --loud", "--loud"),
        ("portal letters status 3", "nothing more"),
        ("portal letters", "wants a command"),
        ("portal --programm ward init", "--programm"),
    ],
)
def test_a_line_that_cannot_be_typed_is_noticed(line: str, said: str) -> None:
    with pytest.raises(click.UsageError) as refused:
        read_line(portal, shlex.split(line)[1:], whole=True)
    assert said in f"{type(refused.value).__name__} {refused.value.format_message()}"


def test_every_command_stands_in_a_guide() -> None:
    told: set[str] = set()
    for shown in of("portal"):
        if shown.page in NAMES:
            told.update(path.strip() for path in read_line(portal, shown.words[1:], whole=False))
    leaves = {
        path.removeprefix("portal ")
        for path, command in every_command(portal)
        if not isinstance(command, click.Group)
    }
    assert leaves - told == set()


@pytest.mark.parametrize("shown", of("./run"), ids=str)
def test_run_knows_the_command(shown: Shown) -> None:
    known = set(re.findall(r'^    "([a-z]+)": \(', (ROOT / "run").read_text("utf-8"), re.MULTILINE))
    assert "demo" in known
    words = list(shown.words[1:])
    if not words:
        return
    assert words[0] in {*known, "help", "COMMAND"}
    if words[0] == "portal":
        assert read_line(portal, words[1:], whole=shown.whole)
    for word in words[1:]:
        if "/" in word:
            assert (ROOT / word.partition("::")[0]).exists(), word


def test_docker_is_told_of_services_that_compose_yaml_has() -> None:
    services = read_compose(example_values()).services
    for shown in of("docker"):
        compose, *words = shown.words[1:]
        if compose != "compose":
            assert compose in {"save", "load", "build"}, shown
            continue
        action, *rest = words
        assert action in {"run", "exec", "up", "cp", "build"}, shown
        named = [word for word in rest if not word.startswith("-")]
        if action == "up":
            assert {*named} <= {*services}, shown
        if action in {"run", "exec"} and named:
            assert named[0] in services, shown
            if named[1:2] == ["portal"]:
                assert read_line(portal, rest[rest.index("portal") + 1 :], whole=shown.whole)
        if action == "cp":
            assert {word.partition(":")[0] for word in named if ":" in word} <= {*services}, shown


def test_systemctl_is_told_of_units_that_are_supplied() -> None:
    supplied = {path.name for path in (ROOT / ".github" / "systemd").iterdir()}
    supplied.add("nginx.service")  # of Debian's package
    for shown in of("systemctl"):
        for word in shown.words[2:]:
            if not word.startswith("-"):
                unit = re.sub(r"@[a-z]+", "@", word)
                unit = unit if unit.endswith((".timer", ".service")) else f"{unit}.service"
                assert unit in supplied, shown


def test_it_is_known_of_every_program_who_tries_it() -> None:
    typed = {shown.words[0] for shown in ALL if shown.whole and shown.page in NAMES} - OURS
    assert typed == {*PLAYED, *NOT_CARRIED_OUT}
    for test in PLAYED.values():
        name, _, function = test.partition("::")
        assert function in (ROOT / name).read_text("utf-8"), test


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_a_block_with_commands_says_that_it_is_one(page: Path) -> None:
    for language, text in blocks_of(page):
        if language not in SHELL | {"conf", "ini", "toml", "csv", "yaml"}:
            assert not re.search(r"^ *(portal|docker|systemctl|\./run) ", text, re.MULTILINE), text


def test_commands_are_read_out_of_a_block_as_a_shell_reads_them() -> None:
    block = """
portal a \\
  --b  # and why
PORTAL_X=1 ./run c && d < e | f "g # h" > i
exec /opt/portal/bin/portal j
cat > k <<'END'
if l; then m; fi
END
"""
    told = list(map(partial(str.join, " "), commands_in(block)))
    assert told == ["portal a --b", "./run c", "d", "f g # h", "portal j", "cat"]
