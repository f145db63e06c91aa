"""Nothing personal is an argument of a command: others on the machine read it, the shell keeps it.

``arguments.toml`` names every text that a command takes as an argument. What is somebody's is asked
for (``portal.cli.asked``).
"""

import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from portal.cli.asked import Asked, asked_option
from portal.cli.main import portal
from tests.architecture.test_leaving import all_commands
from tests.support.sources import ROOT

FILE = "tests/architecture/arguments.toml"
NUMBER = "0012345678"
ASKED = {
    "portal audit extract --household",
    "portal audit incident --household",
    "portal audit incident --recipient",
    "portal disclosure extract --household",
    "portal disclosure search --again",
    "portal disclosure search --household",
    "portal dispose household preview --number",
    "portal dispose household run --number",
    "portal letters refuse --reason",
    "portal mail test --address",
    "portal roster print-text --household",
    "portal roster release --household",
    "portal sms test --number",
    "portal staff add --name",
}


def texts() -> Iterator[tuple[str, str]]:
    """Yield the kind and name of each text that a command takes as an argument."""
    for _words, command in all_commands(portal, ("portal",)):
        for one in command.params:
            if isinstance(one.type, click.types.StringParamType):
                yield (
                    ("options", one.opts[0])
                    if isinstance(one, click.Option)
                    else ("arguments", str(one.name))
                )


def test_every_text_that_a_command_takes_is_known_to_be_nobodys() -> None:
    listed = tomllib.loads((ROOT / FILE).read_text("utf-8"))
    known = {(kind, name) for kind, entries in listed.items() for name in entries}
    found = set(texts())
    assert sorted(found - known) == [], f"personal: portal/cli/asked.py; else name it in {FILE}"
    assert sorted(known - found) == [], f"gone: take them out of {FILE}"


def test_what_is_personal_is_asked_for() -> None:
    found = {
        f"{' '.join(words)} {one.opts[0]}"
        for words, command in all_commands(portal, ("portal",))
        for one in command.params
        if isinstance(one.type, Asked)
    }
    assert found == ASKED


# ---- how it is asked for ----


@click.command()
@asked_option("--household", lambda: "Household", "A family.")
@asked_option("--other", lambda: "Other", "Another one.", always=False)
def command(household: str, other: str) -> None:
    click.echo(f"<{household}> <{other}>")


def test_it_is_the_first_line_of_a_file_or_of_what_is_typed(tmp_path: Path) -> None:
    file = tmp_path / "number.txt"
    file.write_text(f"\ufeff{NUMBER} \nmore\n", "utf-8")
    run = CliRunner()
    assert run.invoke(command, ["--household", str(file)]).stdout == f"<{NUMBER}> <>\n"
    for words in ([], ["--household", "-"]):
        assert run.invoke(command, words, input=f"{NUMBER}\n9\n").stdout == f"<{NUMBER}> <>\n"
    both = run.invoke(command, ["--other", "-"], input=f"{NUMBER}\n9\n")
    assert both.stdout in {f"<{NUMBER}> <9>\n", f"<9> <{NUMBER}>\n"}


@pytest.mark.parametrize("content", [None, "世帯".encode("cp932")])
def test_an_argument_is_refused_and_not_repeated(tmp_path: Path, content: bytes | None) -> None:
    given = tmp_path / NUMBER
    if content is not None:
        given.write_bytes(content)
    done = CliRunner().invoke(command, ["--household", str(given)], input="")
    assert done.exit_code == 2
    assert NUMBER not in done.output


def test_at_a_terminal_it_is_asked_for() -> None:
    ours, theirs = os.openpty()
    program = subprocess.Popen(
        [sys.executable, "-c", f"from {__name__} import command; command()"],
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=theirs,
        cwd=ROOT,
    )
    os.close(theirs)
    assert os.read(ours, 100).startswith(b"Household: ")
    os.write(ours, f"{NUMBER}\n".encode())
    shown, _nothing = program.communicate(timeout=30)
    os.close(ours)
    assert shown.decode() == f"<{NUMBER}> <>\n"
