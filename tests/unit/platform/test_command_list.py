"""The list of all commands: what each says of itself, without loading one of them."""

import subprocess
import sys

import click
import pytest

from portal.cli.main import COMMANDS, portal
from tests.support.programs.servers import PATIENCE

LISTS = """
import sys
from portal.cli.main import COMMANDS, portal
portal(["--help"], standalone_mode=False)
loaded = [one.module for one in COMMANDS.values() if one.module in sys.modules]
assert not loaded, loaded
"""


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_says_of_a_command_what_it_says_of_itself(name: str) -> None:
    command = portal.get_command(click.Context(portal), name)
    assert command is not None
    first = (command.help or "").partition("\n\n")[0].replace("\n", " ")
    assert COMMANDS[name].summary == first


def test_the_list_names_each_command_and_loads_none() -> None:
    listed = subprocess.run(
        [sys.executable, "-c", LISTS], check=True, timeout=PATIENCE, capture_output=True
    )
    words = " ".join(listed.stdout.decode().split())
    for name, command in COMMANDS.items():
        assert f" {name} {command.summary}" in words
