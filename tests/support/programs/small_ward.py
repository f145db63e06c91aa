"""The sample program for a ward that does not say how many children it expects."""

import shutil
from pathlib import Path

from tests.support.programs.servers import ROOT

PROGRAMS = ROOT / "portal" / "programs"
LINE = "expected_children = 82500\n"


def small_ward(folder: Path) -> str:
    """Copy the sample program there; a few invented families are no deviation in it."""
    made = folder / "programs"
    program = made / "sample" / "program.toml"
    if not made.is_dir():
        for name in ("sample", "demo"):  # the sample takes its texts from the demo
            shutil.copytree(PROGRAMS / name, made / name)
        expect_nothing(program)
    return str(program)


def expect_nothing(program: Path) -> None:
    """Take out of a program's file how many children it expects."""
    text = program.read_text(encoding="utf-8")
    assert LINE in text
    program.write_text(text.replace(LINE, ""), encoding="utf-8")
