"""Readings above Japanese words, by a kept list of words: {電話|でんわ}{番号|ばんごう}.

For texts that we and the ward wrote, before a name or a number is put in: a reading of a name is
the ward's or none. What the list does not know stays without a reading, with the kanji beside it,
and nothing is guessed. How number and counter are said is found once the number is there
(``counters``).
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from portal.domain.foundation.counters import COUNTERS, TAILS

WORDS = Path(__file__).with_suffix(".txt")
KANJI = r"[\u3400-\u9fff\uf900-\ufaff々]"
RUN = re.compile(rf"{KANJI}+")
UNTOUCHED = re.compile(r"\{[^{}]*\}|%\(\w+\)[a-z]|<[^<>]*>")
"""Readings that a text has already, variables and markup."""
TEXTS_KEPT = 4_096
SPANS = "[年週日時分秒]間"
AFTER_NUMBER = (
    r"(?:(?<=\d)|(?<=\)[ds]))"
    rf"(?:(?P<span>{SPANS})|(?P<counter>{'|'.join(COUNTERS)}))(?P<tail>[後前目分]*)"
)
"""A counter with what may follow it, behind a number or a variable: 日間, 人分, 回目."""
BEGINS = (
    "(?:"
    + "|".join(
        [
            rf"(?<!{KANJI})",
            *(f"(?<={word})" for word in ("一度", "二度", "何度", "何回", "数分", "回", "間")),
        ]
    )
    + ")"
)
"""Where a word of one kanji may begin: beside no other kanji, or behind how often and how long."""


def words(lines: str) -> dict[str, str]:
    """Return the words of a list (``取り消=とりけ``, blanks between them) with their readings.

    Raises:
        ValueError: a word stands there twice, or its kana are not those of its reading.
    """
    found: dict[str, str] = {}
    for line in lines.splitlines():
        for entry in line.partition("#")[0].split():
            word, _equals, reading = entry.partition("=")
            if word in found:
                raise ValueError(f"{word} stands twice in the list of readings")
            found[word] = _marked(word, reading)
    return found


def _marked(word: str, reading: str) -> str:
    """Return a word with its readings over its kanji alone: {取|と}り{消|け}."""
    pattern = "".join(
        "(.+?)" if RUN.fullmatch(part) else re.escape(part)
        for part in re.split(rf"({KANJI}+)", word)
    )
    parts = re.fullmatch(pattern, reading)
    if parts is None or not RUN.search(word):
        raise ValueError(f"{reading} is no reading of {word}")
    said = iter(parts.groups())
    return RUN.sub(lambda run: f"{{{run[0]}|{next(said)}}}", word)


@lru_cache(maxsize=1)
def _known() -> tuple[re.Pattern[str], Mapping[str, str]]:
    """Return the pattern of all words, the longest first, and the words with readings."""
    known = words(WORDS.read_text("utf-8"))
    ordered = sorted(known, key=len, reverse=True)
    return re.compile("|".join([AFTER_NUMBER, *(_alone(word) for word in ordered)])), known


def _alone(word: str) -> str:
    """Return the pattern of a word; with one kanji at its edge it stands beside no other kanji."""
    before = BEGINS if re.match(rf"{KANJI}(?!{KANJI})", word) else ""
    behind = rf"(?!{KANJI})" if re.search(rf"(?<!{KANJI}){KANJI}$", word) else ""
    return before + re.escape(word) + behind


@lru_cache(maxsize=TEXTS_KEPT)
def with_readings(text: str) -> str:
    """Return a text of ours with readings over its kanji; those it has already stay.

    A run of kanji that the list knows in part has none.
    """
    if RUN.search(text) is None:
        return text
    places = [found.span() for found in UNTOUCHED.finditer(text)]
    edges = [0, *(edge for place in places for edge in place), len(text)]
    return "".join(
        _read(text, first, last) if index % 2 == 0 else text[first:last]
        for index, (first, last) in enumerate(pairwise(edges))
    )


def _read(text: str, first: int, last: int) -> str:
    pieces = list(_pieces(text, first, last))
    unread = {place for start, end, said in pieces if not said for place in range(start, end)}
    runs = [run.span() for run in RUN.finditer(text, first, last)]
    partly = [run for run in runs if any(place in unread for place in range(*run))]
    return "".join(
        said if said and not any(start < b and a < end for a, b in partly) else text[start:end]
        for start, end, said in pieces
    )


def _pieces(text: str, first: int, last: int) -> Iterator[tuple[int, int, str]]:
    """Yield what a stretch of a text consists of: start, end, how it is read ("" if unknown)."""
    pattern, known = _known()
    at = first
    for found in pattern.finditer(text, first, last):
        yield at, found.start(), ""
        counted = found["span"] or found["counter"]
        yield found.start(), found.end(), _counter(found[0]) if counted else known[found[0]]
        at = found.end()
    yield at, last, ""


def _counter(written: str) -> str:
    """Return a counter with its reading after most numbers: {人分|にんぶん}."""
    tail = "".join(TAILS[part] for part in written[1:])
    return f"{{{written}|{COUNTERS[written[0]].reading}{tail}}}"
