"""Classify the characters of names and addresses, and fold texts into keys for comparing."""

import re
import unicodedata
from functools import cache, lru_cache


def _jisx0208() -> str:
    """Return the characters of JIS X 0208 as both Shift_JIS tables of Python decode them.

    They differ in ～ and 〜.
    """
    found: set[str] = set()
    for lead in (*range(0x81, 0xA0), *range(0xE0, 0xEB)):
        for trail in (*range(0x40, 0x7F), *range(0x80, 0xFD)):
            code = bytes((lead, trail))
            try:
                found.add(code.decode("shift_jis"))
                found.add(code.decode("cp932"))
            except UnicodeDecodeError:
                continue
    return "".join(sorted(found))


DAMAGE = re.compile("[\u0080\uf8f0-\uf8f3\ufffd]")
"""The characters to which CP932 decodes the bytes 80, A0, FD, FE, FF, and the replacement mark."""
CONTROL = re.compile("[\x00-\x1f\x7f\x81-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
"""Control characters, and invisible marks that reverse or hide text."""
CONTROL_BUT_BREAKS = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x81-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069]"
)
GAIJI = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff〓■]")
"""Private-use characters, and the marks that a system writes for a character that it lacks."""
GAIJI_IN_NAME = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff〓■□?？]")
HALF_WIDTH_KANA = re.compile("[｡-ﾟ]")
LATIN = re.compile("[A-Za-zＡ-Ｚａ-ｚ\u00c0-\u024f]")
UNUSUAL = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffd\ue000-\uf8ff"
    "\U000f0000-\U0010ffff〓■□?？｡-ﾟ]"
)
"""One search over a whole row: if it does not match, only ``beyond_jisx0208`` and ``LATIN`` can."""
HYPHENS = re.compile("[-‐‑‒–—―−－ｰー─]")


@cache
def _not_jisx0208() -> re.Pattern[str]:
    """Return the pattern when a text first needs it: 7,000 characters take a tenth of a second."""
    allowed = " -~｡-ﾟ\x00-\x1f\ue000-\uf8ff\ufffd\U000f0000-\U0010ffff" + re.escape(_jisx0208())
    return re.compile(f"[^{allowed}]")


def beyond_jisx0208(text: str) -> bool:
    """Return whether a text has a character beyond JIS X 0208.

    ASCII, half-width kana and user-defined characters are none: they have findings of their own.
    """
    return _not_jisx0208().search(text) is not None


@lru_cache(maxsize=50_000)
def fold(text: str) -> str:
    """Return a key for comparing texts, which ignores width, case, spaces and kinds of hyphens.

    The text itself is always stored as received: even NFC would change 23 characters of CP932.
    """
    return HYPHENS.sub("-", "".join(unicodedata.normalize("NFKC", text).split()).casefold())


def digits_of(text: str) -> str:
    """Return a number's digits in ASCII without hyphens and spaces.

    Other characters are kept, so that the caller can refuse them.
    """
    if text.isascii() and text.isdigit():
        return text
    return HYPHENS.sub("", "".join(unicodedata.normalize("NFKC", text).split()))


def is_number(text: str, digits: int) -> bool:
    """Return whether the text consists of exactly ``digits`` ASCII digits.

    If ``digits`` is 0, any text that is not empty is accepted.
    """
    return text.isascii() and text.isdigit() and len(text) == digits if digits else bool(text)
