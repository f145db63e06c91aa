"""Measure letter texts before anything is built: which text of which language is how much too long.

Texts are cut from their end until the page fits, and drawn each time as a run would draw them.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum

from msgspec import Struct

from portal.domain.foundation.errors import InputError
from portal.domain.foundation.languages import RESIDENT_LOCALES
from portal.domain.foundation.program.local_text import LocalText
from portal.domain.letters.letters.drawing import advance, render
from portal.domain.letters.letters.drawing.content import LetterContent
from portal.domain.letters.letters.drawing.frame import LetterFrame
from portal.domain.letters.letters.drawing.texts import LetterTexts
from portal.domain.letters.letters.drawing.typesetting import page_count

SOURCE = "ja"
TRIED = 8
"""How many of the longest texts of a language are tried one by one."""
_UNIT = re.compile(r"%\(\w+\)s|\{[^{}|]*\|[^{}|]*\}|.", re.DOTALL)
"""One character: a value that is still to be filled in, a word with its reading, or any other."""

Fits = Callable[[LetterFrame], bool]


class Side(StrEnum):
    """A side of a letter."""

    FRONT = "front"
    BACK = "back"


class Overlong(Struct, frozen=True):
    """The texts of one language that make a side too long.

    ``excess`` is the number of characters to take away, by the key of the text: one of them is
    enough if ``one_suffices``, otherwise all of them must become that much shorter.
    """

    side: Side
    locale: str
    excess: Mapping[str, int]
    one_suffices: bool


def measure_letter(frame: LetterFrame, sample: LetterContent) -> list[Overlong]:
    """Return what is too long on a letter with ID and password."""

    def front_fits(tried: LetterFrame) -> bool:
        return is_drawn(lambda: render.render_chunk([sample], tried))

    def back_fits(tried: LetterFrame) -> bool:
        return page_count(render.draw_back(tried, render.BACK_POINTS[-1])) == 1

    return _measure(frame, front_fits, back_fits)


def measure_notice(frame: LetterFrame, sample: LetterContent) -> list[Overlong]:
    """Return what is too long on an advance notice."""

    def front_fits(tried: LetterFrame) -> bool:
        return is_drawn(lambda: advance.render_notices([sample], tried))

    def back_fits(tried: LetterFrame) -> bool:
        return page_count(advance.draw_notice_back(tried, advance.BACK_POINTS[-1])) == 1

    return _measure(frame, front_fits, back_fits)


def is_drawn(draw: Callable[[], object]) -> bool:
    """Tell whether what is drawn fits its paper."""
    try:
        draw()
    except InputError as error:
        if error.code != "letter_too_long":
            raise
        return False
    return True


def _measure(frame: LetterFrame, front_fits: Fits, back_fits: Fits) -> list[Overlong]:
    found: list[Overlong] = []
    if not front_fits(frame):
        found += _overlong(frame, Side.FRONT, [SOURCE], front_fits)
    others = [locale for locale in frame.languages if locale != SOURCE]
    if others and not back_fits(frame):
        found += _overlong(frame, Side.BACK, others, back_fits)
    return found


def _overlong(frame: LetterFrame, side: Side, locales: Sequence[str], fits: Fits) -> list[Overlong]:
    """Return the languages that can make a side fit alone, or else all of them."""
    found = []
    for locale in locales:
        least = _spare(frame, locale)
        if not fits(_cut(frame, locale, least)):
            continue
        longest = sorted(least, key=lambda key: -least[key])[:TRIED]
        single = {
            key: count
            for key in longest
            if (count := _smallest(frame, locale, {key: least[key]}, fits)) is not None
        }
        if single:
            found.append(Overlong(side, locale, single, one_suffices=True))
            continue
        count = _smallest(frame, locale, least, fits) or 0
        found.append(_all_of_them(side, locale, least, count))
    return found or [_together(frame, side, locales, fits)]


def _together(frame: LetterFrame, side: Side, locales: Sequence[str], fits: Fits) -> Overlong:
    """Return by how much the texts of the longest language are too long with all others beside."""
    spare = {locale: _spare(frame, locale) for locale in locales}
    longest = max(locales, key=lambda locale: sum(spare[locale].values()))
    cut = frame
    for locale in locales:
        if locale != longest:
            cut = _cut(cut, locale, spare[locale])
    count = _smallest(cut, longest, spare[longest], fits) or max(spare[longest].values())
    return _all_of_them(side, longest, spare[longest], count)


def _all_of_them(side: Side, locale: str, spare: Mapping[str, int], count: int) -> Overlong:
    excess = {key: min(count, most) for key, most in spare.items() if most}
    return Overlong(side, locale, excess, one_suffices=False)


def _smallest(frame: LetterFrame, locale: str, most: Mapping[str, int], fits: Fits) -> int | None:
    """Return how many characters must go from each of some texts; None if all are not enough."""
    limit = max(most.values())
    found = bisect_left(
        range(limit + 1),
        True,
        key=lambda count: fits(
            _cut(frame, locale, {key: min(count, spare) for key, spare in most.items()})
        ),
    )
    return found if found <= limit else None


def _spare(frame: LetterFrame, locale: str) -> dict[str, int]:
    """Return how many characters can be cut from each text if heading and a beginning stay."""
    found = {}
    for key, text in frame.texts.blocks.items():
        units = _UNIT.findall(text.in_language(locale))
        kept = units.index("\n") + 2 if "\n" in units else 1
        found[key] = max(len(units) - kept, 0)
    return found


def _cut(frame: LetterFrame, locale: str, counts: Mapping[str, int]) -> LetterFrame:
    blocks = {
        key: _shorter(text, locale, counts.get(key, 0)) for key, text in frame.texts.blocks.items()
    }
    return replace(frame, texts=LetterTexts(blocks))


def _shorter(text: LocalText, locale: str, count: int) -> LocalText:
    if not count:
        return text
    texts = {one: text.in_language(one) for one in RESIDENT_LOCALES}
    texts[locale] = "".join(_UNIT.findall(texts[locale])[:-count])
    return LocalText.from_mapping(texts)
