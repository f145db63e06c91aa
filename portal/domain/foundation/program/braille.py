"""Japanese braille (点字) of one line of kana: which dots each cell has.

A cell has the dots 1 to 3 on the left, from above, and 4 to 6 on the right; here bit 0 is dot 1.
The rules are those of 日本の点字 for kana, digits and the long sound.
"""

import unicodedata
from collections.abc import Iterator

BLANK = 0
_VOWELS = {"あ": (1,), "い": (1, 2), "う": (1, 4), "え": (1, 2, 4), "お": (2, 4)}
_CONSONANTS = {
    "かきくけこ": (6,),
    "さしすせそ": (5, 6),
    "たちつてと": (3, 5),
    "なにぬねの": (3,),
    "はひふへほ": (3, 6),
    "まみむめも": (3, 5, 6),
    "らりるれろ": (5,),
}
_OTHERS = {
    "や": (3, 4),
    "ゆ": (3, 4, 6),
    "よ": (3, 4, 5),
    "わ": (3,),
    "を": (3, 5),
    "ん": (3, 5, 6),
    "っ": (2,),
    "ー": (2, 5),
}
_PLAIN = (
    _VOWELS
    | _OTHERS
    | {
        kana: (*_VOWELS[vowel], *dots)
        for row, dots in _CONSONANTS.items()
        for kana, vowel in zip(row, _VOWELS, strict=True)
    }
)
_MARKS = {"\u3099": (5,), "\u309a": (6,)}
"""The cell before a kana with dakuten or handakuten."""
_SMALL = {"ゃ": "あ", "ゅ": "う", "ょ": "お"}
_NUMBER = (3, 4, 5, 6)
_JOIN = (3, 6)
_LIKE_DIGITS = "あいうえおらりるれろ"
"""Kana with the cells of digits: after a number a joining cell comes before them."""
_DIGITS = (
    (2, 4, 5),
    (1,),
    (1, 2),
    (1, 4),
    (1, 4, 5),
    (1, 5),
    (1, 2, 4),
    (1, 2, 4, 5),
    (1, 2, 5),
    (2, 4),
)


def cells(text: str) -> tuple[int, ...] | None:
    """Return the cells of a line, six bits each; None for what is no kana, digit or blank."""
    found: list[int] = []
    counting = False
    for kana, mark, small in _syllables(text):
        if kana.isdigit():
            found += [] if counting else [_bits(_NUMBER)]
            found.append(_bits(_DIGITS[int(kana)]))
            counting = True
            continue
        if counting and kana in _LIKE_DIGITS:
            found.append(_bits(_JOIN))
        counting = False
        made = [BLANK] if kana == " " else _kana(kana, mark, small)
        if made is None:
            return None
        found += made
    return tuple(found)


def _syllables(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield kana with their mark and the small kana after them; katakana as hiragana."""
    plain = unicodedata.normalize("NFKD", text.replace("\u3000", " "))
    letters = [chr(ord(one) - 0x60) if "ァ" <= one <= "ヶ" else one for one in plain]
    at = 0
    while at < len(letters):
        kana, at = letters[at], at + 1
        mark = letters[at] if at < len(letters) and letters[at] in _MARKS else ""
        at += bool(mark)
        small = letters[at] if at < len(letters) and letters[at] in _SMALL else ""
        at += bool(small)
        yield kana, mark, small


def _kana(kana: str, mark: str, small: str) -> list[int] | None:
    if kana not in _PLAIN or (small and kana not in "きしちにひみり"):
        return None
    before = _MARKS.get(mark, ())
    if not small:
        return ([_bits(before)] if before else []) + [_bits(_PLAIN[kana])]
    row = next(row for row in _CONSONANTS if kana in row)
    dots = (*_VOWELS[_SMALL[small]], *_CONSONANTS[row])
    return [_bits((4, *before)), _bits(dots)]


def _bits(dots: tuple[int, ...]) -> int:
    return sum(1 << (dot - 1) for dot in dots)
