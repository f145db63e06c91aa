"""A ward's program outside the repository, changed as a test needs it."""

from datetime import date
from pathlib import Path

import pytest

from portal.domain.foundation.program.checks.program import check_program
from portal.domain.foundation.program.loader import PROGRAMS, load_program
from portal.domain.foundation.program.schema import Program

SAMPLE = PROGRAMS / "sample"
DEMO = PROGRAMS / "demo"


class WardFolder:
    """The program ``sample`` as another ward's own files in another folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "program.toml"
        self.texts = folder / "texts.toml"
        text = (SAMPLE / "program.toml").read_text(encoding="utf-8").replace("../demo/", "")
        self.path.write_text(text, encoding="utf-8")
        self.texts.write_text((DEMO / "texts.toml").read_text(encoding="utf-8"), encoding="utf-8")
        for name in ("letters.toml", "advance.toml"):
            (folder / name).write_text("", encoding="utf-8")
        (folder / "towns.csv").write_text("postal,town\n1390001,潮見坂一丁目\n", encoding="utf-8")
        (folder / "layouts").mkdir()
        (folder / "issuers").mkdir()
        (folder / "calls").mkdir()

    def change(self, old: str, new: str, *, file: Path | None = None) -> "WardFolder":
        """Replace one piece of the program file (it must be there exactly once)."""
        path = file or self.path
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path.name}"
        path.write_text(text.replace(old, new), encoding="utf-8")
        return self

    def load(self, today: date | None = None) -> Program:
        return load_program(str(self.path), today)

    def codes(self) -> dict[str, str]:
        """Load and check; the level of each finding by its code."""
        return {finding.code: finding.level.value for finding in check_program(self.load())}


@pytest.fixture
def ward(tmp_path: Path) -> WardFolder:
    """A ward that nobody has seen before."""
    return WardFolder(tmp_path)


@pytest.fixture(scope="session")
def sample() -> Program:
    """The shipped program of fiscal 2023."""
    return load_program("sample")
