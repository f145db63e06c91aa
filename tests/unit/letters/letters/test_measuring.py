"""A letter text that does not fit is named with its language and by how much it is too long."""

import re
from pathlib import Path

import pytest

from portal.domain.foundation.program.loader import PROGRAMS, load_program
from portal.domain.mailroom.printing.cards.fitting import card_findings
from portal.domain.mailroom.printing.runs.fitting import letter_findings

DEMO = PROGRAMS / "demo"


class Files:
    """The sample program with letter texts of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        text = (PROGRAMS / "sample" / "program.toml").read_text("utf-8").replace("../demo/", "")
        (folder / "program.toml").write_text(text, "utf-8")
        (folder / "towns.csv").write_text("postal,town\n", "utf-8")
        for name in ("texts.toml", "letters.toml", "advance.toml"):
            (folder / name).write_text((DEMO / name).read_text("utf-8"), "utf-8")

    def lengthen(self, key: str, locale: str, more: str, file: str = "letters.toml") -> None:
        """Add words to one text."""
        path = self.folder / file
        head, table, rest = path.read_text("utf-8").partition(f"\n[{key}]\n")
        name = locale if "@" not in locale else f'"{locale}"'
        rest = re.sub(
            rf'(?m)^({re.escape(name)} = ".*)"$', lambda found: f'{found[1]}{more}"', rest, count=1
        )
        path.write_text(head + table + rest, "utf-8")

    def sentences(self) -> list[str]:
        return [one.sentence for one in letter_findings(load_program(str(self.folder)))]

    def of_cards(self) -> list[str]:
        return [one.sentence for one in card_findings(load_program(str(self.folder)))]


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def test_the_shipped_letters_and_cards_fit(files: Files) -> None:
    assert files.sentences() == []
    assert files.of_cards() == []


def test_one_long_text_on_the_front_is_named_with_the_characters_to_take_away(
    files: Files,
) -> None:
    files.lengthen("where_usable", "ja", "あ" * 300)
    (sentence,) = files.sentences()
    assert "letters.toml" in sentence
    assert "(ja)" in sentence
    count = int(re.findall(r"where_usable を(\d+)文字", sentence)[0])
    assert 0 < count <= 300
    path = files.folder / "letters.toml"
    path.write_text(path.read_text("utf-8").replace("あ" * count, "", 1), "utf-8")
    assert files.sentences() == []


def test_a_little_too_much_in_every_text_is_told_for_all_of_them(files: Files) -> None:
    for key in ("where_usable", "no_smartphone", "not_delivered", "address_change", "not_yours"):
        files.lengthen(key, "ja", "あ" * 130)
    (sentence,) = files.sentences()
    assert "どれも短く" in sentence or "どれか1つ" in sentence
    assert "not_yours" in sentence


def test_a_long_language_on_the_back_is_named(files: Files) -> None:
    files.lengthen("where_usable", "ko", "가 " * 1500)
    sentences = files.sentences()
    assert any("(ko)" in one and "where_usable" in one for one in sentences)
    assert not any("(ja)" in one for one in sentences)


def test_the_advance_notice_is_measured_too(files: Files) -> None:
    files.lengthen("who", "ja", "あ" * 2000, "advance.toml")
    (sentence,) = files.sentences()
    assert "advance.toml" in sentence
    assert "who" in sentence


def test_a_number_or_an_address_typed_by_hand_is_named_with_the_setting_that_it_is(
    files: Files,
) -> None:
    files.lengthen("languages", "en", " 03-1234-5678")
    files.lengthen("rules", "ko", " https://a.jp")
    first, second = sorted(files.sentences(), reverse=True)
    assert ("rules(ko)" in first, "%(url)s" in first) == (True, True)
    assert ("languages(en)" in second, "%(telephone)s" in second) == (True, True)


def test_cards_are_measured_too(files: Files) -> None:
    path = files.folder / "program.toml"
    url = "https://" + "kosodate-kupon." * 14 + "example.jp"
    text, count = re.subn(r"(?m)^resident_url = .*$", f'resident_url = "{url}"', path.read_text())
    path.write_text(text if count else f'resident_url = "{url}"\n{text}', "utf-8")
    assert any("カード" in one and "URL" in one for one in files.of_cards())
