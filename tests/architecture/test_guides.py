"""Guides show pictures that are there, and name commands and options as ``--help`` does."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from portal.cli.main import portal
from tests.support.sources import ROOT

PICTURE = re.compile(r"!\[[^\]]+\]\(([^)\s]+)\)")
PAGES = [ROOT / "README.md", *sorted((ROOT / ".github").rglob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_every_picture_of_a_page_is_there(page: Path) -> None:
    missing = [
        name
        for name in PICTURE.findall(page.read_text("utf-8"))
        if not (page.parent / name).is_file()
    ]
    assert missing == []


def test_every_picture_is_shown_somewhere() -> None:
    shown = {
        (page.parent / name).resolve()
        for page in PAGES
        for name in PICTURE.findall(page.read_text("utf-8"))
    }
    assert {path.resolve() for path in (ROOT / ".github" / "images").iterdir()} - shown == set()


COMMAND = re.compile(r"`(?:\./run )?portal ([a-z][^`]*)`")


def option_names(command: click.Command) -> set[str]:
    return {name for parameter in command.params for name in [*parameter.opts, "--help", "-h"]}


def named_commands() -> list[tuple[str, str]]:
    return [
        (page.name, " ".join(found.split()))
        for page in PAGES
        for found in COMMAND.findall(page.read_text("utf-8"))
    ]


@pytest.mark.parametrize(("page", "line"), named_commands())
def test_a_command_in_a_guide_is_a_command(page: str, line: str) -> None:
    words = [word.strip("…[]()") for word in line.split()]
    command: click.Command = portal
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        names = words.pop(0).split("|")
        context = click.Context(command)
        assert set(names) <= set(command.list_commands(context)), f"{page}: portal {line}"
        found = command.get_command(context, names[0])
        assert found is not None
        command = found
    used = {word.partition("=")[0] for word in words if word.startswith("--")}
    assert used <= option_names(command) | option_names(portal), f"{page}: portal {line}"


def every_command(
    command: click.Command, path: str = "portal"
) -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from every_command(below, f"{path} {name}")


JAPANESE_SENTENCE = re.compile(r"[ぁ-ん]{2,}|。")


@pytest.mark.parametrize(
    ("path", "command"), list(every_command(portal)), ids=lambda one: str(one)[:40]
)
def test_help_is_in_one_language(path: str, command: click.Command) -> None:
    """Names and options are English (decision 0006), and so is what explains them."""
    words = command.get_help(click.Context(command, info_name=path))
    assert JAPANESE_SENTENCE.search(words) is None


@pytest.mark.parametrize(
    ("group", "former", "present"),
    [
        ("letters", "remove-plain", "remove-plaintext"),
        ("mail", "other", "unlisted"),
        ("settlement", "left-over", "unassigned-codes"),
    ],
)
def test_a_former_name_works_with_a_notice(group: str, former: str, present: str) -> None:
    done = CliRunner().invoke(portal, [group, former, "--help"])
    assert done.exit_code == 0
    assert present in done.stderr
    listed = CliRunner().invoke(portal, [group, "--help"]).stdout
    assert present in listed
    assert f"{former} " not in listed
