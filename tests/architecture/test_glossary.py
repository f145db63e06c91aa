"""The glossary has the names and words of the code and the texts, and none that nobody uses."""

import re

import pytest
from babel.messages.pofile import read_po

from tests.support.sources import ROOT, python_files, short

LANGUAGES = ("en", "ja@easy", "zh_Hans", "zh_Hant", "ko")


def rows() -> list[list[str]]:
    whole = (ROOT / "locales" / "GLOSSARY.md").read_text("utf-8")
    lines = whole.partition("\n## ")[0].splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if "|" in line]
    return cells[2:]  # without the heading and its rule


def read_texts(language: str) -> str:
    """What people read in a language: its catalogs, and the wards' own texts."""
    parts = [path.read_text("utf-8") for path in (ROOT / "portal/programs").rglob("*.toml")]
    for path in (ROOT / "locales" / language / "LC_MESSAGES").glob("*.po"):
        with path.open("rb") as file:
            for message in read_po(file):
                found = message.string
                parts += [found] if isinstance(found, str) else list(found or ())
    without_readings = re.sub(r"\{(.*?)\|.*?\}", r"\1", "\n".join(parts))
    return (
        without_readings.replace(" ", "") if language == "ja@easy" else without_readings
    ).lower()


def words_in(cell: str) -> list[str]:
    """The words of a cell, without the explanations in parentheses; none where it has a dash."""
    without = re.sub(r" \(.*?\)|（.*?）", "", cell).lower()
    return [word for part in re.split("[、,]", without) if (word := part.strip()) not in {"", "–"}]


def test_every_name_of_the_glossary_is_in_the_code() -> None:
    product = [path for path in python_files() if short(path).startswith(("portal/", "admin/"))]
    code = "\n".join(path.read_text("utf-8") for path in product)
    names = {name for row in rows() for name in re.findall(r"`(\w+)`", row[1])}
    assert len(names) > 60
    assert {name for name in names if not re.search(rf"\b{name}|_{name}\b", code)} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_the_glossary_is_in_the_texts_of_its_language(language: str) -> None:
    texts = read_texts(language)
    column = 2 + LANGUAGES.index(language)
    assert [(r[0], word) for r in rows() for word in words_in(r[column]) if word not in texts] == []
