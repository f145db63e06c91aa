"""Every text for people is complete in every language, with the placeholders of its source."""

import re

import pytest
from babel.messages.catalog import Catalog, Message

from portal.building.catalogs import SOURCES_AND_LANGUAGES, extract, is_translated, read_catalog
from portal.domain.foundation.languages import RESIDENT_LOCALES, STAFF_LOCALES
from portal.domain.foundation.texts import RUBY

PAIRS = [
    (domain, language) for domain, languages in SOURCES_AND_LANGUAGES for language in languages
]
PLACEHOLDER = re.compile(r"%\((\w+)\)[a-z]|%%")
KANJI = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff々]")

catalogs = pytest.mark.parametrize(("domain", "language"), PAIRS)


@pytest.fixture(scope="module")
def sources() -> dict[str, Catalog]:
    return {domain: extract(domain) for domain, _ in SOURCES_AND_LANGUAGES}


def texts(catalog: Catalog) -> list[Message]:
    return [message for message in catalog if message.id]


def first(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def strings(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string or ())


def test_there_is_a_catalog_for_every_language_that_can_be_chosen() -> None:
    chosen = dict(SOURCES_AND_LANGUAGES)
    assert {*chosen["messages"], "ja"} == set(RESIDENT_LOCALES)
    assert {*chosen["staff"], "ja"} == set(STAFF_LOCALES)


def test_the_sources_are_written_in_japanese(sources: dict[str, Catalog]) -> None:
    latin = [first(message) for catalog in sources.values() for message in texts(catalog)]
    assert [
        text for text in latin if re.fullmatch(r"[A-Za-z][A-Za-z ,.'!?]*\s[A-Za-z ,.'!?]+", text)
    ] == []


@catalogs
def test_the_catalog_has_the_texts_of_the_sources(
    sources: dict[str, Catalog], domain: str, language: str
) -> None:
    wanted = {message.id for message in texts(sources[domain])}
    have = {message.id for message in texts(read_catalog(domain, language))}
    assert (sorted(map(str, wanted - have)), sorted(map(str, have - wanted))) == ([], []), (
        "run ./run messages"
    )


@catalogs
def test_every_text_is_translated_and_none_is_a_guess(domain: str, language: str) -> None:
    catalog = read_catalog(domain, language)
    assert [first(message) for message in texts(catalog) if not is_translated(message)] == []
    assert [first(message) for message in texts(catalog) if message.fuzzy] == []


@catalogs
def test_no_translation_says_its_sentence_twice(domain: str, language: str) -> None:
    twice = re.compile(r"(.{20,}?)\1+", re.DOTALL)
    found = [
        first(m)
        for m in texts(read_catalog(domain, language))
        if any(map(twice.fullmatch, strings(m)))
    ]
    assert found == []


@catalogs
def test_placeholders_are_those_of_the_source(domain: str, language: str) -> None:
    wrong = []
    for message in texts(read_catalog(domain, language)):
        wanted = set(PLACEHOLDER.findall(first(message)))
        for string in strings(message):
            # A plural form may say "one" in words, so it may leave the number out, but nothing new
            # may come.
            allowed_to_miss = {"n", "num", "count"} if not isinstance(message.id, str) else set()
            have = set(PLACEHOLDER.findall(string))
            if string and (have - wanted or wanted - have - allowed_to_miss):
                wrong.append(string)
    assert wrong == []


@catalogs
def test_no_text_holds_markup(domain: str, language: str) -> None:
    """Pages draw texts of the catalogs as they are; only what is put into them is escaped."""
    markup = re.compile("[<>&]")
    found = [
        one
        for message in texts(read_catalog(domain, language))
        for one in (
            *(message.id if isinstance(message.id, tuple) else (first(message),)),
            *strings(message),
        )
        if markup.search(one)
    ]
    assert found == []


def test_easy_japanese_gives_the_reading_of_every_kanji() -> None:
    unread = []
    for message in texts(read_catalog("messages", "ja@easy")):
        unread += [string for string in strings(message) if KANJI.search(RUBY.sub("", string))]
    assert unread == []
