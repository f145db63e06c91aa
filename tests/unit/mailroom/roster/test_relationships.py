"""Relationships in code: mapped by the layout, or named as unexplained."""

from pathlib import Path

import pytest

from portal.domain.mailroom.roster.checks.relationships import Relationships
from portal.domain.mailroom.roster.files.layout import SHIPPED, Layout, LayoutError, load_layout


def layout(folder: Path, codes: str = "") -> Layout:
    text = (SHIPPED / "sample.toml").read_text("utf-8")
    path = folder / "ours.toml"
    path.write_text(text.replace("[codes.sex]", f"{codes}\n[codes.sex]"), encoding="utf-8")
    return load_layout(path)


CODES = """
[codes.relationship]
"02" = "adult"
"20" = "child"
"30" = "other_child"
"90" = "institution"
"""


def test_codes_say_who_is_a_child_and_who_lives_in_an_institution(tmp_path: Path) -> None:
    found = Relationships(layout(tmp_path, CODES))
    assert [found.is_own_child(value) for value in ("20", " 20 ", "30", "90", "02")] == [
        *(True, True, False, False, False)
    ]
    assert (found.is_institution("90"), found.is_institution("施設")) == (True, False)
    assert not found.unknown
    assert not found.is_own_child("21")
    assert dict(found.unknown) == {"21": 1}


def test_bare_numbers_without_codes_are_named(tmp_path: Path) -> None:
    found = Relationships(layout(tmp_path))
    assert [found.is_own_child(value) for value in ("子", "長男", "二女", "孫", "", "20")] == [
        *(True, True, True, False, True, False)
    ]
    assert found.is_institution("施設入所者")
    assert dict(found.unknown) == {"20": 1}


def test_a_wrong_meaning_is_refused_with_those_that_there_are(tmp_path: Path) -> None:
    with pytest.raises(LayoutError, match="other_child"):
        layout(tmp_path, '[codes.relationship]\n"20" = "son"\n')
