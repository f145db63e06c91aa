"""How a number before a counter is read: {2日|ふつか}, {1人|ひとり}, {10分|じゅっぷん}.

In やさしい日本語 every kanji has its reading. That of a counter depends on the number before it,
which texts take in as a variable, so readings are set when a text is whole: where number and
counter are read each as alone (``5{人|にん}``) nothing changes; else both stand under one reading.
"""

import re
from collections.abc import Mapping
from enum import Enum
from functools import lru_cache

from msgspec import Struct, field

UNITS = ("", "いち", "に", "さん", "よん", "ご", "ろく", "なな", "はち", "きゅう")
HUNDREDS = {3: "さんびゃく", 6: "ろっぴゃく", 8: "はっぴゃく"}
THOUSANDS = {3: "さんぜん", 8: "はっせん"}
LARGEST = 9_999
HIGHEST_READ_TOGETHER = 999
"""Years and sums keep their digits in the open: their readings would be wider than they are."""


class Sound(Enum):
    """How a counter's first sound changes the end of the number before it.

    The pairs are endings of the number and what becomes of them.
    """

    NONE = ()
    HARD = (("いち", "いっ"), ("はち", "はっ"), ("じゅう", "じゅっ"))
    K = (*HARD, ("ろく", "ろっ"), ("ゃく", "ゃっ"))


class Counter(Struct, frozen=True):
    """A counter: its reading after most numbers, and how numbers before it are read.

    Attributes:
        reading: The counter's own.
        sound: What its first sound does to the number.
        last: The number's last digit, where it is read otherwise before this counter.
        whole: Numbers that are read together with the counter, each in its own way.
    """

    reading: str
    sound: Sound = Sound.NONE
    last: Mapping[int, str] = field(default_factory=dict)
    whole: Mapping[int, str] = field(default_factory=dict)


_DAYS = {
    2: "ふつか",
    3: "みっか",
    4: "よっか",
    5: "いつか",
    6: "むいか",
    7: "なのか",
    8: "ようか",
    9: "ここのか",
    10: "とおか",
    14: "じゅうよっか",
    20: "はつか",
    24: "にじゅうよっか",
}
_DAY_DIGITS = {7: "しち", 9: "く"}
DAY_OF_MONTH = Counter("にち", last=_DAY_DIGITS, whole=_DAYS | {1: "ついたち"})
COUNTERS: Mapping[str, Counter] = {
    "年": Counter("ねん", last={4: "よ"}),
    "月": Counter("がつ", last={4: "し", 7: "しち", 9: "く"}),
    "週": Counter("しゅう", Sound.HARD),
    "日": Counter("にち", last=_DAY_DIGITS, whole=_DAYS),
    "時": Counter("じ", last={4: "よ", 7: "しち", 9: "く"}),
    "分": Counter("ふん", Sound.K),
    "秒": Counter("びょう"),
    "人": Counter("にん", last={4: "よ", 7: "しち"}, whole={1: "ひとり", 2: "ふたり"}),
    "回": Counter("かい", Sound.K),
    "件": Counter("けん", Sound.K),
    "歳": Counter("さい", Sound.HARD, whole={20: "はたち"}),
    "通": Counter("つう", Sound.HARD),
    "円": Counter("えん", last={4: "よ"}),
    "台": Counter("だい"),
    "枚": Counter("まい"),
    "番": Counter("ばん"),
    "度": Counter("ど"),
    "倍": Counter("ばい"),
    "個": Counter("こ", Sound.K),
    "店": Counter("てん", Sound.HARD),
}
_PUFFED = ("っ", "さん", "よん", "せん", "ぜん")
"""Endings of a number after which ふん becomes ぷん."""
TAILS: Mapping[str, str] = {"間": "かん", "後": "ご", "前": "まえ", "目": "め", "分": "ぶん"}
"""What may follow a counter: 2日間, 2人分, 2人目."""

COUNTED = re.compile(r"(?<![\d,.:/-])(\d{1,3})\{([^{}|]+)\|([^{}|]+)\}")
AFTER_MONTH = re.compile(r"がつ\} ?$")


def number_reading(number: int) -> str:
    """Return how a number from 1 to 9,999 is read: にじゅうよん.

    Raises:
        ValueError: a number outside of that.
    """
    if not 1 <= number <= LARGEST:
        raise ValueError("only numbers from 1 to 9,999 are read")
    thousands, below = divmod(number, 1000)
    hundreds, rest = divmod(below, 100)
    tens, units = divmod(rest, 10)
    return (
        _place(thousands, "せん", THOUSANDS)
        + _place(hundreds, "ひゃく", HUNDREDS)
        + _place(tens, "じゅう", {})
        + UNITS[units]
    )


def _place(digit: int, name: str, own: Mapping[int, str]) -> str:
    if digit == 0:
        return ""
    return own.get(digit, name if digit == 1 else UNITS[digit] + name)


def reading(number: int, counter: Counter) -> str:
    """Return how a number with its counter is read: にじゅうよっか, ふたり, じゅっぷん.

    Raises:
        ValueError: a number that is not from 1 to 9,999.
    """
    if number in counter.whole:
        return counter.whole[number]
    said, last = number_reading(number), number % 10
    if last in counter.last:
        said = said.removesuffix(UNITS[last]) + counter.last[last]
    for ending, changed in counter.sound.value:
        if said.endswith(ending):
            said = said.removesuffix(ending) + changed
            break
    if counter.reading == "ふん" and said.endswith(_PUFFED):
        return said + "ぷん"
    return said + counter.reading


def read_numbers(text: str) -> str:
    """Return a text with readings in which numbers and their counters are read as one says them.

    ``2{日|にち}`` becomes ``{2日|ふつか}``, and ``1{日|にち}`` ``{1日|ついたち}`` after a month.
    """
    return COUNTED.sub(_read, text) if "{" in text else text


def _read(found: re.Match[str]) -> str:
    number, written = int(found[1]), found[2]
    if not 1 <= number <= HIGHEST_READ_TOGETHER:
        return found[0]
    of_month = bool(AFTER_MONTH.search(found.string, 0, found.start()))
    return _with_reading(number, written, of_month=of_month) or found[0]


@lru_cache(maxsize=4_096)
def _with_reading(number: int, written: str, *, of_month: bool) -> str:
    """Return number and counter with their readings; "" where the counter is not known."""
    counter = COUNTERS.get(written[0])
    if counter is None or any(part not in TAILS for part in written[1:]):
        return ""
    if of_month and written[0] == "日":
        counter = DAY_OF_MONTH
    tail = "".join(TAILS[part] for part in written[1:])
    said = reading(number, counter)
    if said == number_reading(number) + counter.reading:
        return f"{number}{{{written}|{counter.reading}{tail}}}"
    return f"{{{number}{written}|{said}{tail}}}"
