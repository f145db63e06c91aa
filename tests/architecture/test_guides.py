"""Guides show pictures that are there; commands explain themselves in one language."""

import re
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from portal.cli.main import portal
from tests.support.command_lines import every_command
from tests.support.guide_commands import PAGES
from tests.support.sources import ROOT

PICTURE = re.compile(r"!\[[^\]]+\]\(([^)\s]+)\)")


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
