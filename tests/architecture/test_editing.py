"""Texts for residents keep the rules of an editor: short sentences, one word for one thing."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache

import pytest
from babel.messages.pofile import read_po

from portal.domain.foundation.furigana import RUN, UNTOUCHED, WORDS, with_readings
from portal.domain.foundation.texts import RUBY
from tests.architecture.test_glossary import LANGUAGES, rows, words_in
from tests.support.sources import ROOT

GLOSSARY = (ROOT / "locales" / "GLOSSARY.md").read_text("utf-8")
ASIDE = re.compile(r"（[^（）]*）|「[^「」]*」|%\(\w+\)[a-z]|[ \u3000]")
"""What a reader does not read as part of a sentence: explanations, quoted names, gaps, values."""
LONGEST = {"ja": 50, "ja@easy": 30}
"""Most characters of one sentence."""
HARD_TO_READ = (
    r"ないわけでは|なくはない|(?<!わから)ないことは|ざるを得",  # denied twice
    r"[〜～]|\d+/\d+|\d+:\d\d",  # from and to, dates and times as signs
    r"いたします|させていただ|いただけ|くださいませ|なさ(?:る|い)",  # honorifics
    r"である。|につき、|に関して|および|ならびに",  # written language
)


@cache
def texts(language: str) -> Mapping[str, tuple[str, ...]]:
    """The translations of a language by their Japanese source, without readings."""
    folder = "en" if language == "ja" else language
    with (ROOT / "locales" / folder / "LC_MESSAGES" / "messages.po").open("rb") as file:
        found = {}
        for message in read_po(file):
            if message.id:
                source = message.id if isinstance(message.id, str) else message.id[0]
                told = message.string if language != "ja" else source
                strings = (told,) if isinstance(told, str) else tuple(told or ())
                found[source] = tuple(RUBY.sub(r"\1", one) for one in strings)
    return found


@cache
def ward_texts(language: str) -> tuple[str, ...]:
    """What the programs and the call center's scripts say in a language, without readings."""
    files = [*(ROOT / "portal/programs").rglob("*.toml")]
    files += (ROOT / "portal/domain/contacts/scripts/texts").glob("*.toml")
    found = [
        text for path in files for text in _said(tomllib.loads(path.read_text("utf-8")), language)
    ]
    return tuple(RUBY.sub(r"\1", text) for text in found)


def _said(value: object, language: str) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == language and isinstance(inner, str):
                yield inner
            yield from _said(inner, language)
    elif isinstance(value, list):
        for inner in value:
            yield from _said(inner, language)


def everything(language: str) -> list[str]:
    return [*(one for said in texts(language).values() for one in said), *ward_texts(language)]


def sentences(text: str) -> list[str]:
    return [ASIDE.sub("", one) for one in re.split(r"(?<=。)|\n", ASIDE.sub("", text))]


@pytest.mark.parametrize("language", LONGEST)
def test_sentences_are_short(language: str) -> None:
    said = [one for strings in texts(language).values() for one in strings]
    long = [one for text in said for one in sentences(text) if len(one) > LONGEST[language]]
    assert long == []


@pytest.mark.parametrize("hard", HARD_TO_READ)
def test_easy_japanese_avoids_what_is_hard_to_read(hard: str) -> None:
    said = [one for strings in texts("ja@easy").values() for one in strings]
    assert [text for text in said if re.search(hard, text)] == []


def section(title: str) -> list[list[str]]:
    """The rows of a table of the glossary, without heading and rule."""
    part = GLOSSARY.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    cells = [
        [c.strip() for c in line.strip("|").split("|")] for line in part.splitlines() if "|" in line
    ]
    assert len(cells) > 2, f"the glossary has no table {title!r}"
    return cells[2:]


def rivals() -> list[tuple[str, str, str]]:
    """Language, word that is not used, and what is said instead."""
    names = ("en", "ja@easy", "zh_Hans", "zh_Hant", "ko", "ja")
    return [
        (language, word, row[1])
        for row in section("Words that are not used")
        if (language := row[0]) in names
        for word in words_in(row[2])
    ]


@pytest.mark.parametrize(("language", "rival", "instead"), rivals())
def test_a_word_that_the_glossary_replaced_is_said_nowhere(
    language: str, rival: str, instead: str
) -> None:
    found = [
        t for t in everything(language) if re.search(rf"(?<![a-z]){rival}(?![a-z])", t.lower())
    ]
    assert found == [], f"say {instead}"


def always() -> list[str]:
    """The Japanese words that are translated by the word of their row wherever they stand."""
    part = GLOSSARY.partition("\n## Always\n")[2].partition("\n## ")[0]
    return [
        word for line in part.splitlines() if line.startswith("- ") for word in line[2:].split("、")
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_thing_has_one_word(language: str) -> None:
    column = 2 + LANGUAGES.index(language)
    table = {word: words_in(row[column]) for row in rows() for word in words_in(row[0])}
    assert len(always()) > 15
    other = []
    for word in always():
        wanted = [one.replace(" ", "") for one in table[word.lower()]]
        for source, said in texts(language).items():
            told = " ".join(said).lower().replace(" ", "")
            if wanted and word in source and not any(one in told for one in wanted):
                other.append((word, source, said))
    assert other == []


@pytest.mark.parametrize("language", ["zh_Hans", "zh_Hant"])
def test_chinese_has_full_width_punctuation(language: str) -> None:
    half = re.compile(r"[\u4e00-\u9fff] ?[:;,!?]|[:;,!?] ?[\u4e00-\u9fff]")
    assert [text for text in everything(language) if half.search(text)] == []


def test_korean_sets_names_and_their_title_apart() -> None:
    assert [text for text in everything("ko") if re.search(r"\)s님", text)] == []


def unread() -> Iterator[str]:
    for strings in texts("ja").values():
        for text in strings:
            bare = UNTOUCHED.sub("", with_readings(text))
            yield from (f"{run[0]} in {text}" for run in RUN.finditer(bare))


def test_every_word_that_families_read_has_a_reading() -> None:
    found = list(unread())
    assert found == [], f"add these words to {WORDS.name}"
