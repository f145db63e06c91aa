"""Search keys: names and addresses folded so that 高橋 finds 髙橋.

Stored values stay as received.
"""

import re
import unicodedata

from portal.domain.people.households.kanji_variants import STANDS_FOR

MARKS = {
    "ヶ": "ケ",
    "ヵ": "カ",
    "〜": "~",
    "～": "~",
    "−": "-",
    "－": "-",
    "‐": "-",
    "–": "-",
    "—": "-",
}
VARIANTS = str.maketrans(STANDS_FOR | MARKS)
HIRAGANA = {chr(code): chr(code + 0x60) for code in (*range(0x3041, 0x3097), 0x309D, 0x309E)}
PLAIN = str.maketrans(STANDS_FOR | MARKS | HIRAGANA)
"""Variants and hiragana at once: an index of a million families folds some eight million texts."""
LONG_MARK_AFTER_DIGIT = re.compile(r"(?<=[0-9])ー|ー(?=[0-9])")
DROPPED = re.compile(r"[\s\u3000・．.,、。'’\-~「」()]+")
SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
BETWEEN_NAMES = re.compile(r"[\s\u3000・,、，･]+")
ACCENTED = re.compile("[\u00c0-\u024f\u1e00-\u1eff]")
ACCENTS = re.compile("[\u0300-\u036f]")
LETTERS = str.maketrans({"Đ": "D", "Ð": "D", "Ø": "O", "Ł": "L", "Æ": "AE", "Œ": "OE", "Þ": "TH"})
KANJI_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")}
KANJI_NUMBER = re.compile("[〇一二三四五六七八九十百]+(?=丁目|番地|番|号|条|階)")


def fold_name(text: str) -> str:
    """Return the search key of a name.

    NFKC, hiragana as katakana, variant kanji folded, spaces and marks dropped. Latin letters are
    upper case and without accents: Nguyễn is NGUYEN, as the ward's computers write it.
    """
    text = SELECTORS.sub("", text)
    text = unicodedata.normalize("NFKC", text.translate(VARIANTS)).translate(PLAIN).upper()
    if ACCENTED.search(text):
        plain = ACCENTS.sub("", unicodedata.normalize("NFD", text)).translate(LETTERS)
        text = unicodedata.normalize("NFC", plain)
    return DROPPED.sub("", text)


def name_words(text: str) -> list[str]:
    """Return the search keys of the separately written parts of a name, in the order written."""
    return [key for part in BETWEEN_NAMES.split(text) if (key := fold_name(part))]


def fold_place(text: str) -> str:
    """Return the search key of an address, with 一丁目二番三号, 1丁目2番3号 and 1-2-3 alike."""
    text = SELECTORS.sub("", text)
    text = unicodedata.normalize("NFKC", text.translate(VARIANTS)).translate(PLAIN).upper()
    text = KANJI_NUMBER.sub(lambda m: str(_number(m[0])), text)
    text = LONG_MARK_AFTER_DIGIT.sub("-", text)
    text = re.sub(r"(?<=[0-9])(丁目|番地の|番地|番|号室|号|棟|階|の)(?=[0-9])", "-", text)
    text = re.sub(r"(?<=[0-9])(丁目|番地|番|号室|号)", "-", text)
    text = re.sub(r"-+", "-", text).strip("-")
    return re.sub(r"[\s\u3000・．.,、。]+", "", text)


def _number(kanji: str) -> int:
    total = current = 0
    for char in kanji:
        if char == "十":
            total, current = total + (current or 1) * 10, 0
        elif char == "百":
            total, current = total + (current or 1) * 100, 0
        else:
            current = current * 10 + KANJI_DIGITS[char]
    return total + current
